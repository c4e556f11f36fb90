import type { LogSegment, SegmentIndexes } from './log-segment.ts';
import type { SummarizedLog, SummarizedSegment } from './logs-summary.ts';
import type { SegmentList } from './segment-list.ts';

/** More entries than this are left to the index files: those of half a mebibyte. */
const INLINE_ENTRIES = 128;

/** Whether the active segment's indexes are too large for a summary and in no file yet. */
export function needsIndexFiles({ active }: SegmentList): boolean {
  return !active.indexesOnDisk && inlineIndexes(active) === undefined;
}

/**
 * As it is, or where it is not `isAtRest`, as its last segment was when it was last synced. Undefined where what is on disk
 * could be something else.
 */
export function summarizeList(
  list: SegmentList,
  snapshots: ReadonlyMap<string, Uint8Array | undefined>,
  isAtRest: boolean,
): SummarizedLog | undefined {
  const { id, folder, startOffset, journalCut, active } = list;
  const log = { folder, ...id, startOffset, journalCut, snapshots };
  const closed = list.segments.slice(0, -1);
  if (closed.some(({ indexesOnDisk, unsynced }) => !indexesOnDisk || unsynced)) return undefined;
  const inline = inlineIndexes(active);
  if (isAtRest) {
    if (inline === undefined && !active.indexesOnDisk) return undefined;
    const activeIndexes = inline && {
      offsets: inline.offsets.toBytes(),
      times: inline.times.toBytes(),
    };
    return { ...log, segments: list.segments, activeIndexes };
  }
  const { synced } = active;
  if (synced === undefined || inline === undefined) return undefined;
  const { baseOffset, indexesOnDisk, indexesStale, compactedTo } = active;
  const kept = { baseOffset, indexesOnDisk, indexesStale, compactedTo };
  const last: SummarizedSegment = { ...synced, ...kept };
  const activeIndexes = {
    offsets: inline.offsets.toBytes(synced.offsetEntries),
    times: inline.times.toBytes(synced.timeEntries),
  };
  return { ...log, segments: [...closed, last], activeIndexes };
}

function inlineIndexes({ indexes }: LogSegment): SegmentIndexes | undefined {
  if (indexes === undefined) return undefined;
  const { offsets, times } = indexes;
  return offsets.count <= INLINE_ENTRIES && times.count <= INLINE_ENTRIES ? indexes : undefined;
}
