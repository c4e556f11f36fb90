/** Positions of fields in a magic-2 batch, as far as the engine looks into it. */
export const BATCH_HEADER_BYTES = 61;
export const BATCH_LENGTH_AT = 8;
/** What `batchLength` does not count: base offset and itself. */
export const LENGTH_PREFIX_BYTES = 12;
const MAGIC_AT = 16;
const CRC_AT = 17;
const CRC_START = 21;
const LAST_OFFSET_DELTA_AT = 23;
const MAX_TIMESTAMP_AT = 35;
const TWO_TO_32 = 4294967296;

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

export function batchSizeAt(view: DataView, at: number): number {
  return view.getInt32(at + BATCH_LENGTH_AT) + LENGTH_PREFIX_BYTES;
}

export function baseOffsetAt(view: DataView, at: number): bigint {
  return view.getBigInt64(at);
}

export function maxTimestampAt(view: DataView, at: number): bigint {
  return view.getBigInt64(at + MAX_TIMESTAMP_AT);
}

export function lastOffsetAt(view: DataView, at: number): bigint {
  return view.getBigInt64(at) + BigInt(view.getInt32(at + LAST_OFFSET_DELTA_AT));
}

/**
 * The batch's last offset relative to its segment, exact without a bigint per batch: a segment spans less
 * than 2^31 offsets, so the difference of the halves is a small number.
 */
export function relativeLastOffsetAt(view: DataView, at: number, segmentBase: SplitOffset): number {
  return (
    (view.getInt32(at) - segmentBase.high) * TWO_TO_32 +
    (view.getUint32(at + 4) - segmentBase.low) +
    view.getInt32(at + LAST_OFFSET_DELTA_AT)
  );
}

export interface SplitOffset {
  readonly high: number;
  readonly low: number;
}

export function splitOffset(offset: bigint): SplitOffset {
  return { high: Number(offset >> 32n), low: Number(offset & 0xffffffffn) };
}

/** Whether a header can be a batch's: recovery cuts where it cannot. */
export function isPlausibleHeader(view: DataView, at: number): boolean {
  return (
    batchSizeAt(view, at) >= BATCH_HEADER_BYTES &&
    view.getInt8(at + MAGIC_AT) === 2 &&
    view.getInt32(at + LAST_OFFSET_DELTA_AT) >= 0
  );
}

export interface Crc32c {
  crc32c(bytes: Uint8Array, start: number, end: number): number;
}

export function hasValidCrc(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  checksum: Crc32c,
): boolean {
  const end = at + batchSizeAt(view, at);
  return view.getUint32(at + CRC_AT) === checksum.crc32c(bytes, at + CRC_START, end) >>> 0;
}
