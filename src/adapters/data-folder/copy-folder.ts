import { constants } from 'node:fs';
import { copyFile, mkdir, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface CopiedFiles {
  readonly files: number;
  readonly bytes: number;
}

/**
 * Copies a folder with all that is in it, but for some names at its top. Everything survives power loss afterwards. Nothing is
 * made where there is no such folder.
 */
export async function copyFolder(
  from: string,
  to: string,
  options: { readonly without: readonly string[]; readonly signal: AbortSignal },
): Promise<CopiedFiles> {
  const entries = await readdir(from, { withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    },
  );
  if (entries === undefined) return { files: 0, bytes: 0 };
  await mkdir(to);
  let [files, bytes] = [0, 0];
  for (const entry of entries) {
    if (options.without.includes(entry.name)) continue;
    options.signal.throwIfAborted();
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) {
      const inside = await copyFolder(source, target, { ...options, without: [] });
      files += inside.files;
      bytes += inside.bytes;
    } else if (entry.isFile()) {
      await copyFile(source, target, constants.COPYFILE_FICLONE);
      await sync(target);
      files += 1;
      bytes += (await stat(target)).size;
    }
  }
  await sync(to);
  return { files, bytes };
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
