import type {
  KeyRange,
  KeyValueDatabase,
  KeyValueEntries,
  KeyValueOperation,
  KeyValueQuery,
} from '../../ports/key-value-database.ts';
import { WriteAheadFiles } from '../data-folder/write-ahead-files.ts';
import {
  loadRocksLevel,
  type RocksBatch,
  type RocksLevel,
  type RocksLevelRange,
} from './rocks-binding.ts';

export interface RocksOptions {
  readonly memtableBytes: number;
  readonly cacheBytes: number;
  readonly compaction: 'universal' | 'level';
}

const NOTHING = new Uint8Array();
const BLOCK_BYTES = 64 * 1024;
const READ_AHEAD_BYTES = 256 * 1024;
const BUFFERS = { keyEncoding: 'buffer', valueEncoding: 'buffer' } as const;

/** RocksDB, through the binding @nxtedition/rocksdb, whose writes are made on the event loop: they are copies. */
export class RocksDatabase implements KeyValueDatabase {
  readonly name = 'RocksDB';
  readonly #directory: string;
  readonly #options: RocksOptions;
  readonly #writeAhead: WriteAheadFiles;
  #database: RocksLevel | undefined;
  /** One for all writes: the binding keeps a reference to every batch it made until the database is closed. */
  #batch: RocksBatch | undefined;

  constructor(directory: string, options: RocksOptions) {
    this.#directory = directory;
    this.#options = options;
    this.#writeAhead = new WriteAheadFiles(directory);
  }

  async open(): Promise<void> {
    const { memtableBytes, cacheBytes, compaction } = this.#options;
    const Level = await loadRocksLevel();
    const database = new Level(this.#directory, {
      ...BUFFERS,
      // Producers compress.
      compression: false,
      walCompression: false,
      memtableMemoryBudget: memtableBytes,
      cacheSize: cacheBytes,
      // Or else the indexes of all files would be in memory beside the cache.
      cacheIndexAndFilterBlocks: true,
      blockSize: BLOCK_BYTES,
      compaction,
    });
    await database.open();
    this.#database = database;
  }

  write(operations: readonly KeyValueOperation[]): void {
    this.#batch ??= this.#opened()._chainedBatch();
    writeAtOnce(this.#batch, operations);
  }

  /** A sync by RocksDB would stop the event loop for as long as the device takes. */
  sync(): Promise<void> {
    return this.#writeAhead.sync();
  }

  read(query: KeyValueQuery): KeyValueEntries | Promise<KeyValueEntries> {
    const { gte, lt, reverse = false, values, limit, maxBytes = 0x7fff_ffff, mayBlock } = query;
    const highWaterMarkBytes = Math.min(maxBytes, 0x7fff_ffff);
    // By itself RocksDB reads ahead only after some blocks, and each read here is a new iterator.
    const readaheadSize = values && maxBytes >= READ_AHEAD_BYTES ? READ_AHEAD_BYTES : 0;
    const limits = { reverse, limit, values, highWaterMarkBytes, readaheadSize };
    const range = { gte, lt, ...limits, ...BUFFERS };
    if (mayBlock !== true) return this.#readAside(range);
    return entriesOf(this.#opened().querySync(range).rows);
  }

  async deleteRange({ gte, lt }: KeyRange): Promise<void> {
    await this.#opened().clear({ gte, lt, ...BUFFERS });
  }

  async close(): Promise<void> {
    await this.#writeAhead.close();
    const database = this.#database;
    this.#database = undefined;
    this.#batch = undefined;
    await database?.close();
  }

  /** In libuv's thread pool. */
  async #readAside(range: RocksLevelRange): Promise<KeyValueEntries> {
    const iterator = this.#opened().iterator(range);
    try {
      return (await iterator.nextv(range.limit)).map(([key, value = NOTHING]) => [key, value]);
    } finally {
      await iterator.close();
    }
  }

  #opened(): RocksLevel {
    if (this.#database === undefined) throw new Error('the database is not open');
    return this.#database;
  }
}

function writeAtOnce(batch: RocksBatch, operations: readonly KeyValueOperation[]): void {
  try {
    for (const operation of operations) {
      if (operation.type === 'put') batch._put(operation.key, operation.value);
      else batch._del(operation.key);
    }
    batch._writeSync();
  } finally {
    batch._clear();
  }
}

function entriesOf(rows: readonly (Uint8Array | undefined)[]): KeyValueEntries {
  const entries: [Uint8Array, Uint8Array][] = [];
  for (let i = 0; i < rows.length; i += 2) {
    entries.push([rows[i] as Uint8Array, rows[i + 1] ?? NOTHING]);
  }
  return entries;
}
