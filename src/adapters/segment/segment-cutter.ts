import type { Offset, TopicIdPartition } from '../../domain/topic-partition.ts';
import { writeFileAtomically } from '../data-folder/atomic-file.ts';
import { compactedMark } from './compacted-mark.ts';
import { DamageSearch } from './damage-search.ts';
import { loadIndexes, removeIndexes } from './index-files.ts';
import { LOG_START_OFFSET, segmentBaseOffsets, startOffsetCheckpoint } from './log-directory.ts';
import { LogSegment, type SegmentIndexes } from './log-segment.ts';
import type { LogSyncer } from './log-syncer.ts';
import { OffsetIndex } from './offset-index.ts';
import { seekBatch } from './seek-batch.ts';
import type { SegmentContext } from './segment-context.ts';
import { removeSegmentFiles } from './segment-files.ts';
import type { SegmentList } from './segment-list.ts';
import { resume } from './segment-recovery.ts';
import { TimeIndex } from './time-index.ts';

/**
 * Drops the batches that end at or after `offset`; may be done again when it failed. The steps are synced one by one from the end of the log,
 * so that whatever a power loss leaves is a log without its end.
 */
export async function truncateSegments(
  context: SegmentContext,
  list: SegmentList,
  syncer: LogSyncer,
  offset: Offset,
): Promise<void> {
  const target = list.segments[list.indexOf(offset)]!;
  const relative = target.relative(offset);
  const indexes = await loadIndexes(context, target);
  const position = await positionOf(context, list, target, indexes, relative);
  const isCut = position < target.sizeBytes;
  // Where a compacted segment ends is not known by the next one's name.
  const isNew = isCut || (target !== list.active && target.compactedTo > 0n);
  const rest = isNew ? await partOf(context, list.id, target, indexes, relative, position) : target;
  while (list.active !== target) syncer.forget(list.pop());
  // The cache may have let go of them, which it does not with an active segment's.
  target.indexes ??= indexes;
  if (isNew) {
    syncer.forget(list.pop());
    list.push(rest);
  }
  await removeFilesAbove(context, list.directory, target.baseOffset);
  await removeIndexes(context, rest);
  await context.files.syncDirectory(list.directory);
  const file = context.cache.acquire(rest.logPath);
  try {
    context.files.ftruncateSync(file.fd, position);
    await context.files.fdatasync(file.fd);
  } catch (error) {
    await syncer.noteFailure(error);
    throw error;
  } finally {
    context.cache.release(file);
  }
  if (rest.compactedTo <= rest.endOffset) return;
  // In what is appended from here on nothing is missing.
  const mark = compactedMark(rest.endOffset);
  await writeFileAtomically(context.files, rest.compactedMarkPath, mark);
  rest.compactedTo = rest.endOffset;
}

/** Empties the log and lets it start at `offset`; may be done again when it failed. */
export async function resetSegments(
  context: SegmentContext,
  list: SegmentList,
  syncer: LogSyncer,
  offset: Offset,
): Promise<void> {
  const { files } = context;
  while (list.segments.length > 0) syncer.forget(list.pop());
  const segment = new LogSegment(list.directory, offset, context.nowMs());
  list.push(segment);
  list.startOffset = offset;
  await removeFilesAbove(context, list.directory, -1n);
  const path = `${list.directory}/${LOG_START_OFFSET}`;
  await writeFileAtomically(files, path, startOffsetCheckpoint(list.id, offset));
  await files.writeFile(segment.logPath, new Uint8Array());
  await files.syncDirectory(list.directory);
}

async function positionOf(
  context: SegmentContext,
  list: SegmentList,
  segment: LogSegment,
  { offsets }: SegmentIndexes,
  relative: number,
): Promise<number> {
  const place = await seekBatch(context, segment, offsets, relative);
  if (place !== undefined) return place.position;
  const file = context.cache.acquire(segment.logPath);
  try {
    const { sizeBytes, nextRelative } = segment;
    const extent = { segment, sizeBytes, nextRelative };
    const search = new DamageSearch(context, extent, offsets, file.fd);
    const { sound, damage } = await search.find(relative);
    if (damage !== undefined) throw context.failures.damaged(list.id, segment, damage);
    return sound.position;
  } finally {
    context.cache.release(file);
  }
}

/** By what the folder holds: an earlier cut may have failed half-way. */
async function removeFilesAbove(
  context: SegmentContext,
  directory: string,
  baseOffset: Offset,
): Promise<void> {
  const names = await context.files.names(directory);
  for (const base of segmentBaseOffsets(names).reverse()) {
    if (base <= baseOffset) return;
    await removeSegmentFiles(context, new LogSegment(directory, base, 0));
    await context.files.syncDirectory(directory);
  }
}

/** The segment up to `position`, where the first batch is that ends at or after `relative`. */
async function partOf(
  context: SegmentContext,
  id: TopicIdPartition,
  segment: LogSegment,
  { offsets, times }: SegmentIndexes,
  relative: number,
  position: number,
): Promise<LogSegment> {
  const part = new LogSegment(segment.directory, segment.baseOffset, context.nowMs());
  part.compactedTo = segment.compactedTo;
  part.indexes = {
    offsets: OffsetIndex.fromBytes(offsets.toBytes(), segment.sizeBytes)!,
    times: TimeIndex.fromBytes(times.toBytes())!,
  };
  part.indexes.offsets.truncate(relative);
  part.indexes.times.truncate(relative);
  const soundTo = await resume(context, part, position);
  if (soundTo === position) return part;
  throw context.failures.damaged(id, segment, { position: soundTo, from: part.nextRelative });
}
