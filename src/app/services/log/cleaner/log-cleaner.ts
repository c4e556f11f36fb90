import { KafkaError } from '../../../../domain/kafka-error.ts';
import {
  type CleanableLog,
  type CleanableRun,
  cleanableLog,
  isDirtyEnough,
} from '../../../../domain/log/cleaner/cleanable-log.ts';
import { OffsetMap } from '../../../../domain/log/cleaner/offset-map.ts';
import { readMaxTimestamp, viewOf } from '../../../../domain/record/record-batch-header.ts';
import type { Offset } from '../../../../domain/topic-partition.ts';
import type { Checksum } from '../../../../ports/checksum.ts';
import type { CancelTimer, Clock, Timer } from '../../../../ports/clock.ts';
import type { Compression } from '../../../../ports/compression.ts';
import type { Logger } from '../../../../ports/logger.ts';
import type { UnifiedLog } from '../unified-log.ts';
import { readCleanerCheckpoint, writeCleanerCheckpoint } from './cleaner-checkpoint.ts';
import { IoBudget } from './io-budget.ts';
import { type CleaningStats, LogCleaning } from './log-cleaning.ts';

/** What a batch of a topic without a bound of its own may be decompressed to. */
const MAX_DECOMPRESSED_BYTES = 512 * 1024 * 1024;
/** Lags from here on mean never. */
const NEVER_MS = 2 ** 62;
/** A log that could not be cleaned for now is left alone for so long. */
const RETRY_MS = 60_000;

/** Kafka's log.cleaner keys, as they are now. */
export interface LogCleanerConfig {
  readonly threads: number;
  readonly dedupeBufferBytes: number;
  readonly loadFactor: number;
  readonly ioBufferBytes: number;
  readonly ioMaxBytesPerSecond: number;
  readonly backoffMs: number;
}

export interface LogCleanerOptions {
  logs(): Iterable<UnifiedLog>;
  config(): LogCleanerConfig;
  /** Calls back once the config may be another one; the answer stops that. */
  onConfigChange(listener: () => void): () => void;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly checksum: Checksum;
  readonly compression: Compression;
  readonly logger: Logger;
  /** Of the hash of keys; unknown to producers. */
  readonly seed: number;
}

/** What is known of a log from one look at it to the next. */
interface Kept {
  cleanedTo: Offset | undefined;
  /** Of the first batch of each run, where something asks for it. */
  readonly firstTimestamps: Map<Offset, bigint>;
  retryAtMs: number;
}

interface Candidate {
  readonly log: UnifiedLog;
  readonly kept: Kept;
  readonly cleanable: CleanableLog;
}

/**
 * Compacts the logs of topics with the cleanup policy compact, the dirtiest first (Kafka's LogCleaner and
 * LogCleanerManager). A log that cannot be cleaned because its data are damaged is told of once and left alone.
 */
export class LogCleaner {
  readonly #o: LogCleanerOptions;
  readonly #budget: IoBudget;
  readonly #kept = new WeakMap<UnifiedLog, Kept>();
  readonly #inProgress = new Set<UnifiedLog>();
  readonly #uncleanable = new Map<UnifiedLog, unknown>();
  readonly #pauses = new Set<() => void>();
  /** By their number: one that is beyond `threads` by now ends once it is done with its log. */
  readonly #loops = new Map<number, Promise<void>>();
  #unwatch: () => void = () => undefined;
  #stopped = false;

  constructor(options: LogCleanerOptions) {
    this.#o = options;
    const { clock, timer } = options;
    const bytesPerSecond = () => options.config().ioMaxBytesPerSecond;
    this.#budget = new IoBudget({ clock, timer, bytesPerSecond });
  }

  start(): void {
    this.#unwatch = this.#o.onConfigChange(() => this.#adjust());
    this.#adjust();
  }

