import { KafkaError } from '../../domain/kafka-error.ts';
import { writeFileAtomically } from './atomic-file.ts';
import type { FileSystem } from './file-system.ts';

/** The file that tells whose data a folder holds. */
export const FORMAT = 'kawadb-store';

/** Stands for the engine until a copy of a data folder is whole. */
export const UNFINISHED_COPY = 'unfinished-copy';

export interface StoreFormat {
  readonly engine: string;
  /** Of the engine's layout of its data. */
  readonly version: number;
  /** Earlier versions that it takes over; the folder is of its own version afterwards. */
  readonly upgrades?: readonly number[];
}

/**
 * Makes sure that a folder's data are of this engine, and says so in a new one. `holdsData` tells by the names in a
 * folder without the file whether there is something in it that an engine must not touch.
 */
export async function checkStoreFormat(
  files: FileSystem,
  directory: string,
  own: StoreFormat,
  holdsData: (names: readonly string[]) => boolean,
): Promise<void> {
  const path = `${directory}/${FORMAT}`;
  const found = await readStoreFormat(files, directory);
  if (found !== undefined) {
    checkFormat(found, own, path);
    if (found.version === own.version) return;
  } else if (holdsData(await files.names(directory))) {
    throw new KafkaError(
      'KAFKA_STORAGE_ERROR',
      `${directory} holds data but no file ${FORMAT}, so they are not of this store: choose an empty folder`,
    );
  }
  const { engine, version } = own;
  await writeFileAtomically(files, path, Buffer.from(`${JSON.stringify({ engine, version })}\n`));
}

/** Whose data a folder holds; undefined where nothing tells. */
export async function readStoreFormat(
  files: FileSystem,
  directory: string,
): Promise<{ engine: unknown; version: unknown } | undefined> {
  const bytes = await files.readFile(`${directory}/${FORMAT}`);
  return bytes && parseFormat(Buffer.from(bytes).toString());
}

/** The same for who only reads: there must be a format file, and it stays as it is. */
export async function requireStoreFormat(
  files: FileSystem,
  directory: string,
  own: StoreFormat,
): Promise<void> {
  const path = `${directory}/${FORMAT}`;
  const found = await readStoreFormat(files, directory);
  if (found !== undefined) return checkFormat(found, own, path);
  throw new KafkaError(
    'KAFKA_STORAGE_ERROR',
    `${directory} has no file ${FORMAT}, so it is no data folder: choose another one`,
  );
}

export function unfinishedCopy(path: string): KafkaError {
  return new KafkaError(
    'KAFKA_STORAGE_ERROR',
    `${path} says that the folder holds a copy that was not finished: remove the folder and copy again`,
  );
}

function checkFormat(
  { engine, version }: { engine: unknown; version: unknown },
  own: StoreFormat,
  path: string,
): void {
  if (engine === UNFINISHED_COPY) throw unfinishedCopy(path);
  const versions: readonly unknown[] = [own.version, ...(own.upgrades ?? [])];
  if (engine === own.engine && versions.includes(version)) return;
  throw new KafkaError(
    'KAFKA_STORAGE_ERROR',
    `${path} says that the data are of the storage engine ${engine}, version ${version}; ` +
      `this is ${own.engine}, version ${own.version}: start with that engine or choose another folder`,
  );
}

function parseFormat(content: string): { engine: unknown; version: unknown } {
  try {
    const { engine, version } = JSON.parse(content) as { engine?: unknown; version?: unknown };
    return { engine, version };
  } catch {
    return { engine: 'unknown', version: 'unknown' };
  }
}
