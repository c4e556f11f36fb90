import type {
  CoordinatorContext,
  CoordinatorRecord,
} from '../../../src/domain/coordinator/coordinator-shard.ts';
import type { KafkaError } from '../../../src/domain/kafka-error.ts';
import {
  DEFAULT_TRANSACTION_CONFIG,
  type TransactionConfig,
} from '../../../src/domain/transaction/transaction-config.ts';
import type {
  ProducerAnswer,
  TransactionMarker,
} from '../../../src/domain/transaction/transaction-messages.ts';
import type { TransactionPartition } from '../../../src/domain/transaction/transaction-partitions.ts';
import { decodeTransactionRecord } from '../../../src/domain/transaction/transaction-records.ts';
import { TransactionShard } from '../../../src/domain/transaction/transaction-shard.ts';
import type { TransactionVersion } from '../../../src/domain/transaction/transaction-state.ts';

interface Scheduled {
  readonly atMs: number;
  readonly fire: () => void;
}

export const at = (partition: number, topic = 't'): TransactionPartition => ({ topic, partition });

/** A shard whose time, storage and markers are moved by hand. */
export class TransactionHarness implements CoordinatorContext {
  readonly shard: TransactionShard;
  readonly stored: CoordinatorRecord[] = [];
  readonly markers: string[] = [];
  /** Partitions that take no markers for now. */
  readonly unreachable = new Set<number>();
  now = 1_000_000;
  nextProducerId = 100n;
  /** Set to hold markers back until `deliver`. */
  holdsMarkers = false;
  private readonly config: Partial<TransactionConfig>;
  private held: (() => void)[] = [];
  private readonly timers = new Map<string, Scheduled>();
  private readonly appends: {
    records: readonly CoordinatorRecord[];
    stored: (error: KafkaError | undefined) => void;
  }[] = [];

  constructor(config: Partial<TransactionConfig> = {}) {
    this.config = config;
    this.shard = new TransactionShard(
      this,
      { ...DEFAULT_TRANSACTION_CONFIG, ...config },
      (marker, written) => {
        const deliver = () => written(this.write(marker));
        if (this.holdsMarkers) this.held.push(deliver);
        else deliver();
      },
      () => 7,
    );
  }

  private write(marker: TransactionMarker): TransactionPartition[] {
    const unwritten: TransactionPartition[] = [];
    for (const partition of marker.partitions) {
      if (this.unreachable.has(partition.partition)) {
        unwritten.push(partition);
        continue;
      }
      const type = marker.committed ? 'COMMIT' : 'ABORT';
      this.markers.push(
        `${type} ${partition.topic}-${partition.partition} ${marker.producerId}/${marker.producerEpoch}` +
          ` by ${marker.coordinatorEpoch} v${marker.transactionVersion}`,
      );
    }
    return unwritten;
  }

  deliver(): void {
    const held = this.held;
    this.held = [];
    for (const deliver of held) deliver();
  }

  nowMs = () => this.now;
  uuid = () => 'id';

  append(
    records: readonly CoordinatorRecord[],
    stored: (error: KafkaError | undefined) => void,
  ): void {
    this.appends.push({ records, stored });
  }

  schedule(key: string, delayMs: number, fire: () => void): void {
    this.timers.set(key, { atMs: this.now + delayMs, fire });
  }

  cancel(key: string): void {
    this.timers.delete(key);
  }

  /** Stores so many appends (all by default), or fails to. */
  settle(error?: KafkaError, count = Number.POSITIVE_INFINITY): void {
    for (let left = count; left > 0; left--) {
      const append = this.appends.shift();
      if (append === undefined) return;
      if (error === undefined) {
        for (const record of append.records) {
          this.stored.push(record);
          this.shard.replay(record, 'committed');
        }
      }
      append.stored(error);
    }
  }

  advance(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const [next] = [...this.timers]
        .filter(([, { atMs }]) => atMs <= end)
        .sort(([, a], [, b]) => a.atMs - b.atMs);
      if (next === undefined) break;
      const [key, timer] = next;
      this.now = Math.max(this.now, timer.atMs);
      this.timers.delete(key);
      timer.fire();
      this.settle();
    }
    this.now = end;
  }

  /** What was answered so far: undefined while nothing was. */
  private asked<Answer>(command: (reply: (answer: Answer) => void) => void) {
    const waiting: { answer: Answer | undefined } = { answer: undefined };
    command((answer) => {
      waiting.answer = answer;
    });
    return waiting;
  }

  startInit(expected?: { producerId: bigint; producerEpoch: number }, timeoutMs = 60_000) {
    const command = { transactionalId: 'id', timeoutMs, expected };
    const newProducerId = this.shard.initNeedsProducerId(command)
      ? this.nextProducerId++
      : undefined;
    return this.asked<ProducerAnswer>((reply) =>
      this.shard.initProducer({ ...command, newProducerId }, reply),
    );
  }

  init(expected?: { producerId: bigint; producerEpoch: number }, timeoutMs?: number) {
    const waiting = this.startInit(expected, timeoutMs);
    this.settle();
    return waiting.answer as ProducerAnswer;
  }

  startAdd(producer: ProducerAnswer, partitions: TransactionPartition[], version = 0) {
    return this.asked<string>((reply) =>
      this.shard.addPartitions(
        {
          transactionalId: 'id',
          ...producer,
          partitions,
          clientTransactionVersion: version as TransactionVersion,
        },
        reply,
      ),
    );
  }

  add(producer: ProducerAnswer, partitions: TransactionPartition[], version = 0) {
    const waiting = this.startAdd(producer, partitions, version);
    this.settle();
    return waiting.answer;
  }

  startEnd(producer: ProducerAnswer, committed: boolean, version = 0) {
    const command = {
      ...{ transactionalId: 'id', ...producer, committed },
      clientTransactionVersion: version as TransactionVersion,
    };
    const newProducerId = this.shard.endNeedsProducerId(command)
      ? this.nextProducerId++
      : undefined;
    return this.asked<ProducerAnswer>((reply) =>
      this.shard.endTransaction({ ...command, newProducerId }, reply),
    );
  }

  end(producer: ProducerAnswer, committed: boolean, version = 0) {
    const waiting = this.startEnd(producer, committed, version);
    this.settle();
    return waiting.answer as ProducerAnswer;
  }

  get state() {
    return this.shard.describe('id')?.state;
  }

  get values() {
    return this.shard.ids.get('id')?.values;
  }

  /** The states that were stored, in order. */
  get states(): (string | undefined)[] {
    return this.stored.map((record) => decodeTransactionRecord(record)?.values?.state);
  }

  /** Another shard, made from the first `count` records alone. */
  restarted(count = this.stored.length): TransactionHarness {
    const other = new TransactionHarness(this.config);
    for (const record of this.stored.slice(0, count)) {
      other.stored.push(record);
      other.shard.replay(record, 'loading');
    }
    other.now = this.now;
    other.nextProducerId = this.nextProducerId;
    other.shard.loaded();
    other.settle();
    return other;
  }
}
