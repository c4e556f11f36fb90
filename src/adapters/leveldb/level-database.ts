import { ClassicLevel } from 'classic-level';
import type {
  KeyRange,
  KeyValueDatabase,
  KeyValueEntries,
  KeyValueOperation,
  KeyValueQuery,
} from '../../ports/key-value-database.ts';
import { WriteAheadFiles } from '../data-folder/write-ahead-files.ts';

export interface LevelOptions {
  readonly writeBufferBytes: number;
  readonly fileBytes: number;
  readonly cacheBytes: number;
  readonly openFilesMax: number;
}

const NOTHING = new Uint8Array();
const BLOCK_BYTES = 16 * 1024;
/** Keys that are deleted in one write. */
const DELETED_AT_ONCE = 1000;
const VIEWS = { keyEncoding: 'view', valueEncoding: 'view' } as const;

/** LevelDB, through the binding classic-level. Every call is a trip to libuv's thread pool. */
export class LevelDatabase implements KeyValueDatabase {
  readonly name = 'LevelDB';
  readonly #directory: string;
  readonly #options: LevelOptions;
  #database: ClassicLevel<Uint8Array, Uint8Array> | undefined;
  #writeAhead: WriteAheadFiles;
  #closing = false;
  readonly #deletions = new Set<Promise<void>>();

  constructor(directory: string, options: LevelOptions) {
    this.#directory = directory;
    this.#options = options;
    this.#writeAhead = new WriteAheadFiles(directory);
  }

  async open(): Promise<void> {
    const { writeBufferBytes, fileBytes, cacheBytes, openFilesMax } = this.#options;
    const database = new ClassicLevel<Uint8Array, Uint8Array>(this.#directory, {
      ...VIEWS,
      // Producers compress.
      compression: false,
      writeBufferSize: writeBufferBytes,
      maxFileSize: fileBytes,
      cacheSize: cacheBytes,
      maxOpenFiles: openFilesMax,
      blockSize: BLOCK_BYTES,
    });
    await database.open();
    this.#database = database;
    this.#closing = false;
  }

  async write(operations: readonly KeyValueOperation[]): Promise<void> {
    await this.#opened().batch(operations as KeyValueOperation[], VIEWS);
  }

  /** LevelDB's own sync goes with a write, and is of the newest file only. */
  sync(): Promise<void> {
    return this.#writeAhead.sync();
  }

  async read(query: KeyValueQuery): Promise<KeyValueEntries> {
    const { gte, lt, reverse = false, values, limit, maxBytes = Number.MAX_SAFE_INTEGER } = query;
    const highWaterMarkBytes = Math.min(maxBytes, 0x7fff_ffff);
    const range = { gte, lt, reverse, limit, highWaterMarkBytes, keyEncoding: 'view' } as const;
    if (values) {
      const iterator = this.#opened().iterator({ ...range, valueEncoding: 'view' });
      try {
        return await iterator.nextv(limit);
      } finally {
        await iterator.close();
      }
    }
    const iterator = this.#opened().keys(range);
    try {
      return (await iterator.nextv(limit)).map((key) => [key, NOTHING] as const);
    } finally {
      await iterator.close();
    }
  }

  async deleteRange(range: KeyRange): Promise<void> {
    const deletion = this.#deleteRange(range).finally(() => this.#deletions.delete(deletion));
    this.#deletions.add(deletion);
    return deletion;
  }

  async close(): Promise<void> {
    this.#closing = true;
    await Promise.allSettled(this.#deletions);
    await this.#writeAhead.close();
    const database = this.#database;
    this.#database = undefined;
    await database?.close();
  }

  async #deleteRange({ gte, lt }: KeyRange): Promise<void> {
    for (let end = lt; ; ) {
      if (this.#closing) throw new Error('the database is being closed');
      const query = { gte, lt: end, reverse: true, values: false, limit: DELETED_AT_ONCE };
      const keys = (await this.read(query)).map(([key]) => key);
      const first = keys.at(-1);
      if (first === undefined) return;
      await this.#opened().batch(
        keys.map((key) => ({ type: 'del' as const, key })),
        VIEWS,
      );
      if (keys.length < DELETED_AT_ONCE) return;
      end = first;
    }
  }

  #opened(): ClassicLevel<Uint8Array, Uint8Array> {
    if (this.#database === undefined) throw new Error('the database is not open');
    return this.#database;
  }
}
