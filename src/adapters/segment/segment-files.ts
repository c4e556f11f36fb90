import { readFully } from './batch-walk.ts';
import type { OpenFile } from './file-cache.ts';
import type { LogSegment } from './log-segment.ts';
import type { SegmentContext } from './segment-context.ts';
import { writeAllSync } from './write-all.ts';

const CHUNK_BYTES = 1024 * 1024;

/** Removes a segment's files, the batches last: without them the rest means nothing. */
export async function removeSegmentFiles(
  { cache, files, indexes }: SegmentContext,
  segment: LogSegment,
): Promise<void> {
  indexes.forget(segment);
  cache.forget(segment.logPath);
  await files.remove(segment.indexPath);
  await files.remove(segment.timeIndexPath);
  await files.remove(segment.logPath);
}

/** Writes a file's bytes over themselves, so that the next sync takes them to the device. */
export async function rewriteFile(
  { files, buffers }: SegmentContext,
  { fd, path }: OpenFile,
  sizeBytes: number,
): Promise<void> {
  const buffer = buffers.take(CHUNK_BYTES);
  try {
    for (let position = 0; position < sizeBytes; position += CHUNK_BYTES) {
      const length = Math.min(CHUNK_BYTES, sizeBytes - position);
      const count = await readFully(files, fd, buffer, length, position);
      if (count < length)
        throw new Error(`${path} ends at ${position + count}, not at ${sizeBytes}`);
      writeAllSync(files, fd, [buffer.subarray(0, length)], length, position);
    }
  } finally {
    buffers.give(buffer);
  }
}
