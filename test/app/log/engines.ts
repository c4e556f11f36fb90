import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeyValueLogStore } from '../../../src/adapters/key-value/key-value-log-store.ts';
import { LevelDatabase } from '../../../src/adapters/leveldb/level-database.ts';
import { MemoryLogStore } from '../../../src/adapters/memory/memory-log-store.ts';
import { RocksDatabase } from '../../../src/adapters/rocksdb/rocks-database.ts';
import { SegmentLogStore } from '../../../src/adapters/segment/segment-log-store.ts';
import type { KeyValueDatabase } from '../../../src/ports/key-value-database.ts';
import type { LogStore } from '../../../src/ports/log-store.ts';
import { SMALL_LEVEL, SMALL_ROCKS } from '../../support/key-value-options.ts';
import { silentLogger } from '../../support/silent-logger.ts';
import { checksum } from './log-fixture.ts';

export interface OpenEngine {
  /** A store over the same data; the one before must have been closed. */
  store(): LogStore;
  remove(): Promise<void>;
}

export interface Engine {
  readonly name: string;
  open(): Promise<OpenEngine>;
}

/** The storage engines a log has to work on. */
export const engines: readonly Engine[] = [
  {
    name: 'memory',
    async open() {
      const store = new MemoryLogStore();
      return { store: () => store, remove: async () => undefined };
    },
  },
  {
    name: 'segment',
    async open() {
      const directory = await mkdtemp(join(tmpdir(), 'kawadb-log-'));
      return {
        store: () => new SegmentLogStore({ directory, checksum, logger: silentLogger }),
        remove: () => rm(directory, { recursive: true, force: true }),
      };
    },
  },
  keyValueEngine('rocksdb', (directory) => new RocksDatabase(directory, SMALL_ROCKS)),
  keyValueEngine('leveldb', (directory) => new LevelDatabase(directory, SMALL_LEVEL)),
];

function keyValueEngine(name: string, database: (directory: string) => KeyValueDatabase): Engine {
  return {
    name,
    async open() {
      const directory = await mkdtemp(join(tmpdir(), 'kawadb-log-'));
      const options = { engine: name, directory, database, checksum, logger: silentLogger };
      return {
        store: () => new KeyValueLogStore(options),
        remove: () => rm(directory, { recursive: true, force: true }),
      };
    },
  };
}
