import { dirname } from 'node:path';
import type { FileSystem } from './file-system.ts';

let sequence = 0;

/** Replaces a small file so that a crash leaves the old content or the new, never a part. */
export function writeFileAtomically(
  files: FileSystem,
  path: string,
  bytes: Uint8Array,
): Promise<void> {
  return writeFilesAtomically(files, [{ path, bytes }]);
}

/** The same for files of one folder, each for itself; one sync of the folder does for all. */
export async function writeFilesAtomically(
  files: FileSystem,
  contents: readonly { readonly path: string; readonly bytes: Uint8Array }[],
): Promise<void> {
  const written = contents.map(({ path, bytes }) => {
    sequence += 1;
    return { path, bytes, temporary: `${path}.${sequence}.tmp` };
  });
  for (const { temporary, bytes } of written) await files.writeFile(temporary, bytes);
  for (const { temporary, path } of written) await files.rename(temporary, path);
  await files.syncDirectory(dirname(contents[0]!.path));
}
