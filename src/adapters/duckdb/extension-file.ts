import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** pip puts files that deep. */
const DEPTH_MAX = 5;

/** Where in a folder an extension is, as pip unpacks the packages `duckdb-extension-…`; undefined when it is not. */
export async function extensionFile(
  directory: string,
  name: string,
  depth = DEPTH_MAX,
): Promise<string | undefined> {
  const file = `${name}.duckdb_extension`;
  const entries: Dirent[] = await readdir(directory, { withFileTypes: true });
  if (entries.some((entry) => entry.name === file)) return join(directory, file);
  if (depth === 1) return undefined;
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!entry.isDirectory()) continue;
    const below = await extensionFile(join(directory, entry.name), name, depth - 1);
    if (below !== undefined) return below;
  }
  return undefined;
}
