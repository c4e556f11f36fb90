import { writeFileAtomically } from '../data-folder/atomic-file.ts';
import { readFully } from './batch-walk.ts';
import type { OpenFile } from './file-cache.ts';
import { SYNC_FAILED } from './log-directory.ts';
import type { SegmentContext } from './segment-context.ts';
import { writeAllSync } from './write-all.ts';

const CHUNK_BYTES = 1024 * 1024;

/**
 * After a failed sync the system takes what it could not write for written, so that another sync would say nothing.
 * This leaves word for the next start, which writes what it keeps anew.
 */
export async function noteSyncFailure(
  { files, logger }: SegmentContext,
  directory: string,
): Promise<void> {
  const path = `${directory}/${SYNC_FAILED}`;
  try {
    await writeFileAtomically(files, path, new Uint8Array());
  } catch (error) {
    logger.error({ file: path, err: error }, 'a failed sync could not be noted');
  }
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
