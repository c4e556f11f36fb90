import { readBatchSize, viewOf } from '../../domain/record/record-batch-header.ts';
import type { StoredLogConfig } from '../../ports/log-store.ts';
import type { FileSystem } from '../data-folder/file-system.ts';
import { folderName } from './log-directory.ts';
import { LogSegment } from './log-segment.ts';
import type { LogTail } from './log-tails.ts';
import type { SummarizedLog, SummarizedSegment } from './logs-summary.ts';
import { OffsetIndex } from './offset-index.ts';
import type { SegmentContext } from './segment-context.ts';
import { SegmentList } from './segment-list.ts';
import { SegmentLog } from './segment-log.ts';
import { keepUpTo, scanOn, scanTail } from './segment-recovery.ts';
import { TimeIndex } from './time-index.ts';

/** What a start knows of a log before it looks at its files. */
export interface KnownLog {
  readonly summarized: SummarizedLog;
  readonly isAppended: boolean;
  /** Undefined where it has to be read from the file. */
  readonly tail: LogTail | undefined;
  readonly clean: boolean;
}

export interface OpenedSummarizedLog {
  readonly log: SegmentLog;
  readonly truncatedBytes: number;
  /** From where on its last file is not known to be synced, where that is so, and the batches from there on if they are at hand. */
  readonly unsynced:
    | { readonly position: number; readonly batches: readonly Uint8Array[] | undefined }
    | undefined;
}

/**
 * The log as a summary says it was, with what was appended since; undefined where its files say something else. The last file
 * may have grown since: what it has now is checked as after any unclean stop, and what cannot follow is cut.
 */
export async function openSummarized(
  context: SegmentContext,
  directory: string,
  { summarized, isAppended, tail, clean }: KnownLog,
  config: StoredLogConfig,
): Promise<OpenedSummarizedLog | undefined> {
  const { topicId, topic, partition, startOffset, segments, activeIndexes } = summarized;
  const id = { topicId, topic, partition };
  const last = segments.at(-1);
  if (last === undefined || folderName(id) !== summarized.folder) return undefined;
  const list = new SegmentList(id, directory, startOffset);
  for (const segment of segments) list.push(segmentOf(context, directory, segment));
  const { active } = list;
  const { sizeBytes: from } = last;
  const end = tail?.end ?? (await context.files.sizeBytes(active.logPath).catch(() => -1));
  if (end < from || (clean && end > from)) return undefined;
  if (activeIndexes !== undefined) {
    const offsets = OffsetIndex.fromBytes(activeIndexes.offsets, from);
    const times = TimeIndex.fromBytes(activeIndexes.times);
    if (offsets === undefined || times === undefined) return undefined;
    active.indexes = { offsets, times };
  }
  active.noteSynced();
  if (isAppended || end > from) {
    // A write removes them first; whether they are gone only the folder tells.
    active.indexesStale ||= active.indexesOnDisk;
    active.indexesOnDisk = false;
    if (active.indexes === undefined) return undefined;
  }
  const log = new SegmentLog(context, list, config, new Map(summarized.snapshots));
  if (end === from) return { log, truncatedBytes: 0, unsynced: undefined };
  const position =
    tail === undefined
      ? await scanTail(context, active, end)
      : await scanOn(context, active, { files: inMemory(tail), fd: -1, sizeBytes: end });
  list.sizeBytes += position - from;
  const truncatedBytes = end - position;
  if (truncatedBytes === 0) {
    return { log, truncatedBytes, unsynced: { position: from, batches: tail && batchesOf(tail) } };
  }
  // Synced at once, so that nothing of it can come back behind what is appended.
  await keepUpTo(context, active, truncatedBytes);
  active.noteSynced();
  return { log, truncatedBytes, unsynced: undefined };
}

function batchesOf({ bytes }: LogTail): Uint8Array[] {
  const view = viewOf(bytes);
  const batches: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + readBatchSize(view, at);
    batches.push(bytes.subarray(at, end));
    at = end;
  }
  return batches;
}

function inMemory({ from, bytes }: LogTail): Pick<FileSystem, 'read'> {
  return {
    async read(_fd, target, length, position) {
      const part = bytes.subarray(position - from, position - from + length);
      target.set(part);
      return part.length;
    },
  };
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
  segment.indexesStale = summarized.indexesStale;
  return segment;
}
