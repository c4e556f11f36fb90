import type { StoredLogConfig } from '../../ports/log-store.ts';
import { folderName } from './log-directory.ts';
import { LogSegment } from './log-segment.ts';
import type { SummarizedLog, SummarizedSegment } from './logs-summary.ts';
import { OffsetIndex } from './offset-index.ts';
import type { SegmentContext } from './segment-context.ts';
import { SegmentList } from './segment-list.ts';
import { SegmentLog } from './segment-log.ts';
import { TimeIndex } from './time-index.ts';

/** The log as a summary says it is, or undefined where its files say something else. */
export async function openSummarized(
  context: SegmentContext,
  directory: string,
  summarized: SummarizedLog,
  config: StoredLogConfig,
): Promise<SegmentLog | undefined> {
  const { topicId, topic, partition, startOffset, segments, activeIndexes } = summarized;
  const id = { topicId, topic, partition };
  const active = segments.at(-1);
  if (active === undefined || folderName(id) !== summarized.folder) return undefined;
  const list = new SegmentList(id, directory, startOffset);
  for (const segment of segments) list.push(segmentOf(context, directory, segment));
  const { logPath } = list.active;
  const sizeBytes = await context.files.sizeBytes(logPath).catch(() => undefined);
  if (sizeBytes !== active.sizeBytes) return undefined;
  if (activeIndexes !== undefined) {
    const offsets = OffsetIndex.fromBytes(activeIndexes.offsets, sizeBytes);
    const times = TimeIndex.fromBytes(activeIndexes.times);
    if (offsets === undefined || times === undefined) return undefined;
    list.active.indexes = { offsets, times };
  }
  return new SegmentLog(context, list, config, new Map(summarized.snapshots));
}

function segmentOf(
  context: SegmentContext,
  directory: string,
  summarized: SummarizedSegment,
): LogSegment {
  const segment = new LogSegment(directory, summarized.baseOffset, context.nowMs());
  segment.sizeBytes = summarized.sizeBytes;
  segment.nextRelative = summarized.nextRelative;
  segment.firstTimestampMs = summarized.firstTimestampMs;
  segment.maxTimestampMs = summarized.maxTimestampMs;
  segment.relativeOfMax = summarized.relativeOfMax;
  segment.bytesSinceIndexEntry = summarized.bytesSinceIndexEntry;
  segment.indexes = undefined;
  segment.indexesOnDisk = summarized.indexesOnDisk;
  segment.compactedTo = summarized.compactedTo;
  return segment;
}
