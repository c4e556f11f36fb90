import type { Checksum } from '../../domain/record/checksum.ts';
import * as header from '../../domain/record/record-batch-header.ts';

const TWO_TO_32 = 4294967296;

/** An offset without a bigint per use. */
export interface SplitOffset {
  readonly high: number;
  readonly low: number;
}

export function splitOffset(offset: bigint): SplitOffset {
  return { high: Number(offset >> 32n), low: Number(offset & 0xffffffffn) };
}

/**
 * The batch's first offset relative to its segment, exact without a bigint per batch: a segment spans
 * less than 2^31 offsets, so the difference of the halves is a small number.
 */
export function relativeBaseOffset(view: DataView, at: number, segmentBase: SplitOffset): number {
  return (
    (view.getInt32(at) - segmentBase.high) * TWO_TO_32 + (view.getUint32(at + 4) - segmentBase.low)
  );
}

export function relativeLastOffset(view: DataView, at: number, segmentBase: SplitOffset): number {
  return relativeBaseOffset(view, at, segmentBase) + header.readLastOffsetDelta(view, at);
}

/** Whether a header can be a batch's: recovery cuts where it cannot. */
export function isPlausibleHeader(view: DataView, at: number): boolean {
  return (
    header.readBatchSize(view, at) >= header.RECORD_BATCH_OVERHEAD &&
    header.readMagic(view, at) === header.CURRENT_MAGIC &&
    header.readLastOffsetDelta(view, at) >= 0
  );
}

export function hasValidCrc(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  checksum: Checksum,
): boolean {
  const end = at + header.readBatchSize(view, at);
  return header.readCrc(view, at) === checksum.crc32c(bytes, at + header.ATTRIBUTES_AT, end);
}