  #adjust(): void {
    if (this.#stopped) return;
    const { threads } = this.#o.config();
    for (let number = 0; number < threads; number++) {
      if (this.#loops.has(number)) continue;
      const loop = this.#run(number).finally(() => {
        this.#loops.delete(number);
        // It may have been wanted again while it ended.
        this.#adjust();
      });
      this.#loops.set(number, loop);
    }
    if (this.#loops.size > threads) for (const wake of [...this.#pauses]) wake();
  }

  /** What is under way is given up: the next start begins it anew. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#unwatch();
    for (const wake of [...this.#pauses]) wake();
    await Promise.all(this.#loops.values());
  }

  /** Logs that are left alone until the broker is started again, each with the reason. */
  get uncleanable(): ReadonlyMap<UnifiedLog, unknown> {
    return this.#uncleanable;
  }

  /** Cleans the dirtiest log; whether there was one that is dirty enough. */
  async cleanFilthiest(map: OffsetMap): Promise<boolean> {
    const candidate = await this.#filthiest();
    if (candidate === undefined) return false;
    const { log } = candidate;
    this.#inProgress.add(log);
    try {
      await this.#clean(candidate, map);
    } catch (error) {
      this.#failed(candidate, error);
    } finally {
      this.#inProgress.delete(log);
      map.clear(0n);
    }
    return true;
  }

  /** A map for `cleanFilthiest`, of the part of the memory that one of so many threads has. */
  offsetMap(threads: number): OffsetMap {
    const { dedupeBufferBytes, loadFactor } = this.#o.config();
    const { seed } = this.#o;
    return new OffsetMap({ memoryBytes: dedupeBufferBytes / threads, loadFactor, seed });
  }

