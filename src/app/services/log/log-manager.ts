import { KafkaError } from '../../../domain/kafka-error.ts';
import { DEFAULT_LOG_CONFIG, type LogConfig } from '../../../domain/log/log-config.ts';
import { isClusterMetadataLog } from '../../../domain/topic/cluster-metadata.ts';
import type { TopicId, TopicIdPartition } from '../../../domain/topic-partition.ts';
import type { Checksum } from '../../../ports/checksum.ts';
import type { CancelTimer, Clock, Timer } from '../../../ports/clock.ts';
import type { Compression } from '../../../ports/compression.ts';
import type { LogStore, RecoveredLog } from '../../../ports/log-store.ts';
import type { Logger } from '../../../ports/logger.ts';
import { inParallel } from '../in-parallel.ts';
import { AppendQueue } from './append-queue.ts';
import { UnifiedLog, type UnifiedLogOptions } from './unified-log.ts';
import { UnsyncedBytes } from './unsynced-bytes.ts';
import { UnwrittenLog } from './unwritten-log.ts';

const MEBIBYTE = 1024 * 1024;
/** Logs that are opened or closed at a time. */
const PARALLEL = 16;

/** A partition that is led here, whether its log is stored yet or not. */
export interface LedPartition {
  readonly id: TopicIdPartition;
  readonly config: LogConfig;
  readonly leaderEpoch: number;
}

export interface LogManagerOptions {
  readonly store: LogStore;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly checksum: Checksum;
  readonly compression: Compression;
  readonly logger: Logger;
  /** What the catalog says of a partition: its log is made when something is written to it. Without it, by `create`. */
  readonly partition?: (topicId: TopicId, partition: number) => LedPartition | undefined;
  /** Kafka's log.retention.check.interval.ms. */
  readonly retentionCheckIntervalMs?: number;
  /** Kafka's log.flush.offset.checkpoint.interval.ms; never when 0. */
  readonly checkpointIntervalMs?: number;
  /** Kafka's producer.id.expiration.ms, asked for at each check. */
  readonly producerIdExpirationMs?: () => number;
  /** Kafka's producer.id.expiration.check.interval.ms. */
  readonly producerIdExpirationCheckIntervalMs?: number;
  /** How much is appended to a log before its state is stored again. */
  readonly snapshotIntervalBytes?: number;
  /** How much of a log may wait for a sync where not every append is synced. */
  readonly syncIntervalBytes?: number;
  /** How much of all logs together may wait for one; appends wait beyond it. */
  readonly unsyncedBytesMax?: number;
}

/** All logs of a broker (Kafka's LogManager). */
export class LogManager {
  readonly #o: LogManagerOptions;
  readonly #queue: AppendQueue;
  readonly #logOptions: UnifiedLogOptions;
  readonly #topics = new Map<TopicId, (UnifiedLog | undefined)[]>();
  readonly #cancelTimers = new Set<CancelTimer>();
  #openedStore = false;
  #closed = false;

