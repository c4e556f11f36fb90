import { resolve } from 'node:path';
import { KafkaError } from '../../domain/kafka-error.ts';
import type { TopicIdPartition } from '../../domain/topic-partition.ts';
import type { Checksum } from '../../ports/checksum.ts';
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
import { writeFileAtomically } from '../data-folder/atomic-file.ts';
import { type FileSystem, nodeFileSystem } from '../data-folder/file-system.ts';
import { nodeProcesses, type Processes } from '../data-folder/process-identity.ts';
import { checkStoreFormat, type StoreFormat } from '../data-folder/store-format.ts';
import { StoreLock } from '../data-folder/store-lock.ts';
import { allSettled } from './all-settled.ts';
import { AppendOutcome } from './append-outcome.ts';
import { BufferPool } from './buffer-pool.ts';
import { FileCache } from './file-cache.ts';
import { FoundBatches } from './found-batches.ts';
import { IndexCache } from './index-cache.ts';
import { Journal } from './journal.ts';
import { writeJournalCut } from './journal-cut.ts';
import { JournalReplay } from './journal-replay.ts';
import {
  CLEAN_STOP,
  folderName,
  isLeftoverFile,
  isLeftoverFolder,
  isLogFolder,
  JOURNAL,
  PARTITION_METADATA,
  partitionMetadata,
  partitionOf,
  passingName,
  segmentName,
} from './log-directory.ts';
import { LogOpener } from './log-opener.ts';
import { LogSegment } from './log-segment.ts';
import { journalKey } from './log-syncer.ts';
import { LogTails } from './log-tails.ts';
import type { SummarizedLog } from './logs-summary.ts';
import { OpenWrites } from './open-writes.ts';
import { ReadFailures } from './read-failures.ts';
import type { SegmentContext } from './segment-context.ts';
import { SegmentList } from './segment-list.ts';
import { SegmentLog } from './segment-log.ts';
import { type OpenedSummarizedLog, openSummarized } from './summarized-log.ts';
import { type KnownLogs, SummaryKeeper } from './summary-keeper.ts';
import { RoundSync, SyncRounds } from './sync-rounds.ts';

/**
 * Version 1 had no journal, so that an older program would not look for what is only in it. In version 2 no offsets were missing
 * between segments: it would take what follows for lost.
 */
export const SEGMENT_FORMAT: StoreFormat = { engine: 'segment', version: 3, upgrades: [1, 2] };
const MEBIBYTE = 1024 * 1024;
/** Logs that are opened or closed at a time. */
const PARALLEL = 16;
const POOLED_BYTES = 64 * MEBIBYTE;
const INDEX_BYTES = 64 * MEBIBYTE;
const JOURNAL_BYTES = 192 * MEBIBYTE;
/** Measured: with fewer logs their own files are synced as fast. */
const JOURNAL_FROM_LOGS = 4;
/** Kafka's defaults, until a log is told its own. */
const DEFAULT_CONFIG: StoredLogConfig = {
  segmentBytes: 1024 * MEBIBYTE,
  segmentMs: 7 * 24 * 60 * 60 * 1000,
  indexIntervalBytes: 4096,
};
const DONE = Promise.resolve();

export interface SegmentLogStoreOptions {
  readonly directory: string;
  readonly checksum: Checksum;
  readonly logger: Logger;
  readonly files?: FileSystem;
  readonly processes?: Processes;
  readonly nowMs?: () => number;
  /** Whether batches are checked before they are served, which is the default. */
  readonly verifyOnRead?: boolean;
  /** Files that are kept open; more only until those that are written to are synced. */
  readonly openFilesMax?: number;
  /** Room for the journal, in which appends to many logs are synced together; none when 0. */
  readonly journalBytes?: number;
  /** The fewest logs whose appends go there. */
  readonly journalFromLogs?: number;
}

/** Logs in files as Kafka keeps them: a folder per partition, with segments and their indexes. */
export class SegmentLogStore implements LogStore {
  readonly capabilities: LogStoreCapabilities = {
    name: 'segment',
    durable: true,
    atomicAcrossLogs: false,
    exactPrefixDrop: false,
    syncCost: 'per-log',
  };
  readonly #directory: string;
  readonly #files: FileSystem;
  readonly #context: SegmentContext;
  readonly #lock: StoreLock;
  readonly #directorySync: RoundSync;
  readonly #logs = new Map<string, SegmentLog>();
  /** Folders that are being made or removed. */
  readonly #changing = new Set<string>();
  readonly #removals = new Set<Promise<void>>();
  /** Whether something failed that keeps this stop from being a clean one. */
  #mustRecover = false;
  #isOpen = false;