  async #run(number: number): Promise<void> {
    while (!this.#stopped) {
      const { threads } = this.#o.config();
      if (number >= threads) return;
      let cleaned = false;
      try {
        cleaned = await this.cleanFilthiest(this.offsetMap(threads));
      } catch (error) {
        this.#o.logger.error({ err: error }, 'it could not be told which log to clean');
      }
      if (!cleaned) await this.#pause(this.#o.config().backoffMs);
    }
  }

  async #filthiest(): Promise<Candidate | undefined> {
    let filthiest: Candidate | undefined;
    const nowMs = this.#o.clock.nowMs();
    for (const log of [...this.#o.logs()]) {
      if (!log.config.cleanupPolicy.includes('compact') || this.#isLeftAlone(log)) continue;
      const runs = log.stored.replaceable();
      if (runs.length === 0) continue;
      try {
        const kept = await this.#keptOf(log);
        if (kept.retryAtMs > nowMs) continue;
        await this.#readFirstTimestamps(log, kept, runs);
        const cleanable = cleanableLog(
          {
            config: log.config,
            runs,
            logStartOffset: log.logStartOffset,
            logEndOffset: log.logEndOffset,
            lastStableOffset: log.lastStableOffset,
            cleanedTo: kept.cleanedTo,
            firstTimestampMs: ({ fromOffset }) => kept.firstTimestamps.get(fromOffset),
          },
          nowMs,
        );
        if (!isDirtyEnough(cleanable, log.config)) continue;
        if (filthiest !== undefined && filthiest.cleanable.dirtyRatio >= cleanable.dirtyRatio) {
          continue;
        }
        filthiest = { log, kept, cleanable };
      } catch (error) {
        if (!log.isDeleted && !this.#stopped) this.#leaveAlone(log, error);
      }
    }
    return filthiest;
  }

  async #clean({ log, kept, cleanable }: Candidate, map: OffsetMap): Promise<void> {
    const { clock, checksum, compression } = this.#o;
    const config = this.#o.config();
    const startedMs = clock.nowMs();
    // Long ago by now: nobody reads what was there before.
    if (kept.cleanedTo !== undefined) log.forgetAborted(kept.cleanedTo);
    const maxDecompressedBytes = log.config.maxDecompressedMessageBytes ?? MAX_DECOMPRESSED_BYTES;
    const stats = await new LogCleaning(log, cleanable, {
      map,
      budget: this.#budget,
      tools: { checksum, compression, maxDecompressedBytes },
      readBytes: config.ioBufferBytes / Math.max(config.threads, 1) / 2,
      nowMs: startedMs,
      check: () => {
        if (this.#stopped || log.isDeleted) throw new CleaningAborted();
      },
    }).run();
    await writeCleanerCheckpoint(log.stored, stats.endOffset);
    kept.cleanedTo = stats.endOffset;
    this.#o.logger.info(
      { ...describe(log), ...told(stats, clock.nowMs() - startedMs) },
      'log cleaned',
    );
  }

  #failed({ log, kept }: Candidate, error: unknown): void {
    if (error instanceof CleaningAborted || log.isDeleted || this.#stopped) return;
    if (isOfTheData(error)) {
      this.#leaveAlone(log, error);
      return;
    }
    kept.retryAtMs = this.#o.clock.nowMs() + RETRY_MS;
    this.#o.logger.warn({ ...describe(log), err: error }, 'log could not be cleaned yet');
  }

  #leaveAlone(log: UnifiedLog, error: unknown): void {
    this.#uncleanable.set(log, error);
    const message = 'log cannot be cleaned: it is left alone until the broker is started again';
    this.#o.logger.error({ ...describe(log), err: error }, message);
  }

  #isLeftAlone(log: UnifiedLog): boolean {
    return log.isDeleted || this.#inProgress.has(log) || this.#uncleanable.has(log);
  }

  async #keptOf(log: UnifiedLog): Promise<Kept> {
    const known = this.#kept.get(log);
    if (known !== undefined) return known;
    const cleanedTo = await readCleanerCheckpoint(log.stored);
    const kept = { cleanedTo, firstTimestamps: new Map(), retryAtMs: 0 };
    this.#kept.set(log, kept);
    return kept;
  }

  /** Only where there is a lag by which something has to be compacted. */
  async #readFirstTimestamps(
    log: UnifiedLog,
    { firstTimestamps, cleanedTo }: Kept,
    runs: readonly CleanableRun[],
  ): Promise<void> {
    if (log.config.maxCompactionLagMs >= NEVER_MS) return;
    const dirty = runs.filter(({ toOffset }) => toOffset > (cleanedTo ?? -1n));
    for (const offset of [...firstTimestamps.keys()]) {
      if (!dirty.some(({ fromOffset }) => fromOffset === offset)) firstTimestamps.delete(offset);
    }
    for (const { fromOffset, toOffset } of dirty) {
      if (firstTimestamps.has(fromOffset)) continue;
      const request = { fromOffset, maxBytes: 1, minOneBatch: true, upTo: toOffset };
      const read = await log.stored.read(request);
      const [first] = read.slices;
      if (first !== undefined) firstTimestamps.set(fromOffset, readMaxTimestamp(viewOf(first), 0));
      read.release();
    }
  }

  async #pause(durationMs: number): Promise<void> {
    if (this.#stopped) return;
    let cancel: CancelTimer | undefined;
    let wake: (() => void) | undefined;
    await new Promise<void>((resolve) => {
      wake = resolve;
      this.#pauses.add(resolve);
      cancel = this.#o.timer.schedule(durationMs, resolve);
    });
    cancel?.();
    if (wake !== undefined) this.#pauses.delete(wake);
  }
}

/** That the log is deleted or the cleaner stopped. */
class CleaningAborted extends Error {}

/** Another try would fail in the same way; one that the device refused may go well. */
function isOfTheData(error: unknown): boolean {
  if (error instanceof KafkaError) return error.errorName !== 'KAFKA_STORAGE_ERROR';
  return typeof (error as { code?: unknown }).code !== 'string';
}

function describe({ id: { topic, partition } }: UnifiedLog) {
  return { topic, partition };
}

function told({ endOffset, ...stats }: CleaningStats, durationMs: number) {
  return { endOffset: String(endOffset), ...stats, durationMs };
}
