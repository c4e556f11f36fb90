import { RECORD_BATCH_OVERHEAD, readBatchSize } from '../../domain/record/record-batch-header.ts';
import type { Checksum } from '../../ports/checksum.ts';
import {
  hasValidCrc,
  isPlausibleHeader,
  relativeBaseOffset,
  relativeLastOffset,
} from './batch-header.ts';
import type { LogSegment } from './log-segment.ts';

/** A segment is followed by one that starts where it ends, unless the log skipped more than a segment can span, or it was compacted. */
const WIDE_GAP = 2 ** 30;

/** A segment's bytes up to where they were written when somebody began to read them. */
export interface SegmentExtent {
  readonly segment: LogSegment;
  readonly sizeBytes: number;
  /** The offset after the last batch, from the segment's base offset on. */
  readonly nextRelative: number;
}

/** What is known of a batch by its place, and must be found there. */
export interface BatchPlace {
  readonly position: number;
  /** The offset after the batch before. */
  readonly follows: number;
}

/** That there is no sound batch, and how many bytes it takes to know. */
export const DAMAGED = -1;

/**
 * The size of the batch at `at` when it is what was written there: 61 bytes more are needed where the result is larger
 * than what there is. A batch's checksum covers neither its base offset nor its length. What the length says is
 * checked with the checksum, where one is given; an offset must neither overlap what comes before nor what comes after.
 */
export function soundBatchSize(
  { segment, sizeBytes, nextRelative }: SegmentExtent,
  place: BatchPlace,
  bytes: Uint8Array,
  view: DataView,
  at: number,
  count: number,
  checksum: Checksum | undefined,
): number {
  if (at + RECORD_BATCH_OVERHEAD > count) return RECORD_BATCH_OVERHEAD;
  if (!isPlausibleHeader(view, at)) return DAMAGED;
  const size = readBatchSize(view, at);
  const end = place.position + size;
  const base = relativeBaseOffset(view, at, segment.base);
  const last = relativeLastOffset(view, at, segment.base);
  if (end > sizeBytes || base < place.follows || last >= nextRelative) return DAMAGED;
  if (at + size > count) return size;
  if (checksum !== undefined && !hasValidCrc(bytes, view, at, checksum)) return DAMAGED;
  if (base === place.follows) return size;
  // A gap: as it was written, or the base offset is wrong.
  if (end === sizeBytes) {
    const isLast = last + 1 === nextRelative || nextRelative > WIDE_GAP;
    return isLast || segment.baseOffset + BigInt(last) < segment.compactedTo ? size : DAMAGED;
  }
  if (end + RECORD_BATCH_OVERHEAD > sizeBytes) return size;
  if (at + size + RECORD_BATCH_OVERHEAD > count) return size + RECORD_BATCH_OVERHEAD;
  const isOverlapped = relativeBaseOffset(view, at + size, segment.base) <= last;
  return isOverlapped && isPlausibleHeader(view, at + size) ? DAMAGED : size;
}
