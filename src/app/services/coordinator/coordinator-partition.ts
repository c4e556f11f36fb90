import type {
  AppendOptions,
  CoordinatorContext,
  CoordinatorRecord,
  CoordinatorShard,
  RecordProducer,
} from '../../../domain/coordinator/coordinator-shard.ts';
import { KafkaError } from '../../../domain/kafka-error.ts';
import type { Checksum } from '../../../domain/record/checksum.ts';
import type { Compression, CompressionType } from '../../../domain/record/compression.ts';
import {
  type EndTransactionMarkerBatch,
  encodeEndTransactionMarker,
} from '../../../domain/record/control-record.ts';
import { encodeRecordBatch } from '../../../domain/record/record-batch.ts';
import type { Offset } from '../../../domain/topic-partition.ts';
import type { CancelTimer, Clock, Timer } from '../../../ports/clock.ts';
import type { CoordinatorLog } from '../../../ports/coordinator-topic.ts';
import type { Logger } from '../../../ports/logger.ts';
import type { Random } from '../../../ports/random.ts';
import { AppendSequences } from './append-sequences.ts';
import { loadCoordinatorLog } from './coordinator-log-loader.ts';
import type { PendingAppend } from './pending-append.ts';

/** What a record costs in a batch beyond its key and value, at most. */
const RECORD_OVERHEAD_BYTES = 32;
/** Of what was not stored. */
const NO_OFFSET = -1n;
/** As much as a client could put into one batch of the topic; only many records together may be more. */
const MAX_RECORD_BYTES = 1_000_000;
const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 30_000;

export interface CoordinatorPartitionOptions<Shard extends CoordinatorShard> {
  readonly partition: number;
  readonly log: CoordinatorLog;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly random: Random;
  readonly logger: Logger;
  readonly checksum: Checksum;
  readonly compression: Compression;
  /** Of the batches that are written; none when absent. */
  readonly compressionType?: CompressionType | undefined;
  /** Batches are closed before they grow beyond this. */
  readonly maxBatchBytes: number;
  newShard(context: CoordinatorContext, coordinatorEpoch: () => number): Shard;
}

export type TransactionEnd = Pick<
  EndTransactionMarkerBatch,
  'type' | 'producerId' | 'producerEpoch' | 'coordinatorEpoch'
> & { readonly transactionVersion: number };

/**
 * One partition of a coordinator's topic: its shard, its timers and its writes. What the commands
 * of one turn of the event loop append goes into one batch, and is replayed once that is stored.
 */
export class CoordinatorPartition<Shard extends CoordinatorShard> implements CoordinatorContext {
  state: 'loading' | 'active' | 'closed' = 'loading';
  shard: Shard;
  private readonly o: CoordinatorPartitionOptions<Shard>;
  private readonly timers = new Map<string, CancelTimer>();
  private pending: PendingAppend[] = [];
  private flushScheduled = false;
  private lastWrite: Promise<void> = Promise.resolve();
  private readonly sequences = new AppendSequences();

  constructor(options: CoordinatorPartitionOptions<Shard>) {
    this.o = options;
    this.shard = this.newShard();
  }

  /** Loads the log; when that fails it is tried again later, for a disk may come back. */
  async load(retryAfterMs: number = FIRST_RETRY_MS): Promise<void> {
    const { partition, log, logger, compression } = this.o;
    try {
      const records = await loadCoordinatorLog(log, compression, this.shard);
      if (this.state !== 'loading') return;
      this.state = 'active';
      this.shard.loaded();
      if (records > 0) logger.info({ partition, records }, 'coordinator partition loaded');
    } catch (error) {
      logger.error(
        { partition, retryAfterMs, err: error },
        'coordinator partition could not be loaded',
      );
      if (this.state !== 'loading') return;
      this.shard = this.newShard();
      const nextMs = Math.min(2 * retryAfterMs, MAX_RETRY_MS);
      this.schedule('load', retryAfterMs, () => void this.load(nextMs));
    }
  }

  private newShard(): Shard {
    return this.o.newShard(this, () => this.o.log.leaderEpoch);
  }

  /** The shard, once it can answer. */
  active(): Shard {
    switch (this.state) {
      case 'active':
        return this.shard;
      case 'loading':
        throw new KafkaError('COORDINATOR_LOAD_IN_PROGRESS');
      case 'closed':
        throw new KafkaError('NOT_COORDINATOR');
    }
  }

  nowMs(): number {
    return this.o.clock.nowMs();
  }

  uuid(): string {
    return this.o.random.uuid();
  }

  schedule(key: string, delayMs: number, fire: () => void): void {
    this.cancel(key);
    if (this.state === 'closed') return;
    const cancel = this.o.timer.schedule(delayMs, () => {
      this.timers.delete(key);
      this.guarded(fire);
    });
    this.timers.set(key, cancel);
  }

  cancel(key: string): void {
    this.timers.get(key)?.();
    this.timers.delete(key);
  }

  append(
    records: readonly CoordinatorRecord[],
    stored: (error: KafkaError | undefined) => void,
    { producer, sequence }: AppendOptions = {},
  ): void {
    let bytes = 0;
    for (const { key, value } of records) {
      bytes += key.length + (value?.length ?? 0) + RECORD_OVERHEAD_BYTES;
    }
    this.pending.push({ records, bytes, stored, producer, sequence, failure: undefined });
    if (this.flushScheduled) return;
    this.flushScheduled = true;
    this.o.timer.afterTurn(() => this.flush());
  }

