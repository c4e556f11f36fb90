import { readBatchSize, readMaxTimestamp } from '../../domain/record/record-batch-header.ts';
import type { Offset } from '../../domain/topic-partition.ts';
import type { FileSystem } from '../data-folder/file-system.ts';
import { hasValidCrc, relativeBaseOffset, relativeLastOffset } from './batch-header.ts';
import { type BatchWalk, walkBatches } from './batch-walk.ts';
import type { OpenFile } from './file-cache.ts';
import { readIndexes } from './index-files.ts';
import { type LogSegment, MAX_INT32, type SegmentMark } from './log-segment.ts';
import { OffsetIndex } from './offset-index.ts';
import type { SegmentContext } from './segment-context.ts';
import { noteSyncFailure, rewriteFile } from './sync-failure.ts';
import { TimeIndex } from './time-index.ts';

const TIME_ENTRY_BYTES = 12;
/** A log is opened before its config is known. */
const INDEX_INTERVAL_BYTES = 4096;

/**
 * Takes a closed segment as its index files say it is: they are only there when its batches are synced.
 * False when they cannot be right.
 */
export async function trustClosed(
  context: SegmentContext,
  segment: LogSegment,
  sizeBytes: number,
  nextBaseOffset: bigint,
): Promise<boolean> {
  const { files } = context;
  const indexBytes = await files.sizeBytes(segment.indexPath);
  const timeBytes = await files.sizeBytes(segment.timeIndexPath);
  if (indexBytes % 8 !== 0 || timeBytes % TIME_ENTRY_BYTES !== 0) return false;
  segment.sizeBytes = sizeBytes;
  segment.nextRelative = segment.relative(nextBaseOffset);
  segment.maxTimestampMs = timeBytes === 0 ? -1n : await lastTimestamp(context, segment, timeBytes);
  segment.indexes = undefined;
  segment.indexesOnDisk = true;
  return true;
}

/** Takes the active segment as it was when the store was closed; false when its indexes are of no use. */
export async function resumeActive(
  context: SegmentContext,
  segment: LogSegment,
  sizeBytes: number,
): Promise<boolean> {
  segment.sizeBytes = sizeBytes;
  const indexes = await readIndexes(context, segment);
  segment.sizeBytes = 0;
  if (indexes === undefined) return false;
  segment.indexes = indexes;
  segment.indexesOnDisk = true;
  return (await resume(context, segment, sizeBytes)) === sizeBytes;
}

/**
 * Brings a segment up to `sizeBytes` from its indexes; gives the position up to where offsets are certain. A damaged
 * batch is for those who read it, as long as a sound one follows: new offsets go on from the last one.
 */
export async function resume(
  context: SegmentContext,
  segment: LogSegment,
  sizeBytes: number,
): Promise<number> {
  const { offsets, times } = segment.indexes!;
  segment.maxTimestampMs = times.maxTimestampMs;
  segment.relativeOfMax = times.offsetOfMax;
  segment.bytesSinceIndexEntry = 0;
  const file = context.cache.acquire(segment.logPath);
  try {
    const entry = offsets.count - 1;
    const from = offsets.positionAt(entry);
    segment.sizeBytes = from;
    segment.nextRelative = 0;
    let uncertainFrom: number | undefined;
    const { position } = await walkBatches(context.files, context.buffers, {
      fd: file.fd,
      from,
      to: sizeBytes,
      whole: true,
      visit(bytes, view, at, position) {
        const last = relativeLastOffset(view, at, segment.base);
        if (position === from && entry >= 0 && last !== offsets.lastOffsetAt(entry)) return false;
        if (relativeBaseOffset(view, at, segment.base) < segment.nextRelative) return false;
        const isSound = hasValidCrc(bytes, view, at, context.checksum);
        if (isSound) uncertainFrom = undefined;
        else uncertainFrom ??= position;
        const timestampMs = isSound ? readMaxTimestamp(view, at) : segment.maxTimestampMs;
        segment.add(readBatchSize(view, at), last, timestampMs, INDEX_INTERVAL_BYTES);
        return true;
      },
    });
    await readFirstTimestamp(context, segment, file);
    return uncertainFrom ?? position;
  } finally {
    context.cache.release(file);
  }
}

/** Cuts a file behind the segment's last batch and syncs it; `isDoubtful` after a sync of it that failed. */
export async function keepUpTo(
  context: SegmentContext,
  segment: LogSegment,
  cutBytes: number,
  isDoubtful = false,
): Promise<void> {
  const { cache, files, logger } = context;
  const { logPath, sizeBytes } = segment;
  const file = cache.acquire(logPath);
  try {
    if (cutBytes > 0) {
      const fields = { file: logPath, position: sizeBytes, cutBytes };
      logger.warn(fields, 'cut what follows the last whole batch');
      files.ftruncateSync(file.fd, sizeBytes);
    }
    if (isDoubtful) await rewriteFile(context, file, sizeBytes);
    // It may be no further than the page cache, though it survived the process.
    await files.fdatasync(file.fd);
  } catch (error) {
    await noteSyncFailure(context, segment.directory);
    throw error;
  } finally {
    cache.release(file);
  }
}

