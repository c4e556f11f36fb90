import type { LogSegment, SegmentIndexes } from './log-segment.ts';
import type { SummarizedLog } from './logs-summary.ts';
import type { SegmentList } from './segment-list.ts';

/** More entries than this are left to the index files. */
const INLINE_ENTRIES = 32;

/** Whether the active segment's indexes are too large for a summary and in no file yet. */
export function needsIndexFiles({ active }: SegmentList): boolean {
  return !active.indexesOnDisk && inlineIndexes(active) === undefined;
}

/** Undefined where what is on disk could be something else than what is in memory. */
export function summarizeList(
  list: SegmentList,
  snapshots: ReadonlyMap<string, Uint8Array | undefined>,
): SummarizedLog | undefined {
  const { id, folder, startOffset, active } = list;
  const inline = inlineIndexes(active);
  if (inline === undefined && !active.indexesOnDisk) return undefined;
  for (const segment of list.segments) {
    if (segment !== active && !segment.indexesOnDisk) return undefined;
  }
  return {
    folder,
    ...id,
    startOffset,
    segments: list.segments,
    activeIndexes: inline && {
      offsets: inline.offsets.toBytes(),
      times: inline.times.toBytes(),
    },
    snapshots,
  };
}

function inlineIndexes({ indexes }: LogSegment): SegmentIndexes | undefined {
  if (indexes === undefined) return undefined;
  const { offsets, times } = indexes;
  return offsets.count <= INLINE_ENTRIES && times.count <= INLINE_ENTRIES ? indexes : undefined;
}
