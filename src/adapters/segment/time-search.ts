import { readMaxTimestamp } from '../../domain/record/record-batch-header.ts';
import type { BatchPosition } from '../../ports/log-store.ts';
import { hasValidCrc, relativeBaseOffset, relativeLastOffset } from './batch-header.ts';
import { walkBatches } from './batch-walk.ts';
import type { Damage } from './damage-search.ts';
import { loadIndexes } from './index-files.ts';
import type { LogSegment } from './log-segment.ts';
import type { OffsetIndex } from './offset-index.ts';
import type { SegmentContext } from './segment-context.ts';
import type { SegmentList } from './segment-list.ts';

/** Where a walk begins, and the last offset that the index gives for the batch there; -1 without one. */
interface IndexEntry {
  readonly position: number;
  readonly lastOffset: number;
}

const SEGMENT_START: IndexEntry = { position: 0, lastOffset: -1 };

/** The first batch in offset order that has a record at or after `timestampMs`. */
export function findByTimestamp(
  context: SegmentContext,
  list: SegmentList,
  timestampMs: bigint,
): Promise<BatchPosition | undefined> {
  return uncut(list, () => findOnce(context, list, timestampMs));
}

/** The first batch that has the largest timestamp. */
export function findMaxTimestamp(
  context: SegmentContext,
  list: SegmentList,
): Promise<BatchPosition | undefined> {
  return uncut(list, () => findMaxOnce(context, list));
}

/** Searches again where segments went away meanwhile: what took their place has to be looked at too. */
async function uncut<T>(list: SegmentList, search: () => Promise<T>): Promise<T> {
  for (;;) {
    const { cuts } = list;
    const found = await search();
    if (list.cuts === cuts) return found;
  }
}

async function findOnce(
  context: SegmentContext,
  list: SegmentList,
  timestampMs: bigint,
): Promise<BatchPosition | undefined> {
  // A copy: segments may come and go meanwhile.
  for (const segment of [...list.segments]) {
    if (segment.maxTimestampMs < timestampMs || segment.removed || segment.sizeBytes === 0)
      continue;
    const found = await findInSegment(context, list, segment, timestampMs);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function findMaxOnce(
  context: SegmentContext,
  list: SegmentList,
): Promise<BatchPosition | undefined> {
  let largest: BatchPosition | undefined;
  for (const segment of [...list.segments]) {
    if (segment.removed || segment.sizeBytes === 0) continue;
    if (largest !== undefined && segment.maxTimestampMs <= largest.maxTimestampMs) continue;
    const found = await maxInSegment(context, list, segment);
    if (found === undefined) continue;
    if (largest === undefined || found.maxTimestampMs > largest.maxTimestampMs) largest = found;
  }
  return largest;
}

async function findInSegment(
  context: SegmentContext,
  list: SegmentList,
  segment: LogSegment,
  timestampMs: bigint,
): Promise<BatchPosition | undefined> {
  const { offsets, times } = await loadIndexes(context, segment);
  const start = segment.relative(list.startOffset);
  const from = entryAt(offsets, Math.max(times.offsetBefore(timestampMs), start));
  let found: BatchPosition | undefined;
  await walkSegment(context, list, segment, from, (view, at) => {
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
  list: SegmentList,
  segment: LogSegment,
): Promise<BatchPosition | undefined> {
  const start = segment.relative(list.startOffset);
  if (start <= 0) return findInSegment(context, list, segment, segment.maxTimestampMs);
  const { offsets } = await loadIndexes(context, segment);
  let largest: BatchPosition | undefined;
  await walkSegment(context, list, segment, entryAt(offsets, start), (view, at) => {
    if (relativeLastOffset(view, at, segment.base) < start) return true;
    if (largest === undefined || readMaxTimestamp(view, at) > largest.maxTimestampMs) {
      largest = positionOf(segment, view, at);
    }
    return true;
  });
  return largest;
}

/** Batches are checked whole: a damaged one may say any time. */
async function walkSegment(
  context: SegmentContext,
  list: SegmentList,
  segment: LogSegment,
  from: IndexEntry,
  visit: (view: DataView, at: number) => boolean,
): Promise<void> {
  if (segment.removed) return;
  try {
    await walkChecked(context, list, segment, from, visit);
  } catch (error) {
    throw context.failures.unreadable(list.id, error);
  }
}

async function walkChecked(
  context: SegmentContext,
  list: SegmentList,
  segment: LogSegment,
  from: IndexEntry,
  visit: (view: DataView, at: number) => boolean,
): Promise<void> {
  const { cuts } = list;
  const damage = await walkSound(context, segment, from, visit);
  if (damage === undefined || segment.removed || list.cuts !== cuts) return;
  // The index may have led to where no batch begins.
  const isCertain = from.position === 0;
  const certain = isCertain ? damage : await walkSound(context, segment, SEGMENT_START, visit);
  if (certain === undefined || segment.removed || list.cuts !== cuts) return;
  throw context.failures.damaged(list.id, segment, certain);
}

async function walkSound(
  { cache, files, buffers, checksum }: SegmentContext,
  segment: LogSegment,
  from: IndexEntry,
  visit: (view: DataView, at: number) => boolean,
): Promise<Damage | undefined> {
  const { sizeBytes, nextRelative } = segment;
  let follows = 0;
  let isSound = true;
  let { lastOffset } = from;
  const file = cache.acquire(segment.logPath);
  try {
    const { position, broken } = await walkBatches(files, buffers, {
      fd: file.fd,
      from: from.position,
      to: sizeBytes,
      whole: true,
      visit(bytes, view, at) {
        const last = relativeLastOffset(view, at, segment.base);
        isSound =
          relativeBaseOffset(view, at, segment.base) >= follows &&
          last < nextRelative &&
          (lastOffset < 0 || last === lastOffset) &&
          hasValidCrc(bytes, view, at, checksum);
        if (!isSound || !visit(view, at)) return false;
        lastOffset = -1;
        follows = last + 1;
        return true;
      },
    });
    return broken || !isSound ? { position, from: follows } : undefined;
  } finally {
    cache.release(file);
  }
}

function entryAt(offsets: OffsetIndex, relative: number): IndexEntry {
  const entry = offsets.entryOf(relative);
  return { position: offsets.positionAt(entry), lastOffset: offsets.lastOffsetAt(entry) };
}

function positionOf(segment: LogSegment, view: DataView, at: number): BatchPosition {
  const baseOffset = segment.baseOffset + BigInt(relativeBaseOffset(view, at, segment.base));
  return { baseOffset, maxTimestampMs: readMaxTimestamp(view, at) };
}
