import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  KeyValueLogStore,
  type KeyValueLogStoreOptions,
} from '../../../src/adapters/key-value/key-value-log-store.ts';
import { LevelDatabase } from '../../../src/adapters/leveldb/level-database.ts';
import { RocksDatabase } from '../../../src/adapters/rocksdb/rocks-database.ts';
import { portableChecksum } from '../../../src/domain/record/crc32c.ts';
import type { KeyValueDatabase } from '../../../src/ports/key-value-database.ts';
import { SMALL_LEVEL, SMALL_ROCKS } from '../../support/key-value-options.ts';
import { silentLogger } from '../../support/silent-logger.ts';

export const DATABASES: Readonly<Record<string, (directory: string) => KeyValueDatabase>> = {
  rocksdb: (directory) => new RocksDatabase(directory, SMALL_ROCKS),
  leveldb: (directory) => new LevelDatabase(directory, SMALL_LEVEL),
};

export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'kawadb-key-value-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

export function storeIn(
  directory: string,
  engine: string,
  options: Partial<KeyValueLogStoreOptions> = {},
): KeyValueLogStore {
  const database = DATABASES[engine]!;
  const logger = silentLogger;
  return new KeyValueLogStore({
    ...{ engine, directory, database, checksum: portableChecksum, logger },
    ...options,
  });
}
