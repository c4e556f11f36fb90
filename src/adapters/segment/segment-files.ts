import type { LogSegment } from './log-segment.ts';
import type { SegmentContext } from './segment-context.ts';

/** Removes a segment's files, the batches last: without them the rest means nothing. */
export async function removeSegmentFiles(
  { cache, files, indexes }: SegmentContext,
  segment: LogSegment,
): Promise<void> {
  indexes.forget(segment);
  cache.forget(segment.logPath);
  await files.remove(segment.indexPath);
  await files.remove(segment.timeIndexPath);
  await files.remove(segment.compactedMarkPath);
  await files.remove(segment.logPath);
}
