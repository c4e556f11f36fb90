import { KafkaError } from '../../../domain/kafka-error.ts';
import type { AbortedTransaction } from '../../../domain/log/aborted-transactions.ts';
import type { LastRecord } from '../../../domain/log/cleaner/batch-cleaner.ts';
import type { LogConfig } from '../../../domain/log/log-config.ts';
import { LogState } from '../../../domain/log/log-state.ts';
import { LogValidator } from '../../../domain/log/log-validator.ts';
import type { BatchMetadata } from '../../../domain/log/producer-state-entry.ts';
import { retentionOffset } from '../../../domain/log/retention.ts';
import { withRollJitter } from '../../../domain/log/roll-jitter.ts';
import { stampBatch } from '../../../domain/record/batch-stamp.ts';
import * as header from '../../../domain/record/record-batch-header.ts';
import type { Offset, TopicIdPartition } from '../../../domain/topic-partition.ts';
import type { Checksum } from '../../../ports/checksum.ts';
import type { Clock, Timer } from '../../../ports/clock.ts';
import type { Compression } from '../../../ports/compression.ts';
import type { LogReadResult, LogStore, StoredLog } from '../../../ports/log-store.ts';
import type { Logger } from '../../../ports/logger.ts';
import { AdvanceListeners } from './advance-listeners.ts';
import type { AppendQueue, Flush, QueuedLog } from './append-queue.ts';
import { BackgroundSync } from './background-sync.ts';
import { abortedIn, FetchData } from './fetch-data.ts';
import { LogAvailability } from './log-availability.ts';
import { loadLog } from './log-loader.ts';
import { LogRecovery } from './log-recovery.ts';
import type {
  ActiveProducer,
  ClosedSegment,
  ClosedSegmentsOptions,
  EpochEndOffset,
  FetchDataInfo,
  FetchIsolation,
  LogAppendInfo,
  LogAppendOptions,
  LogReadOptions,
  OffsetAndTimestamp,
} from './log-types.ts';
import { lookUpOffset } from './offset-lookup.ts';
import { SnapshotWriter } from './snapshot-writer.ts';
import type { UnsyncedBytes } from './unsynced-bytes.ts';
import { syncStored, UnwrittenLog } from './unwritten-log.ts';

const COMMITTED = Promise.resolve();
/** `deleteRecords` up to here means up to the high watermark. */
const TO_HIGH_WATERMARK = -1n;

export interface UnifiedLogOptions {
  readonly store: LogStore;
  readonly queue: AppendQueue;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly checksum: Checksum;
  readonly compression: Compression;
  readonly logger: Logger;
  readonly snapshotIntervalBytes: number;
  readonly syncIntervalBytes: number;
  readonly unsynced: UnsyncedBytes;
}

/**
 * One partition's log (Kafka's UnifiedLog): offsets, producer state and leader epochs in memory,
 * bytes in the store. Memory is ahead of the store by what is on its way there; when that fails,
 * memory is rebuilt from what the store kept.
 */
export class UnifiedLog implements QueuedLog {
  readonly id: TopicIdPartition;
  readonly #o: UnifiedLogOptions;
  #stored: StoredLog;
  readonly #sync: BackgroundSync;
  readonly #snapshots: SnapshotWriter;
  readonly #availability: LogAvailability;
  readonly #recovery: LogRecovery;
  readonly #listeners: AdvanceListeners;
  #config: LogConfig;
  #validator: LogValidator;
  #state = new LogState();
  #logStartOffset: Offset;
  #logEndOffset: Offset;
  #highWatermark: Offset;
  #lastStableOffset: Offset;
  #leaderEpoch = 0;
  /** The epoch this broker was told it leads at; undefined before. */
  #ledAtEpoch: number | undefined;
  /** Of the log's last append. */
  #lastCommitted = COMMITTED;
  pendingFlush: Flush | undefined;
  flushesInFlight = 0;

