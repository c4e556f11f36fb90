import type { CleanableRun } from './cleanable-log.ts';

/** Offsets of a segment and positions in its file are int32. */
const MAX_INT32 = 0x7fffffff;

/**
 * Runs that become one, as Kafka's Cleaner.groupSegmentsBySize puts them together: as many as are not larger than a segment may
 * be, whatever goes of them.
 */
export function groupRuns(
  runs: readonly CleanableRun[],
  segmentBytes: number,
): readonly (readonly CleanableRun[])[] {
  const groups: CleanableRun[][] = [];
  let group: CleanableRun[] = [];
  let sizeBytes = 0;
  for (const run of runs) {
    const first = group[0];
    const isTooLarge = sizeBytes + run.sizeBytes > Math.min(segmentBytes, MAX_INT32);
    const isTooWide = first !== undefined && run.toOffset - first.fromOffset > MAX_INT32;
    if (first !== undefined && (isTooLarge || isTooWide)) {
      groups.push(group);
      group = [];
      sizeBytes = 0;
    }
    group.push(run);
    sizeBytes += run.sizeBytes;
  }
  if (group.length > 0) groups.push(group);
  return groups;
}