/**
 * A batch that leaves out some offsets. No checksum covers a base offset: where the next batch goes on as if nothing had
 * been left out, it is this one's that is wrong.
 */
interface Gap {
  readonly position: number;
  readonly before: SegmentMark;
  readonly nextWithout: number;
}

/**
 * Goes over all batches (Kafka's LogSegment.recover), rebuilds the indexes and tells where the first batch is that
 * is not whole, or that reaches into the `next` segment. What is before it is then synced.
 */
export async function scanSegment(
  context: SegmentContext,
  segment: LogSegment,
  sizeBytes: number,
  next?: Offset,
): Promise<number> {
  segment.indexes = { offsets: new OffsetIndex(), times: new TimeIndex() };
  segment.indexesOnDisk = false;
  segment.sizeBytes = 0;
  segment.nextRelative = 0;
  segment.firstTimestampMs = -1n;
  segment.maxTimestampMs = -1n;
  segment.relativeOfMax = -1;
  segment.bytesSinceIndexEntry = 0;
  const file = context.cache.acquire(segment.logPath);
  try {
    return await scanOn(context, segment, { files: context.files, fd: file.fd, sizeBytes, next });
  } finally {
    context.cache.release(file);
  }
}

/** The same for what a file has from where `segment` ends on. */
export async function scanTail(
  context: SegmentContext,
  segment: LogSegment,
  sizeBytes: number,
): Promise<number> {
  const file = context.cache.acquire(segment.logPath);
  try {
    return await scanOn(context, segment, { files: context.files, fd: file.fd, sizeBytes });
  } finally {
    context.cache.release(file);
    context.cache.forget(segment.logPath);
  }
}

/** Where the batches are that follow those of a segment so far. */
export interface SegmentScan {
  readonly files: Pick<FileSystem, 'read'>;
  readonly fd: number;
  readonly sizeBytes: number;
  readonly next?: Offset | undefined;
}

/** Adds them to the segment up to the first that cannot follow; gives its position, or the end. */
export async function scanOn(
  context: Pick<SegmentContext, 'buffers' | 'checksum'>,
  segment: LogSegment,
  { files, fd, sizeBytes, next }: SegmentScan,
): Promise<number> {
  const end = next === undefined ? MAX_INT32 + 1 : segment.relative(next);
  let gap: Gap | undefined;
  let cutAt: number | undefined;
  const walk: BatchWalk = {
    fd,
    from: segment.sizeBytes,
    to: sizeBytes,
    whole: true,
    visit(bytes, view, at, position) {
      const first = relativeBaseOffset(view, at, segment.base);
      const last = relativeLastOffset(view, at, segment.base);
      if (last >= end || !hasValidCrc(bytes, view, at, context.checksum)) return false;
      if (first < segment.nextRelative) {
        if (first !== gap?.nextWithout) return false;
        segment.rewind(gap.before);
        cutAt = gap.position;
        return false;
      }
      gap = undefined;
      if (first > segment.nextRelative) {
        const nextWithout = segment.nextRelative + last - first + 1;
        gap = { position, before: segment.mark(), nextWithout };
      }
      segment.addFrom(view, at, readBatchSize(view, at), INDEX_INTERVAL_BYTES);
      return true;
    },
  };
  const { position } = await walkBatches(files, context.buffers, walk);
  return cutAt ?? position;
}

async function lastTimestamp(
  context: SegmentContext,
  segment: LogSegment,
  timeBytes: number,
): Promise<bigint> {
  const entry = new Uint8Array(TIME_ENTRY_BYTES);
  const file = context.cache.acquire(segment.timeIndexPath);
  try {
    await context.files.read(file.fd, entry, TIME_ENTRY_BYTES, timeBytes - TIME_ENTRY_BYTES);
  } finally {
    context.cache.release(file);
    context.cache.forget(segment.timeIndexPath);
  }
  return new DataView(entry.buffer).getBigInt64(0);
}

async function readFirstTimestamp(
  context: SegmentContext,
  segment: LogSegment,
  file: OpenFile,
): Promise<void> {
  segment.firstTimestampMs = -1n;
  await walkBatches(context.files, context.buffers, {
    fd: file.fd,
    from: 0,
    to: segment.sizeBytes,
    whole: false,
    visit(_bytes, view, at) {
      segment.firstTimestampMs = readMaxTimestamp(view, at);
      return false;
    },
  });
}