  constructor(options: SegmentLogStoreOptions) {
    const files = options.files ?? nodeFileSystem;
    // One spelling per folder, by which a second store of it is known.
    const directory = resolve(options.directory);
    this.#directory = directory;
    this.#files = files;
    const journal = journalOf(options, files, directory);
    const cache = new FileCache(files, options.openFilesMax ?? 4096);
    this.#context = {
      files,
      cache,
      writes: new OpenWrites(cache),
      buffers: new BufferPool(POOLED_BYTES),
      indexes: new IndexCache(INDEX_BYTES),
      rounds: new SyncRounds(journal),
      journal,
      summary: new SummaryKeeper({ ...options, directory, files }),
      checksum: options.checksum,
      readChecksum: options.verifyOnRead === false ? undefined : options.checksum,
      logger: options.logger,
      failures: new ReadFailures(options.logger),
      nowMs: options.nowMs ?? Date.now,
      elapsedMs: options.nowMs ?? (() => performance.now()),
    };
    this.#lock = new StoreLock(files, directory, options.processes ?? nodeProcesses);
    this.#directorySync = new RoundSync(new SyncRounds(), {
      sync: () => files.syncDirectory(directory),
    });
  }

  async open(): Promise<readonly RecoveredLog[]> {
    if (this.#isOpen) throw new KafkaError('KAFKA_STORAGE_ERROR', 'the log store is open already');
    await this.#files.mkdir(this.#directory);
    await this.#lock.acquire();
    try {
      await checkStoreFormat(this.#files, this.#directory, SEGMENT_FORMAT, (names) =>
        names.some(isLogFolder),
      );
      const marker = `${this.#directory}/${CLEAN_STOP}`;
      const stopped = await this.#files.readFile(marker);
      const names = await this.#files.names(this.#directory);
      const known = await this.#context.summary.load(names, stopped && text(stopped));
      const tails = new LogTails(this.#files, this.#directory, known);
      const replay = await this.#replayJournal(names, known, tails);
      const recovered = await this.#openLogs(names, known, tails, stopped !== undefined);
      // What was found is synced by now, without the journal.
      await replay?.finish();
      // Only now: what was cleanly stopped is as it was until here.
      await this.#files.remove(marker);
      await this.#files.syncDirectory(this.#directory);
      this.#isOpen = true;
      return recovered;
    } catch (error) {
      this.#logs.clear();
      await this.#context.summary.close();
      await this.#context.cache.closeAll();
      await this.#lock.release();
      throw error;
    }
  }

  async create(id: TopicIdPartition, config: StoredLogConfig): Promise<StoredLog> {
    this.#requireOpen();
    const name = folderName(id);
    if (!isLogFolder(name)) throw new KafkaError('INVALID_TOPIC_EXCEPTION', `no topic is ${name}`);
    if (this.#logs.has(name) || this.#changing.has(name)) {
      throw new KafkaError('KAFKA_STORAGE_ERROR', `a log of ${name} exists already`);
    }
    this.#changing.add(name);
    try {
      const log = await this.#create(id, name, config);
      this.#logs.set(name, log);
      return log;
    } finally {
      this.#changing.delete(name);
    }
  }

  append(entries: readonly AppendEntry[], durability: Durability): Promise<void> {
    if (!this.#isOpen) return Promise.reject(notOpen());
    for (const { log } of entries) {
      if (!(log instanceof SegmentLog) || !log.belongsTo(this.#context)) return notOurs();
    }
    const logs: SegmentLog[] = [];
    for (const entry of entries) {
      const log = entry.log as SegmentLog;
      if (log.gathered.length === 0) logs.push(log);
      log.gathered.push(entry);
    }
    if (logs.length === 0) return DONE;
    const outcome = new AppendOutcome();
    for (const log of logs) appendTo(log, durability, outcome);
    const appended = outcome.settled();
    const { congestion } = this.#context.writes;
    return congestion === undefined ? appended : allSettled([appended, congestion]);
  }

  async sync(log: StoredLog): Promise<void> {
    this.#requireOpen();
    if (!(log instanceof SegmentLog) || !log.belongsTo(this.#context)) return notOurs();
    await log.sync();
  }

  async delete(log: StoredLog): Promise<void> {
    this.#requireOpen();
    if (!(log instanceof SegmentLog) || !log.belongsTo(this.#context)) return notOurs();
    const name = folderName(log.id);
    if (this.#logs.get(name) !== log || this.#changing.has(name)) return;
    this.#changing.add(name);
    try {
      await log.markDeleted();
      const away = `${this.#directory}/${passingName(name, 'delete')}`;
      await this.#files.rename(log.directory, away);
      this.#logs.delete(name);
      await this.#directorySync.request();
      this.#remove(away);
    } catch (error) {
      // Its folder may be there at the next start, with anything in it.
      this.#mustRecover = true;
      throw error;
    } finally {
      this.#changing.delete(name);
    }
  }

  async checkpoint(): Promise<void> {
    this.#requireOpen();
    const logs = [...this.#logs.values()];
    await inParallel(logs, async (log) => {
      await log.rest().catch((error: unknown) => {
        const fields = { directory: log.directory, err: error };
        this.#context.logger.warn(fields, 'a log could not be brought to rest');
      });
    });
    if (this.#isOpen) await this.#context.summary.write(logs);
  }

  async usableBytes(): Promise<number | undefined> {
    return this.#files.usableBytes(this.#directory);
  }

  async totalBytes(): Promise<number | undefined> {
    return this.#files.totalBytes(this.#directory);
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    try {
      const logs = [...this.#logs.values()];
      await this.#context.writes.settled();
      await inParallel(logs, (log) => this.#closeLog(log));
      await Promise.all(this.#removals);
      await this.#context.cache.closeAll();
      if (this.#mustRecover || logs.some((log) => log.failed)) {
        await this.#context.journal?.close();
        const fields = { directory: this.#directory };
        this.#context.logger.error(
          fields,
          'stopped after a failure: the next start checks the logs',
        );
      } else {
        await this.#context.journal?.remove();
        const marker = `${this.#directory}/${CLEAN_STOP}`;
        const generation = await this.#context.summary.writeLast(logs);
        await writeFileAtomically(this.#files, marker, Buffer.from(generation));
      }
    } finally {
      this.#logs.clear();
      await this.#context.journal?.close();
      await this.#context.summary.close();
      await this.#context.cache.closeAll();
      await this.#lock.release();
    }
  }

  /** One that cannot be closed in order is as after a crash: nothing of it is lost. */
  async #closeLog(log: SegmentLog): Promise<void> {
    try {
      await log.close();
    } catch (error) {
      this.#mustRecover = true;
      const fields = { directory: log.directory, err: error };
      this.#context.logger.error(fields, 'a log could not be closed in order');
    }
  }

  async #replayJournal(
    names: readonly string[],
    { logs }: KnownLogs,
    tails: LogTails,
  ): Promise<JournalReplay | undefined> {
    if (!names.includes(JOURNAL)) return undefined;
    const path = `${this.#directory}/${JOURNAL}`;
    this.#context.journal?.numberAfter(await this.#files.names(path));
    const replay = new JournalReplay(this.#context, this.#directory, path, { logs, tails });
    await replay.run();
    return replay;
  }

  async #openLogs(
    names: readonly string[],
    known: KnownLogs,
    tails: LogTails,
    clean: boolean,
  ): Promise<RecoveredLog[]> {
    const context = this.#context;
    const { summary } = context;
    const found = new FoundBatches(context.journal);
    const leftovers = names.filter((name) => isLeftoverFolder(name) || isLeftoverFile(name));
    for (const name of leftovers) await this.#files.remove(`${this.#directory}/${name}`);
    const recovered: RecoveredLog[] = [];
    const mistaken: SegmentList[] = [];
    await inParallel(names.filter(isLogFolder), async (name) => {
      const summarized = known.logs.get(name);
      const directory = `${this.#directory}/${name}`;
      try {
        const log = summarized && (await this.#openKnown(summarized, known, tails, clean));
        if (log !== undefined) {
          this.#logs.set(name, log.log);
          recovered.push({ log: log.log, clean, truncatedBytes: log.truncatedBytes });
          found.add(log);
          return;
        }
        const { list, ...opened } = await this.#openFolder(name, clean);
        recovered.push(opened);
        if (summarized !== undefined) mistaken.push(list);
        summary.passOver(list);
      } catch (cause) {
        if (cause instanceof KafkaError) throw cause;
        const message = `${directory} could not be opened: ${String(cause)}`;
        throw new KafkaError('KAFKA_STORAGE_ERROR', message, { cause });
      }
    });
    for (const folder of known.logs.keys()) {
      if (this.#logs.has(folder)) continue;
      const fields = { directory: `${this.#directory}/${folder}` };
      this.#context.logger.error(fields, 'the folder of a log is missing: its data are lost');
    }
    await summary.begin(names, mistaken);
    await found.secure();
    return recovered;
  }

  async #openKnown(
    summarized: SummarizedLog,
    { appended }: KnownLogs,
    tails: LogTails,
    clean: boolean,
  ): Promise<OpenedSummarizedLog | undefined> {
    const { folder } = summarized;
    const tail = await tails.of(folder);
    const isAppended = appended.has(folder);
    const directory = `${this.#directory}/${folder}`;
    const log = { summarized, isAppended, tail, clean };
    return openSummarized(this.#context, directory, log, DEFAULT_CONFIG);
  }

  async #openFolder(name: string, clean: boolean): Promise<RecoveredLog & { list: SegmentList }> {
    const directory = `${this.#directory}/${name}`;
    const metadata = await this.#files.readFile(`${directory}/${PARTITION_METADATA}`);
    const id = metadata && partitionOf(name, metadata);
    if (id === undefined) {
      throw new KafkaError(
        'KAFKA_STORAGE_ERROR',
        `${directory} has no readable ${PARTITION_METADATA}, so its topic is not known: restore it or move the folder away`,
      );
    }
    const opener = new LogOpener(this.#context, directory, id, clean);
    const { list, snapshots, truncatedBytes } = await opener.open();
    const stored = new Map(snapshots.map((snapshot) => [snapshot, undefined]));
    const log = new SegmentLog(this.#context, list, DEFAULT_CONFIG, stored);
    this.#logs.set(name, log);
    return { log, clean, truncatedBytes, list };
  }

  /** Whole or not at all: the folder gets its name when it has all it needs. */
  async #create(id: TopicIdPartition, name: string, config: StoredLogConfig): Promise<SegmentLog> {
    const files = this.#files;
    const { journal, summary } = this.#context;
    const hasNamesake = journal?.holds(journalKey(id)) ?? false;
    const passing = `${this.#directory}/${passingName(name, 'create')}`;
    const directory = `${this.#directory}/${name}`;
    try {
      await files.mkdir(passing);
      await files.writeFile(`${passing}/${PARTITION_METADATA}`, partitionMetadata(id));
      await files.writeFile(`${passing}/${segmentName(0n)}.log`, new Uint8Array());
      // A replay must not fill it with what an earlier one of its name and ids had.
      if (hasNamesake) await writeJournalCut(files, passing, journal!.cut);
      await files.syncDirectory(passing);
      await files.rename(passing, directory);
    } catch (error) {
      this.#remove(passing);
      throw error;
    }
    try {
      await this.#directorySync.request();
    } catch (error) {
      await files.rename(directory, passing);
      this.#remove(passing);
      throw error;
    }
    const list = new SegmentList(id, directory, 0n);
    const segment = new LogSegment(directory, 0n, this.#context.nowMs());
    segment.noteSynced();
    list.push(segment);
    if (hasNamesake) summary.passOver(list);
    else summary.created(list, id.topicId);
    return new SegmentLog(this.#context, list, config, new Map());
  }

  /** In the background: freeing a large file takes long. What is not done is done at the next start. */
  #remove(path: string): void {
    const removal = this.#files
      .remove(path)
      .catch((error: unknown) => {
        this.#context.logger.warn({ path, err: error }, 'a deleted log could not be removed yet');
      })
      .finally(() => this.#removals.delete(removal));
    this.#removals.add(removal);
  }

  #requireOpen(): void {
    if (!this.#isOpen) throw notOpen();
  }
}

function appendTo(log: SegmentLog, durability: Durability, outcome: AppendOutcome): void {
  try {
    log.appendGathered(durability, outcome);
  } catch (error) {
    outcome.refuse(error);
  } finally {
    log.gathered.length = 0;
  }
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const workers = Array.from({ length: Math.min(PARALLEL, queue.length) }, async () => {
    for (let item = queue.pop(); item !== undefined; item = queue.pop()) await work(item);
  });
  await allSettled(workers);
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}

function notOpen(): KafkaError {
  return new KafkaError('KAFKA_STORAGE_ERROR', 'the log store is not open');
}

function notOurs(): Promise<never> {
  const message = 'the log is of another store, or of this one before it was closed';
  return Promise.reject(new KafkaError('KAFKA_STORAGE_ERROR', message));
}

function journalOf(
  options: SegmentLogStoreOptions,
  files: FileSystem,
  directory: string,
): Journal | undefined {
  const { checksum, logger, journalBytes = JOURNAL_BYTES, journalFromLogs } = options;
  if (journalBytes === 0) return undefined;
  return new Journal({
    files,
    checksum,
    logger,
    directory: `${directory}/${JOURNAL}`,
    totalBytes: journalBytes,
    fromLogs: journalFromLogs ?? JOURNAL_FROM_LOGS,
  });
}