  constructor(stored: StoredLog, config: LogConfig, options: UnifiedLogOptions) {
    this.id = stored.id;
    this.#stored = stored;
    stored.configure(withRollJitter(config, stored.id));
    this.#o = options;
    this.#config = config;
    this.#validator = new LogValidator(config, options);
    this.#sync = new BackgroundSync(this, options);
    this.#snapshots = new SnapshotWriter(this, options);
    this.#availability = new LogAvailability(stored.id, options.clock);
    this.#recovery = new LogRecovery(this, this.#availability, options);
    this.#listeners = new AdvanceListeners(options.logger);
    this.#logStartOffset = stored.startOffset;
    this.#logEndOffset = stored.endOffset;
    this.#highWatermark = stored.endOffset;
    this.#lastStableOffset = stored.endOffset;
  }

  get stored(): StoredLog {
    const stored = this.#stored;
    if (!(stored instanceof UnwrittenLog) || stored.written === undefined) return stored;
    this.#stored = stored.written;
    return this.#stored;
  }

  /** What has to be made in the store before something can be appended there. */
  get unwritten(): UnwrittenLog | undefined {
    const { stored } = this;
    return stored instanceof UnwrittenLog ? stored : undefined;
  }

  get config(): LogConfig {
    return this.#config;
  }

  get logStartOffset(): Offset {
    return this.#logStartOffset;
  }

  get logEndOffset(): Offset {
    return this.#logEndOffset;
  }

  get highWatermark(): Offset {
    return this.#highWatermark;
  }

  get lastStableOffset(): Offset {
    return this.#lastStableOffset;
  }

  get leaderEpoch(): number {
    return this.#leaderEpoch;
  }

  get failedFrom(): Offset | undefined {
    return this.#recovery.failedFrom;
  }

  get sizeBytes(): number {
    return this.stored.sizeBytes;
  }

