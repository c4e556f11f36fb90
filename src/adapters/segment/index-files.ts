import { readBatchSize } from '../../domain/record/record-batch-header.ts';
import { writeFilesAtomically } from '../data-folder/atomic-file.ts';
import { hasValidCrc, relativeBaseOffset } from './batch-header.ts';
import { walkBatches } from './batch-walk.ts';
import { LogSegment, type SegmentIndexes } from './log-segment.ts';
import { OffsetIndex } from './offset-index.ts';
import type { SegmentContext } from './segment-context.ts';
import { TimeIndex } from './time-index.ts';

const INDEX_INTERVAL_BYTES = 4096;

/**
 * Stores the indexes of a segment whose batches are synced: that both files are there says so. Nothing may follow
 * in the segment before they are removed.
 */
export async function writeIndexes(context: SegmentContext, segment: LogSegment): Promise<void> {
  if (segment.indexesOnDisk || segment.removed || segment.indexes === undefined) return;
  segment.completeTimeIndex();
  const { offsets, times } = segment.indexes;
  await writeFilesAtomically(context.files, [
    { path: segment.timeIndexPath, bytes: times.toBytes() },
    { path: segment.indexPath, bytes: offsets.toBytes() },
  ]);
  if (segment.removed) await removeIndexes(context, segment);
  else segment.indexesOnDisk = true;
}

export async function removeIndexes(context: SegmentContext, segment: LogSegment): Promise<void> {
  segment.indexesOnDisk = false;
  await context.files.remove(segment.indexPath);
  await context.files.remove(segment.timeIndexPath);
}

/** The indexes of a closed segment, from its files or, where those are of no use, from its batches. */
export async function loadIndexes(
  context: SegmentContext,
  segment: LogSegment,
): Promise<SegmentIndexes> {
  if (segment.indexes === undefined) {
    const read = await readIndexes(context, segment);
    if (read === undefined) {
      context.logger.warn({ file: segment.logPath }, 'index is not usable, rebuilding it');
    }
    segment.indexes ??= read ?? (await rebuildIndexes(context, segment));
  }
  if (segment.indexesOnDisk) context.indexes.used(segment);
  return segment.indexes!;
}

export async function readIndexes(
  { files }: SegmentContext,
  segment: LogSegment,
): Promise<SegmentIndexes | undefined> {
  const offsetBytes = await files.readFile(segment.indexPath);
  const timeBytes = await files.readFile(segment.timeIndexPath);
  if (offsetBytes === undefined || timeBytes === undefined) return undefined;
  const offsets = OffsetIndex.fromBytes(offsetBytes, segment.sizeBytes);
  const times = TimeIndex.fromBytes(timeBytes);
  return offsets && times && { offsets, times };
}

async function rebuildIndexes(
  context: SegmentContext,
  segment: LogSegment,
): Promise<SegmentIndexes> {
  const copy = new LogSegment(segment.directory, segment.baseOffset, 0);
  const file = context.cache.acquire(segment.logPath);
  try {
    await walkBatches(context.files, context.buffers, {
      fd: file.fd,
      from: 0,
      to: segment.sizeBytes,
      whole: true,
      visit(bytes, view, at) {
        // What follows a damaged batch is found from the last entry before it.
        if (relativeBaseOffset(view, at, segment.base) < copy.nextRelative) return false;
        if (!hasValidCrc(bytes, view, at, context.checksum)) return false;
        copy.addFrom(view, at, readBatchSize(view, at), INDEX_INTERVAL_BYTES);
        return true;
      },
    });
  } finally {
    context.cache.release(file);
  }
  copy.completeTimeIndex();
  return copy.indexes!;
}
