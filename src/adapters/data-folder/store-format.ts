import { KafkaError } from '../../domain/kafka-error.ts';
import { writeFileAtomically } from './atomic-file.ts';
import type { FileSystem } from './file-system.ts';

/** The file that tells whose data a folder holds. */
export const FORMAT = 'kawadb-store';

export interface StoreFormat {
  readonly engine: string;
  /** Of the engine's layout of its data. */
  readonly version: number;
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
    return;
  }
  if (holdsData(await files.names(directory))) {
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

function checkFormat(
  { engine, version }: { engine: unknown; version: unknown },
  own: StoreFormat,
  path: string,
): void {
  if (engine === own.engine && version === own.version) return;
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