  private flush(): void {
    this.flushScheduled = false;
    const appends = this.pending;
    this.pending = [];
    let batch: PendingAppend[] = [];
    let bytes = 0;
    for (const append of appends) {
      const isFull = bytes + append.bytes > this.o.maxBatchBytes;
      if (batch.length > 0 && (isFull || !isSameProducer(batch[0]?.producer, append.producer))) {
        this.write(batch);
        batch = [];
        bytes = 0;
      }
      const failure = this.sequences.failureOf(append);
      if (failure !== undefined) {
        this.fail(append, failure);
        continue;
      }
      batch.push(append);
      bytes += append.bytes;
    }
    if (batch.length > 0) this.write(batch);
  }

  private write(appends: readonly PendingAppend[]): void {
    const { baseOffset, committed } = this.appendBatch(appends);
    this.settleInOrder(committed, (error) => this.settle(appends, baseOffset, error));
  }

  /** Fails an append that was built on one that failed; in its turn, as all are settled. */
  private fail(append: PendingAppend, failure: KafkaError): void {
    append.failure = failure;
    this.settleInOrder(Promise.reject(failure), (error) => this.settle([append], NO_OFFSET, error));
  }

  /** Batches settle in the order they were appended, whatever order their promises settle in. */
  private settleInOrder(
    committed: Promise<void>,
    settle: (error: KafkaError | undefined) => void,
  ): void {
    this.lastWrite = this.lastWrite
      .then(() => committed)
      .then(
        () => settle(undefined),
        (error: unknown) => settle(KafkaError.from(error)),
      );
    // Until its turn comes, a rejection must not count as unhandled.
    committed.catch(() => {});
  }

  /**
   * Writes the marker that ends a producer's transaction, after all that was appended before. Rejects with a
   * KafkaError.
   */
  endTransaction(end: TransactionEnd): Promise<void> {
    this.active();
    this.flush();
    const { log, checksum } = this.o;
    const { type, producerId, transactionVersion } = end;
    const timestampMs = BigInt(this.nowMs());
    const marker = encodeEndTransactionMarker({ ...end, timestampMs }, checksum);
    const { committed } = log.append(marker, { origin: 'coordinator', transactionVersion });
    return new Promise((resolve, reject) => {
      this.settleInOrder(committed, (error) => {
        if (error === undefined) {
          this.guarded(() => this.shard.replayEndOfTransaction(producerId, type === 'COMMIT'));
          resolve();
        } else {
          reject(error);
        }
      });
    });
  }

  private appendBatch(appends: readonly PendingAppend[]): {
    readonly baseOffset: Offset;
    readonly committed: Promise<void>;
  } {
    const { log, checksum, compression, compressionType = 'none' } = this.o;
    const records = appends.flatMap((append) => append.records);
    const producer = appends[0]?.producer;
    const failed = (error: unknown) => this.sequences.failed(appends, KafkaError.from(error));
    try {
      if (this.state === 'closed') throw new KafkaError('NOT_COORDINATOR');
      for (const { key, value } of records) {
        const bytes = key.length + (value?.length ?? 0);
        if (bytes > MAX_RECORD_BYTES) throw new KafkaError('MESSAGE_TOO_LARGE');
      }
      const timestampMs = BigInt(this.nowMs());
      const bytes = encodeRecordBatch(
        {
          records: records.map(({ key, value }) => ({ key, value, headers: [], timestampMs })),
          compression: compressionType,
          ...(producer && { ...producer, transactional: true }),
        },
        { checksum, compression },
      );
      const { baseOffset, committed } = log.append(bytes, { origin: 'coordinator' });
      committed.catch(failed);
      return { baseOffset, committed };
    } catch (error) {
      // At once, for the next batch may be written in the same turn.
      failed(error);
      return { baseOffset: NO_OFFSET, committed: Promise.reject(error) };
    }
  }

  private settle(
    appends: readonly PendingAppend[],
    baseOffset: Offset,
    error: KafkaError | undefined,
  ): void {
    if (error !== undefined) {
      const { partition, logger } = this.o;
      logger.warn({ partition, err: error }, 'coordinator records could not be stored');
      this.sequences.settled(appends, this.pending, error);
    }
    let next = baseOffset;
    for (const { records, stored, producer } of appends) {
      let offset = next;
      next += BigInt(records.length);
      this.guarded(() => {
        if (error === undefined) {
          for (const record of records) {
            this.shard.replay(record, 'committed', producer?.producerId, offset);
            offset += 1n;
          }
        }
        stored(error);
      });
    }
  }

  /** One fault must not take the other groups of the partition with it. */
  private guarded(step: () => void): void {
    try {
      step();
    } catch (error) {
      const { partition, logger } = this.o;
      logger.error({ partition, err: error }, 'unexpected error in a coordinator');
    }
  }

  /** Stops the timers and waits for what was appended. */
  async close(): Promise<void> {
    for (const cancel of this.timers.values()) cancel();
    this.timers.clear();
    if (this.pending.length > 0) this.flush();
    this.state = 'closed';
    this.guarded(() => this.shard.unloaded());
    await this.lastWrite;
  }
}

function isSameProducer(a: RecordProducer | undefined, b: RecordProducer | undefined): boolean {
  return a?.producerId === b?.producerId && a?.producerEpoch === b?.producerEpoch;
}
