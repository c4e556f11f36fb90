import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readBaseOffset, viewOf } from '../../../src/domain/record/record-batch-header.ts';
import { batchesOf } from '../../../src/domain/record/record-batches.ts';

/** The segment files of a log, in order. */
export async function segmentFiles(
  directory: string,
  topic: string,
  partition: number,
): Promise<readonly string[]> {
  const folder = join(directory, `${topic}-${partition}`);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.log'));
  return names.sort().map((name) => join(folder, name));
}

/** Changes one byte, by default its lowest bit. */
export async function flipByte(file: string, position: number, mask = 1): Promise<void> {
  const bytes = await readFile(file);
  bytes[position] = bytes[position]! ^ mask;
  await writeFile(file, bytes);
}

/** Every file below a folder, with what it holds, to see whether something changed. */
export async function contentOf(directory: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const contents = new Map<string, string>();
  for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
    const path = join(entry.parentPath, entry.name);
    contents.set(path, entry.isFile() ? (await readFile(path)).toString('base64') : '');
  }
  return contents;
}

/** A batch in a file. */
export interface PlacedBatch {
  readonly file: string;
  readonly position: number;
  readonly sizeBytes: number;
  readonly baseOffset: bigint;
}

export async function batchesIn(file: string): Promise<readonly PlacedBatch[]> {
  return [...batchesOf(await readFile(file))].map(({ at, sizeInBytes, bytes }) => ({
    file,
    position: at,
    sizeBytes: sizeInBytes,
    baseOffset: readBaseOffset(viewOf(bytes), 0),
  }));
}
