import { readBatchSize } from '../../domain/record/record-batch-header.ts';
import { writeFilesAtomically } from '../data-folder/atomic-file.ts';
import { hasValidCrc, relativeBaseOffset } from './batch-header.ts';
import { readFullySync, walkBatches } from './batch-walk.ts';
import { LogSegment, type SegmentIndexes } from './log-segment.ts';
import { OffsetIndex } from './offset-index.ts';
import type { SegmentContext } from './segment-context.ts';
import { TimeIndex } from './time-index.ts';

const INDEX_INTERVAL_BYTES = 4096;
/** Removed at a start, should it be left over. */
const IDLE = '.idle.tmp';
const READ_BYTES = 64 * 1024;

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
  segment.indexesStale = false;
  if (segment.removed) await removeIndexes(context, segment);
  else segment.indexesOnDisk = true;
}

/** The same for the active segment of a log that may be written to meanwhile: then the files are of no use. */
export async function sealIdle(context: SegmentContext, segment: LogSegment): Promise<void> {
  const { files } = context;
  const { sizeBytes } = segment;
  const isWritten = (): boolean => segment.sizeBytes !== sizeBytes || segment.unsynced;
  if (segment.indexesOnDisk || segment.indexes === undefined || isWritten()) return;
  segment.completeTimeIndex();
  const { offsets, times } = segment.indexes;
  const written = [
    { path: segment.timeIndexPath, bytes: times.toBytes() },
    { path: segment.indexPath, bytes: offsets.toBytes() },
  ];
  for (const { path, bytes } of written) await files.writeFile(`${path}${IDLE}`, bytes);
  if (isWritten()) {
    for (const { path } of written) await files.remove(`${path}${IDLE}`);
    return;
  }
  // From here on a write removes them first.
  segment.indexesOnDisk = true;
  segment.indexesStale = false;
  for (const { path } of written) files.renameSync(`${path}${IDLE}`, path);
  await files.syncDirectory(segment.directory);
}

export async function removeIndexes(context: SegmentContext, segment: LogSegment): Promise<void> {
  segment.indexesOnDisk = false;
  await context.files.remove(segment.indexPath);
  await context.files.remove(segment.timeIndexPath);
  segment.indexesStale = false;
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

/**
 * The same for an active segment, at once. Where its files are of no use it does without: a search then begins at the
 * segment's start.
 */
export function loadIndexesSync(context: SegmentContext, segment: LogSegment): SegmentIndexes {
  if (segment.indexes === undefined) {
    const offsets = OffsetIndex.fromBytes(
      readWholeSync(context, segment.indexPath),
      segment.sizeBytes,
    );
    const times = TimeIndex.fromBytes(readWholeSync(context, segment.timeIndexPath));
    if (offsets === undefined || times === undefined) {
      context.logger.warn({ file: segment.logPath }, 'index is not usable');
    }
    segment.indexes = {
      offsets: (times && offsets) ?? new OffsetIndex(),
      times: (offsets && times) ?? new TimeIndex(),
    };
  }
  return segment.indexes;
}

function readWholeSync({ cache, files }: SegmentContext, path: string): Uint8Array {
  const file = cache.acquire(path);
  const pieces: Uint8Array[] = [];
  try {
    for (let position = 0; ; ) {
      const piece = new Uint8Array(READ_BYTES);
      const count = readFullySync(files, file.fd, piece, READ_BYTES, position);
      pieces.push(piece.subarray(0, count));
      position += count;
      if (count < READ_BYTES) return new Uint8Array(Buffer.concat(pieces));
    }
  } finally {
    cache.release(file);
    cache.forget(path);
  }
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
  // A file of its name would be another's, or made anew.
  if (segment.removed) return copy.indexes!;
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
