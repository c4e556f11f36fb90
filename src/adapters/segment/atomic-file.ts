import { dirname } from 'node:path';
import type { FileSystem } from './file-system.ts';

let sequence = 0;

/** Replaces a small file so that a crash leaves the old content or the new, never a part. */
export async function writeFileAtomically(
  files: FileSystem,
  path: string,
  bytes: Uint8Array,
): Promise<void> {
  sequence += 1;
  const temporary = `${path}.${sequence}.tmp`;
  await files.writeFile(temporary, bytes);
  await files.rename(temporary, path);
  await files.syncDirectory(dirname(path));
}
