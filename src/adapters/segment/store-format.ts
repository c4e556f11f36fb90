import { KafkaError } from '../../domain/kafka-error.ts';
import { writeFileAtomically } from './atomic-file.ts';
import type { FileSystem } from './file-system.ts';
import { FORMAT, isLogFolder } from './log-directory.ts';

const ENGINE = 'segment';
const VERSION = 1;

/** Makes sure that a folder's data are this engine's, and says so in a new one. */
export async function checkStoreFormat(files: FileSystem, directory: string): Promise<void> {
  const path = `${directory}/${FORMAT}`;
  const bytes = await files.readFile(path);
  if (bytes !== undefined) {
    checkFormat(Buffer.from(bytes).toString(), path);
    return;
  }
  const names = await files.names(directory);
  if (names.some(isLogFolder)) {
    throw new KafkaError(
      'KAFKA_STORAGE_ERROR',
      `${directory} holds logs but no file ${FORMAT}, so they are not of this store: choose an empty folder`,
    );
  }
  const format = `${JSON.stringify({ engine: ENGINE, version: VERSION })}\n`;
  await writeFileAtomically(files, path, Buffer.from(format));
}

function checkFormat(content: string, path: string): void {
  const { engine, version } = parseFormat(content);
  if (engine === ENGINE && version === VERSION) return;
  throw new KafkaError(
    'KAFKA_STORAGE_ERROR',
    `${path} says that the data are of the storage engine ${engine}, version ${version}; ` +
      `this is ${ENGINE}, version ${VERSION}: start with that engine or choose another folder`,
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
