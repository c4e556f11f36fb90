import { resolve } from 'node:path';
import { KafkaError } from '../../domain/kafka-error.ts';
import type { TopicIdPartition } from '../../domain/topic-partition.ts';
import type { Checksum } from '../../ports/checksum.ts';
import type { KeyValueDatabase, KeyValueOperation } from '../../ports/key-value-database.ts';
import type {
  AppendEntry,
  Durability,
  LogStore,
  LogStoreCapabilities,
  RecoveredLog,
  StoredLog,
  StoredLogConfig,
} from '../../ports/log-store.ts';
import type { Logger } from '../../ports/logger.ts';
import { type FileSystem, nodeFileSystem } from '../data-folder/file-system.ts';
import { nodeProcesses, type Processes } from '../data-folder/process-identity.ts';
import { ReadPace } from '../data-folder/read-pace.ts';
import { checkStoreFormat, type StoreFormat } from '../data-folder/store-format.ts';
import { StoreLock } from '../data-folder/store-lock.ts';
import { Deletions } from './deletions.ts';
import { GroupCommit } from './group-commit.ts';
import type { KeyValueContext } from './key-value-context.ts';
import { KeyValueLog } from './key-value-log.ts';
import { CLEAN_STOP_KEY, logKey } from './log-keys.ts';
import { findLogs } from './log-opener.ts';
import { type LogPoint, LogSegments } from './log-segments.ts';
import { encodeLogEnds, encodeLogRecord, parseLogEnds } from './log-values.ts';
import { after } from './read-all.ts';

/** In version 1 no batches took the place of others: a program that knows only that one would not find them. */
export function keyValueFormat(engine: string): StoreFormat {
  return { engine, version: 2, upgrades: [1] };
}
const DONE = Promise.resolve();
/** Kafka's defaults, until a log is told its own. */
const DEFAULT_CONFIG: StoredLogConfig = {
  segmentBytes: 1024 * 1024 * 1024,
  segmentMs: 7 * 24 * 60 * 60 * 1000,
  indexIntervalBytes: 4096,
};

export interface KeyValueLogStoreOptions {
  /** The engine's name, in the data folder and as the folder of the database in it. */
  readonly engine: string;
  readonly directory: string;
  /** The database in a folder, not opened. */
  readonly database: (directory: string) => KeyValueDatabase;
  readonly checksum: Checksum;
  readonly logger: Logger;
  /** Whether a batch's checksum is verified before it is served; so it is when absent. */
  readonly verifyOnRead?: boolean;
  readonly files?: FileSystem;
  readonly processes?: Processes;
}

/** All logs in one ordered key-value database, so that one write and one sync serve all partitions. */
export class KeyValueLogStore implements LogStore {
  readonly capabilities: LogStoreCapabilities;
  readonly #options: KeyValueLogStoreOptions;
  readonly #directory: string;
  readonly #files: FileSystem;
  readonly #lock: StoreLock;
  readonly #logs = new Map<string, KeyValueLog>();
  /** Partitions whose log is being made or deleted. */
  readonly #changing = new Set<string>();
  #context: KeyValueContext | undefined;

  constructor(options: KeyValueLogStoreOptions) {
    this.#options = options;
    // One spelling per folder, by which a second store of it is known.
    this.#directory = resolve(options.directory);
    this.#files = options.files ?? nodeFileSystem;
    const processes = options.processes ?? nodeProcesses;
    this.#lock = new StoreLock(this.#files, this.#directory, processes);
    this.capabilities = {
      name: options.engine,
      durable: true,
      atomicAcrossLogs: true,
      exactPrefixDrop: true,
      syncCost: 'per-store',
    };
  }