  /** Restores what is kept in memory. Appends are refused before. */
  async load(): Promise<void> {
    const loaded = await loadLog(this.stored, this.#o.compression);
    this.#snapshots.loaded(loaded.snapshotOffset, loaded.nextSnapshot, loaded.replayedBytes);
    this.#state = loaded.state;
    this.#leaderEpoch = Math.max(this.#leaderEpoch, loaded.state.leaderEpochs.latestEpoch ?? 0);
    this.#logStartOffset = this.stored.startOffset;
    this.#logEndOffset = this.stored.endOffset;
    this.#moveHighWatermark(this.stored.endOffset);
    if (this.#ledAtEpoch !== undefined) this.becomeLeader(this.#ledAtEpoch);
    this.#availability.loaded();
  }

  /** The same for a log nothing was written to yet. */
  startEmpty(): void {
    this.#snapshots.loaded(undefined, 0, 0);
    this.#availability.loaded();
  }

  /** A leadership of the partition: its epoch is noted even before something is written. */
  becomeLeader(leaderEpoch: number): void {
    if (leaderEpoch < this.#leaderEpoch) return;
    this.#ledAtEpoch = leaderEpoch;
    this.#leaderEpoch = leaderEpoch;
    this.#state.leaderEpochs.assign(leaderEpoch, this.#logEndOffset);
  }

  updateConfig(config: LogConfig): void {
    this.#config = config;
    this.#validator = new LogValidator(config, this.#o);
    this.stored.configure(withRollJitter(config, this.id));
  }

  append(records: Uint8Array, options: LogAppendOptions): LogAppendInfo {
    this.#availability.checkAppend();
    const { checksum, compression } = this.#o;
    const nowMs = BigInt(this.#o.clock.nowMs());
    let view = header.viewOf(records);
    const validated = this.#validator.validate(records, view, options.origin, nowMs);
    const duplicate = this.#state.checkProducer(records, view, options, compression);
    if (duplicate !== undefined) return this.#duplicateInfo(duplicate);
    const batch = this.#validator.recompress(records, view);
    if (batch !== records) view = header.viewOf(batch);
    const baseOffset = this.#logEndOffset;
    const lastOffset = baseOffset + BigInt(validated.recordsCount - 1);
    const timestampType = this.#config.messageTimestampType;
    const atAppend = timestampType === 'LogAppendTime';
    const maxTimestampMs = atAppend ? nowMs : validated.maxTimestampMs;
    const partitionLeaderEpoch = options.leaderEpoch ?? this.#leaderEpoch;
    const stamp = { baseOffset, partitionLeaderEpoch, timestampType, maxTimestampMs };
    stampBatch(batch, view, 0, stamp, checksum);
    if (partitionLeaderEpoch > this.#leaderEpoch) this.#leaderEpoch = partitionLeaderEpoch;
    this.#state.replay(batch, view, compression);
    return {
      baseOffset,
      lastOffset,
      logAppendTimeMs: atAppend ? nowMs : header.NO_TIMESTAMP,
      logStartOffset: this.#logStartOffset,
      duplicate: false,
      committed: this.#enqueue(batch, baseOffset, lastOffset, maxTimestampMs),
    };
  }

  read(fromOffset: Offset, options: LogReadOptions): FetchDataInfo | Promise<FetchDataInfo> {
    this.#availability.checkRead();
    if (fromOffset < this.#logStartOffset || fromOffset > this.#logEndOffset) {
      throw this.#outOfRange(fromOffset);
    }
    const { isolation } = options;
    const upTo = this.#readableUpTo(isolation);
    if (fromOffset >= upTo) return this.#fetchData(undefined, fromOffset, isolation);
    const result = this.stored.read({
      fromOffset,
      maxBytes: options.maxBytes,
      minOneBatch: options.minOneMessage,
      upTo,
    });
    if (!(result instanceof Promise)) return this.#fetchData(result, fromOffset, isolation);
    return result.then((read) => this.#fetchData(read, fromOffset, isolation));
  }

  /** Kafka's ListOffsets: one of its negative special values, or a time. */
  async fetchOffsetByTimestamp(
    timestampMs: bigint,
    isolation: FetchIsolation,
  ): Promise<OffsetAndTimestamp | undefined> {
    const { stored } = this;
    return lookUpOffset(timestampMs, {
      stored,
      logStartOffset: this.#logStartOffset,
      upTo: this.#readableUpTo(isolation),
      leaderEpochs: this.#state.leaderEpochs,
      compression: this.#o.compression,
    });
  }

  endOffsetForEpoch(epoch: number): EpochEndOffset {
    const found = this.#state.leaderEpochs.endOffsetFor(epoch, this.#logEndOffset);
    if (found === undefined) return { leaderEpoch: -1, endOffset: -1n };
    return { leaderEpoch: found.epoch, endOffset: found.endOffset };
  }

  /**
   * Drops what is below `beforeOffset` (-1: below the high watermark); gives the new start. A topic that is only
   * compacted promises to keep the last value of every key.
   */
  async deleteRecords(beforeOffset: Offset): Promise<Offset> {
    if (!this.#config.cleanupPolicy.includes('delete')) {
      throw new KafkaError('POLICY_VIOLATION', 'the topic does not have the cleanup policy delete');
    }
    const offset = beforeOffset === TO_HIGH_WATERMARK ? this.#highWatermark : beforeOffset;
    if (offset < 0n || offset > this.#highWatermark) {
      throw new KafkaError(
        'OFFSET_OUT_OF_RANGE',
        `offset ${beforeOffset} is beyond the high watermark ${this.#highWatermark}`,
      );
    }
    await this.#startAt(offset);
    return this.#logStartOffset;
  }

  async closedSegments(options: ClosedSegmentsOptions): Promise<readonly ClosedSegment[]> {
    const { fromOffset, withOpen } = options;
    const upTo = this.#lastStableOffset;
    const segments: ClosedSegment[] = [];
    for (const { nextOffset, sizeBytes, maxTimestampMs } of this.stored.droppable()) {
      if (!withOpen && nextOffset >= this.stored.endOffset) break;
      const whole = nextOffset <= upTo;
      const end = whole ? nextOffset : upTo;
      if (end > fromOffset) segments.push({ nextOffset: end, sizeBytes, maxTimestampMs });
      if (!whole) break;
    }
    if (segments.length > 0) await syncStored(this.#o.store, this);
    return segments;
  }

  /** Called after the high watermark moved, once however many appends moved it. */
  onHighWatermarkAdvance(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  hasOngoingTransaction(producerId: bigint, producerEpoch: number): boolean {
    return this.#state.producers.hasOngoingTransaction(producerId, producerEpoch);
  }

  activeProducers(): ActiveProducer[] {
    return Array.from(this.#state.producers.producers, (entry) => ({
      producerId: entry.producerId,
      producerEpoch: entry.producerEpoch,
      lastSequence: entry.lastSequence,
      lastTimestampMs: entry.lastTimestampMs,
      coordinatorEpoch: entry.coordinatorEpoch,
      currentTxnStartOffset: entry.currentTxnFirstOffset ?? -1n,
    }));
  }

  /** For a cleaner: what each active producer wrote last, which must stay (Kafka's lastRecordsOfActiveProducers). */
  lastRecordsOfProducers(): ReadonlyMap<bigint, LastRecord> {
    const last = new Map<bigint, LastRecord>();
    for (const { producerId, producerEpoch, batches } of this.#state.producers.producers) {
      last.set(producerId, { lastDataOffset: batches.at(-1)?.lastOffset, producerEpoch });
    }
    return last;
  }

  /** The aborted transactions with a record or marker in `[fromOffset, upTo)`. */
  abortedTransactions(fromOffset: Offset, upTo: Offset): readonly AbortedTransaction[] {
    return this.#state.producers.aborted.collect(fromOffset, upTo);
  }

  /** Of which nothing is left below an offset, but for what may be being read. */
  forgetAborted(belowOffset: Offset): void {
    this.#state.producers.aborted.removeBelow(belowOffset);
  }

  get isDeleted(): boolean {
    return this.#availability.deleted;
  }

  /** Drops the segments that retention lets go; whether there were any. */
  async applyRetention(): Promise<boolean> {
    if (this.#availability.deleted) return false;
    const offset = retentionOffset(this.stored.droppable(), this.#config, {
      nowMs: BigInt(this.#o.clock.nowMs()),
      sizeBytes: this.stored.sizeBytes,
      highWatermark: this.#highWatermark,
    });
    if (offset === undefined || offset <= this.#logStartOffset) return false;
    await this.#startAt(offset);
    return true;
  }

  removeExpiredProducers(expirationMs: number): void {
    const nowMs = BigInt(this.#o.clock.nowMs());
    this.#state.producers.removeExpired(nowMs, BigInt(expirationMs));
  }

  /** Refuses everything from now on; those who wait for data find out. */
  markDeleted(): void {
    this.#availability.markDeleted();
    this.#sync.discard();
    this.#listeners.notify();
  }

  /** Resolves when the log does nothing of its own accord any more. */
  async settled(): Promise<void> {
    await this.#recovery.settled();
    await this.#snapshots.settled();
  }

  /** Refuses appends and keeps the state for the next start. Nothing may be in flight. */
  async close(): Promise<void> {
    this.#sync.stop();
    await this.settled();
    const whole = this.#availability.available;
    this.#availability.close();
    if (whole) await this.#snapshots.write(this.#logEndOffset, this.#state, COMMITTED);
  }

  onStored(offset: Offset): void {
    this.#availability.stored();
    if (offset > this.#highWatermark) {
      this.#moveHighWatermark(offset);
      this.#listeners.noteAdvanced();
    }
    this.#sync.syncIfDue(this.#config);
    if (this.#snapshots.isDue && this.#availability.available) {
      const committed = this.#lastCommitted;
      void this.#snapshots.write(this.#logEndOffset, this.#state, committed);
    }
  }

  notifyAdvanced(): void {
    this.#listeners.notifyAdvanced();
  }

  onStoreFailed(fromOffset: Offset, cause: unknown): void {
    this.#recovery.failed(fromOffset, cause);
  }

  onFailureSettled(): void {
    this.#recovery.recover(() => {
      this.#lastCommitted = COMMITTED;
      this.#listeners.notify();
    });
  }

  /** The batch may still be on its way: its fate is that of the last flush of the log. */
  #duplicateInfo(batch: BatchMetadata): LogAppendInfo {
    const stored = batch.lastOffset < this.#highWatermark;
    return {
      baseOffset: batch.firstOffset,
      lastOffset: batch.lastOffset,
      logAppendTimeMs: batch.timestampMs,
      logStartOffset: this.#logStartOffset,
      duplicate: true,
      committed: stored ? COMMITTED : this.#lastCommitted,
    };
  }

  #enqueue(
    batch: Uint8Array,
    baseOffset: Offset,
    lastOffset: Offset,
    maxTimestampMs: bigint,
  ): Promise<void> {
    const config = this.#config;
    const durability = config.flushMessages === 1 ? 'synced' : 'written';
    const entry = { log: this.stored, baseOffset, lastOffset, maxTimestampMs, batch };
    const flush = this.#o.queue.add(this, entry, durability);
    this.#lastCommitted = flush.committed;
    this.#logEndOffset = lastOffset + 1n;
    this.#snapshots.noteAppended(batch.length);
    if (durability === 'written') {
      this.#sync.noteWritten(batch.length, Number(lastOffset - baseOffset) + 1, config);
    }
    return flush.committed;
  }

  #readableUpTo(isolation: FetchIsolation): Offset {
    switch (isolation) {
      case 'read_uncommitted':
        return this.#highWatermark;
      case 'read_committed':
        return this.#lastStableOffset;
      case 'log_end':
        return this.#logEndOffset;
    }
  }

  #fetchData(
    result: LogReadResult | undefined,
    fromOffset: Offset,
    isolation: FetchIsolation,
  ): FetchDataInfo {
    // The store begins to drop a prefix before the log knows that it is gone, and gives what follows then.
    if (result !== undefined && fromOffset < this.stored.startOffset) {
      result.release();
      throw this.#outOfRange(fromOffset);
    }
    if (isolation !== 'read_committed') return new FetchData(result, this, null);
    const aborted = abortedIn(this.#state.producers.aborted, fromOffset, result?.slices ?? []);
    return new FetchData(result, this, aborted);
  }

  #outOfRange(offset: Offset): KafkaError {
    const start = laterOf(this.#logStartOffset, this.stored.startOffset);
    const message = `offset ${offset} is not within ${start} and ${this.#logEndOffset}`;
    return new KafkaError('OFFSET_OUT_OF_RANGE', message);
  }

  async #startAt(offset: Offset): Promise<void> {
    if (offset <= this.#logStartOffset) return;
    // What the batches that go say of their producers could not be replayed any more.
    if (!this.#snapshots.covers(offset)) {
      await this.#snapshots.settled();
      await this.#snapshots.write(this.#logEndOffset, this.#state, this.#lastCommitted);
    }
    await this.stored.dropPrefix(offset);
    if (offset <= this.#logStartOffset) return;
    this.#logStartOffset = offset;
    this.#state.leaderEpochs.truncateFromStart(offset);
    this.#state.producers.aborted.removeBelow(offset);
    this.#updateLastStableOffset();
  }

  #moveHighWatermark(offset: Offset): void {
    this.#highWatermark = offset;
    this.#state.producers.highWatermarkAdvanced(offset);
    this.#updateLastStableOffset();
  }

  #updateLastStableOffset(): void {
    const offset = this.#state.producers.lastStableOffset(this.#highWatermark);
    this.#lastStableOffset = offset;
    // The start of a transaction may have been deleted.
    if (offset < this.#logStartOffset) this.#lastStableOffset = this.#logStartOffset;
  }
}

function laterOf(one: Offset, other: Offset): Offset {
  return one > other ? one : other;
}
