import { readMaxTimestamp } from '../../domain/record/record-batch-header.ts';
import type { Offset } from '../../domain/topic-partition.ts';
import type { BatchPosition } from '../../ports/log-store.ts';
import { relativeBaseOffset, relativeLastOffset } from './batch-header.ts';
import { walkBatches } from './batch-walk.ts';
import { loadIndexes } from './index-files.ts';
import type { LogSegment } from './log-segment.ts';
import type { SegmentContext } from './segment-context.ts';
import type { SegmentList } from './segment-list.ts';

/** The first batch in offset order that has a record at or after `timestampMs`. */
export async function findByTimestamp(
  context: SegmentContext,
  list: SegmentList,
  timestampMs: bigint,
): Promise<BatchPosition | undefined> {
  // A copy: segments may come and go meanwhile.
  for (const segment of [...list.segments]) {
    if (segment.maxTimestampMs < timestampMs || segment.removed || segment.sizeBytes === 0)
      continue;
    const found = await findInSegment(context, segment, list.startOffset, timestampMs);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The first batch that has the largest timestamp. */
export async function findMaxTimestamp(
  context: SegmentContext,
  list: SegmentList,
): Promise<BatchPosition | undefined> {
  let largest: BatchPosition | undefined;
  for (const segment of [...list.segments]) {
    if (segment.removed || segment.sizeBytes === 0) continue;
    if (largest !== undefined && segment.maxTimestampMs <= largest.maxTimestampMs) continue;
    const found = await maxInSegment(context, segment, list.startOffset);
    if (found === undefined) continue;
    if (largest === undefined || found.maxTimestampMs > largest.maxTimestampMs) largest = found;
  }
  return largest;
}

async function findInSegment(
  context: SegmentContext,
  segment: LogSegment,
  startOffset: Offset,
  timestampMs: bigint,
): Promise<BatchPosition | undefined> {
  const { offsets, times } = await loadIndexes(context, segment);
  const start = segment.relative(startOffset);
  const from = offsets.positionOf(Math.max(times.offsetBefore(timestampMs), start));
  let found: BatchPosition | undefined;
  await walkSegment(context, segment, from, (view, at) => {
    if (readMaxTimestamp(view, at) < timestampMs) return true;
    if (relativeLastOffset(view, at, segment.base) < start) return true;
    found = positionOf(segment, view, at);
    return false;
  });
  return found;
}

/** Where the log starts within the segment, the largest time may belong to what was dropped. */
async function maxInSegment(
  context: SegmentContext,
  segment: LogSegment,
  startOffset: Offset,
): Promise<BatchPosition | undefined> {
  const start = segment.relative(startOffset);
  if (start <= 0) return findInSegment(context, segment, startOffset, segment.maxTimestampMs);
  const { offsets } = await loadIndexes(context, segment);
  let largest: BatchPosition | undefined;
  await walkSegment(context, segment, offsets.positionOf(start), (view, at) => {
    if (relativeLastOffset(view, at, segment.base) < start) return true;
    if (largest === undefined || readMaxTimestamp(view, at) > largest.maxTimestampMs) {
      largest = positionOf(segment, view, at);
    }
    return true;
  });
  return largest;
}

async function walkSegment(
  { cache, files, buffers }: SegmentContext,
  segment: LogSegment,
  from: number,
  visit: (view: DataView, at: number) => boolean,
): Promise<void> {
  if (segment.removed) return;
  const file = cache.acquire(segment.logPath);
  try {
    await walkBatches(files, buffers, {
      fd: file.fd,
      from,
      to: segment.sizeBytes,
      whole: false,
      visit: (_bytes, view, at) => visit(view, at),
    });
  } finally {
    cache.release(file);
  }
}

function positionOf(segment: LogSegment, view: DataView, at: number): BatchPosition {
  const baseOffset = segment.baseOffset + BigInt(relativeBaseOffset(view, at, segment.base));
  return { baseOffset, maxTimestampMs: readMaxTimestamp(view, at) };
}