  async open(): Promise<readonly RecoveredLog[]> {
    if (this.#context !== undefined) throw storageError('the log store is open already');
    const { engine } = this.#options;
    await this.#files.mkdir(this.#directory);
    await this.#lock.acquire();
    try {
      await checkStoreFormat(this.#files, this.#directory, keyValueFormat(engine), holdsData);
      return await this.#openDatabase(`${this.#directory}/${engine}`);
    } catch (error) {
      await this.#lock.release();
      throw error;
    }
  }

  async create(id: TopicIdPartition, config: StoredLogConfig): Promise<StoredLog> {
    const context = this.#opened();
    const name = nameOf(id);
    if (this.#logs.has(name) || this.#changing.has(name)) {
      throw storageError(`a log of ${name} exists already`);
    }
    this.#changing.add(name);
    try {
      const number = context.nextNumber();
      const record = { id, data: number, startOffset: 0n, startPosition: 0 };
      const value = encodeLogRecord(record);
      await context.commits.write([{ type: 'put', key: logKey(number), value }], true);
      const end = { offset: 0n, position: 0 };
      const log = new KeyValueLog(
        context,
        { number, record, end, segments: new LogSegments() },
        config,
      );
      this.#logs.set(name, log);
      return log;
    } finally {
      this.#changing.delete(name);
    }
  }

  append(entries: readonly AppendEntry[], durability: Durability): Promise<void> {
    try {
      const context = this.#opened();
      if (entries.length === 0) return DONE;
      if (context.commits.failure !== undefined) throw context.commits.failure;
      checkEntries(entries, context);
      const operations: KeyValueOperation[] = [];
      const ends = new Map<KeyValueLog, LogPoint>();
      for (const entry of entries) {
        const log = entry.log as KeyValueLog;
        ends.set(log, log.stage(entry, operations));
      }
      return context.commits.write(operations, durability === 'synced', () => {
        for (const [log, end] of ends) log.publish(end);
      });
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async sync(log: StoredLog): Promise<void> {
    const context = this.#opened();
    ownLog(log, context);
    await context.commits.sync();
  }

  async delete(log: StoredLog): Promise<void> {
    const own = ownLog(log, this.#opened());
    const name = nameOf(own.id);
    if (this.#logs.get(name) !== own || this.#changing.has(name)) return;
    this.#changing.add(name);
    try {
      await own.delete();
      this.#logs.delete(name);
    } finally {
      this.#changing.delete(name);
    }
  }

  async usableBytes(): Promise<number | undefined> {
    return this.#files.usableBytes(this.#directory);
  }

  async totalBytes(): Promise<number | undefined> {
    return this.#files.totalBytes(this.#directory);
  }

  async close(): Promise<void> {
    const context = this.#context;
    if (context === undefined) return;
    this.#context = undefined;
    const logs = [...this.#logs.values()];
    this.#logs.clear();
    const { commits, deletions, database, logger } = context;
    try {
      const stopped = deletions.stop();
      try {
        await commits.settled();
        const ends = await Promise.all(logs.map((log) => log.settledEnd()));
        const value = encodeLogEnds(ends);
        await commits.close({ type: 'put', key: CLEAN_STOP_KEY, value });
      } catch (err) {
        const fields = { directory: this.#directory, err };
        logger.error(fields, 'stopped after a failure: the next start finds what was kept');
      }
      await Promise.all([database.close(), stopped]);
    } finally {
      await this.#lock.release();
    }
  }

  async #openDatabase(directory: string): Promise<RecoveredLog[]> {
    const database = this.#options.database(directory);
    try {
      await database.open();
      return await this.#openLogs(database);
    } catch (cause) {
      await database.close().catch(() => undefined);
      this.#context = undefined;
      this.#logs.clear();
      if (cause instanceof KafkaError) throw cause;
      const message = `the ${database.name} database ${directory} could not be opened: ${reasonOf(cause)}`;
      throw new KafkaError('KAFKA_STORAGE_ERROR', message, { cause });
    }
  }

  async #openLogs(database: KeyValueDatabase): Promise<RecoveredLog[]> {
    const { checksum, logger, verifyOnRead = true } = this.#options;
    const readChecksum = verifyOnRead ? checksum : undefined;
    const lt = after(CLEAN_STOP_KEY);
    const [mark] = await database.read({ gte: CLEAN_STOP_KEY, lt, values: true, limit: 1 });
    const clean = mark !== undefined;
    const found = await findLogs(database, parseLogEnds(mark?.[1] ?? new Uint8Array()));
    const commits = new GroupCommit(database);
    const deletions = new Deletions(database, commits, logger);
    let number = Math.max(found.nextNumber, await deletions.open());
    const nextNumber = () => {
      number += 1;
      return number - 1;
    };
    const pace = new ReadPace();
    const context = { database, commits, deletions, readChecksum, logger, pace, nextNumber };
    // Only now: what was cleanly stopped is as it was until here.
    await commits.write([{ type: 'del', key: CLEAN_STOP_KEY }, ...found.leftovers], true);
    this.#context = context;
    deletions.start();
    return found.logs.map((state) => {
      const log = new KeyValueLog(context, state, DEFAULT_CONFIG);
      this.#logs.set(nameOf(log.id), log);
      return { log, clean, truncatedBytes: 0 };
    });
  }

  #opened(): KeyValueContext {
    if (this.#context === undefined) throw storageError('the log store is not open');
    return this.#context;
  }
}

/** All of them before one is staged: an append is taken whole or not at all. */
function checkEntries(entries: readonly AppendEntry[], context: KeyValueContext): void {
  for (const { log } of entries) {
    const own = ownLog(log, context);
    own.refuseAppends();
    own.checkedEnd = own.queuedEndOffset;
  }
  for (const { log, baseOffset, lastOffset } of entries) {
    const own = log as KeyValueLog;
    if (baseOffset < own.checkedEnd) {
      throw storageError(
        `a batch at offset ${baseOffset} cannot follow the end ${own.checkedEnd} of ${nameOf(own.id)}`,
      );
    }
    own.checkedEnd = lastOffset + 1n;
  }
}

function ownLog(log: StoredLog, context: KeyValueContext): KeyValueLog {
  if (log instanceof KeyValueLog && log.belongsTo(context)) return log;
  throw storageError('the log is of another store, or of this one before it was closed');
}

function nameOf({ topic, partition }: TopicIdPartition): string {
  return `${topic}-${partition}`;
}

/** Anything but hidden files and what a new file system has of its own. */
function holdsData(names: readonly string[]): boolean {
  return names.some((name) => !name.startsWith('.') && name !== 'lost+found');
}

function reasonOf(error: unknown): string {
  const cause = (error as { cause?: unknown }).cause;
  return cause instanceof Error ? `${String(error)} (${String(cause)})` : String(error);
}

function storageError(message: string): KafkaError {
  return new KafkaError('KAFKA_STORAGE_ERROR', message);
}