  constructor(options: LogManagerOptions) {
    this.#o = options;
    const { store, timer, clock, logger } = options;
    const limitBytes = options.unsyncedBytesMax ?? 1024 * MEBIBYTE;
    const unsynced = new UnsyncedBytes({ limitBytes, clock, logger });
    this.#queue = new AppendQueue(store, timer, unsynced);
    this.#logOptions = {
      store: options.store,
      queue: this.#queue,
      unsynced,
      clock: options.clock,
      timer: options.timer,
      checksum: options.checksum,
      compression: options.compression,
      logger: options.logger,
      snapshotIntervalBytes: options.snapshotIntervalBytes ?? 32 * MEBIBYTE,
      syncIntervalBytes: options.syncIntervalBytes ?? 64 * MEBIBYTE,
    };
  }

  /**
   * Loads the logs the store holds, but for the metadata log. Opens the store unless what it
   * recovered is handed in; `close` then leaves it open too. Logs have default configs until
   * `updateConfig`.
   */
  async open(recovered?: readonly RecoveredLog[]): Promise<void> {
    this.#openedStore = recovered === undefined;
    const found = recovered ?? (await this.#o.store.open());
    const logs = found.filter(({ log }) => !isClusterMetadataLog(log.id));
    const recoveredLogs = logs.filter(({ clean }) => !clean).length;
    if (recoveredLogs > 0)
      this.#o.logger.info({ recoveredLogs }, 'recovered after an unclean stop');
    await inParallel(logs, PARALLEL, (log) => this.#load(log));
    const retention = this.#o.retentionCheckIntervalMs ?? 300_000;
    this.#every(retention, () => this.applyRetention());
    const checkpoint = this.#o.checkpointIntervalMs ?? 60_000;
    if (checkpoint > 0) this.#every(checkpoint, () => this.checkpoint());
    const expiry = this.#o.producerIdExpirationCheckIntervalMs ?? 600_000;
    this.#every(expiry, () => this.removeExpiredProducers());
  }

  /** Whether logs need no `create`. */
  get makesOnDemand(): boolean {
    return this.#o.partition !== undefined;
  }

  get(topicId: TopicId, partition: number): UnifiedLog | undefined {
    return this.existing(topicId, partition) ?? this.#unwritten(topicId, partition);
  }

  /** A log that is stored or was asked for. */
  existing(topicId: TopicId, partition: number): UnifiedLog | undefined {
    return this.#topics.get(topicId)?.[partition];
  }

  async create(id: TopicIdPartition, config: LogConfig): Promise<UnifiedLog> {
    if (this.#closed) throw new KafkaError('KAFKA_STORAGE_ERROR', 'the log manager is closed');
    const log = new UnifiedLog(await this.#o.store.create(id, config), config, this.#logOptions);
    await log.load();
    this.#add(log);
    return log;
  }

  async deleteTopic(topicId: TopicId): Promise<void> {
    const logs = this.#topics.get(topicId);
    if (logs === undefined) return;
    this.#topics.delete(topicId);
    for (const log of logs) log?.markDeleted();
    // What was appended before must not fail because its log is gone.
    await this.#queue.drain();
    for (const log of logs) {
      if (log === undefined) continue;
      await log.settled();
      if (log.unwritten === undefined) await this.#o.store.delete(log.stored);
    }
  }

  *logs(): Iterable<UnifiedLog> {
    for (const partitions of this.#topics.values()) {
      for (const log of partitions) if (log !== undefined) yield log;
    }
  }

  /** Lets the store note where the logs stand, so that a start after a crash has less to look at. */
  async checkpoint(): Promise<void> {
    try {
      await this.#o.store.checkpoint?.();
    } catch (error) {
      this.#o.logger.error({ err: error }, 'it could not be noted where the logs stand');
    }
  }

  /** Drops what retention lets go, of every log. */
  async applyRetention(): Promise<void> {
    // Topics may come and go meanwhile.
    const logs = [...this.logs()];
    for (const log of logs) {
      try {
        const dropped = await log.applyRetention();
        if (dropped) this.#o.logger.info(describe(log), 'dropped old segments');
      } catch (error) {
        this.#o.logger.error({ ...describe(log), err: error }, 'old segments could not be dropped');
      }
    }
  }

  removeExpiredProducers(): void {
    const expirationMs = this.#o.producerIdExpirationMs?.() ?? 86_400_000;
    for (const log of this.logs()) log.removeExpiredProducers(expirationMs);
  }

  /** Waits for what was appended and stores each log's state. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const cancel of this.#cancelTimers) cancel();
    this.#cancelTimers.clear();
    await this.#queue.drain();
    await inParallel([...this.logs()], PARALLEL, (log) => log.close());
    if (this.#openedStore) await this.#o.store.close();
  }

  async #load({ log: stored, clean, truncatedBytes }: RecoveredLog): Promise<void> {
    const log = new UnifiedLog(stored, DEFAULT_LOG_CONFIG, this.#logOptions);
    this.#add(log);
    if (!clean && truncatedBytes > 0) {
      this.#o.logger.info({ ...describe(log), truncatedBytes }, 'log recovered');
    }
    try {
      await log.load();
    } catch (error) {
      // The other partitions can be served all the same; appends to this one are refused.
      this.#o.logger.error({ ...describe(log), err: error }, 'log could not be loaded');
    }
  }

  #unwritten(topicId: TopicId, partition: number): UnifiedLog | undefined {
    if (this.#closed) return undefined;
    const led = this.#o.partition?.(topicId, partition);
    if (led === undefined) return undefined;
    const stored = new UnwrittenLog(led.id, led.config, this.#o.store);
    const log = new UnifiedLog(stored, led.config, this.#logOptions);
    log.startEmpty();
    log.becomeLeader(led.leaderEpoch);
    this.#add(log);
    return log;
  }

  #add(log: UnifiedLog): void {
    const { topicId, partition } = log.id;
    let partitions = this.#topics.get(topicId);
    if (partitions === undefined) {
      partitions = [];
      this.#topics.set(topicId, partitions);
    }
    partitions[partition] = log;
  }

  #every(intervalMs: number, task: () => Promise<void> | void): void {
    const run = async (): Promise<void> => {
      this.#cancelTimers.delete(cancel);
      await task();
      if (!this.#closed) this.#every(intervalMs, task);
    };
    const cancel = this.#o.timer.schedule(intervalMs, () => void run());
    this.#cancelTimers.add(cancel);
  }
}

function describe(log: UnifiedLog): { topic: string; partition: number } {
  return { topic: log.id.topic, partition: log.id.partition };
}
