import type {
  CoordinatorContext,
  CoordinatorShard,
  Reply,
} from '../../../domain/coordinator/coordinator-shard.ts';
import { KafkaError } from '../../../domain/kafka-error.ts';
import { coordinatorPartition } from '../../../domain/protocol/hashing.ts';
import type { Checksum } from '../../../domain/record/checksum.ts';
import type { Compression, CompressionType } from '../../../domain/record/compression.ts';
import type { Clock, Timer } from '../../../ports/clock.ts';
import type { CoordinatorTopic } from '../../../ports/coordinator-topic.ts';
import type { Logger } from '../../../ports/logger.ts';
import type { Random } from '../../../ports/random.ts';
import { inParallel } from '../in-parallel.ts';
import { CoordinatorPartition, type TransactionEnd } from './coordinator-partition.ts';

/** Each holds what it read last. */
const LOADS_AT_ONCE = 8;
const DEFAULT_MAX_BATCH_BYTES = 512 * 1024;

export interface CoordinatorRuntimeOptions<Shard extends CoordinatorShard> {
  readonly topic: CoordinatorTopic;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly random: Random;
  readonly logger: Logger;
  readonly checksum: Checksum;
  readonly compression: Compression;
  readonly compressionType?: CompressionType;
  readonly maxBatchBytes?: number;
  newShard(context: CoordinatorContext, coordinatorEpoch: () => number): Shard;
}

/**
 * Runs one shard per partition of a coordinator's topic (Kafka's CoordinatorRuntime): which shard
 * owns an id, loading it, and answering once what it wrote is stored.
 */
export class CoordinatorRuntime<Shard extends CoordinatorShard> {
  private readonly o: CoordinatorRuntimeOptions<Shard>;
  private readonly partitions = new Map<number, CoordinatorPartition<Shard>>();
  private closed = false;
  private ensuring: Promise<number> | undefined;

  constructor(options: CoordinatorRuntimeOptions<Shard>) {
    this.o = options;
  }

  /** Loads the partitions that are there; commands may come before it is done. */
  async open(): Promise<void> {
    const count = this.o.topic.partitionCount();
    if (count === undefined) return;
    const added: CoordinatorPartition<Shard>[] = [];
    for (let partition = 0; partition < count; partition++) {
      const one = this.add(partition);
      if (one !== undefined) added.push(one);
    }
    await inParallel(added, LOADS_AT_ONCE, (one) => one.load());
  }

  /** Creates the topic when nobody needed it before. */
  async ensure(): Promise<number> {
    const known = this.o.topic.partitionCount();
    if (known !== undefined) return known;
    this.ensuring ??= this.createTopic();
    return this.ensuring;
  }

  private async createTopic(): Promise<number> {
    try {
      const count = await this.o.topic.ensure();
      await this.open();
      return count;
    } catch (error) {
      this.o.logger.warn({ err: error }, 'the topic of a coordinator could not be created');
      throw new KafkaError('COORDINATOR_NOT_AVAILABLE', undefined, { cause: error });
    } finally {
      this.ensuring = undefined;
    }
  }

  private add(partition: number): CoordinatorPartition<Shard> | undefined {
    const log = this.o.topic.log(partition);
    if (log === undefined || this.closed || this.partitions.has(partition)) return undefined;
    const { maxBatchBytes = DEFAULT_MAX_BATCH_BYTES } = this.o;
    const added = new CoordinatorPartition<Shard>({ ...this.o, partition, log, maxBatchBytes });
    this.partitions.set(partition, added);
    return added;
  }

  /**
   * The shard that owns `id`. Throws COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS,
   * NOT_COORDINATOR.
   */
  async shardOf(id: string): Promise<Shard> {
    if (this.closed) throw new KafkaError('COORDINATOR_NOT_AVAILABLE');
    const count = this.o.topic.partitionCount() ?? (await this.ensure());
    const partition = coordinatorPartition(id, count);
    if (!this.partitions.has(partition)) await this.add(partition)?.load();
    const owner = this.partitions.get(partition);
    if (owner === undefined) throw new KafkaError('NOT_COORDINATOR');
    return owner.active();
  }

  /** As `shardOf`, for who cannot wait: what is not loaded yet is told as an error. */
  loadedShardOf(id: string): Shard {
    const count = this.o.topic.partitionCount();
    if (this.closed || count === undefined) throw new KafkaError('COORDINATOR_NOT_AVAILABLE');
    const owner = this.partitions.get(coordinatorPartition(id, count));
    if (owner === undefined) throw new KafkaError('NOT_COORDINATOR');
    return owner.active();
  }

  /** Ends a producer's transaction in one partition. Rejects with a KafkaError. */
  async endTransaction(partition: number, end: TransactionEnd): Promise<void> {
    const owner = this.partitions.get(partition);
    if (owner === undefined) throw new KafkaError('NOT_LEADER_OR_FOLLOWER');
    await owner.endTransaction(end);
  }

  /** Lets the owner of `id` answer, at once or later. */
  async submit<Answer>(
    id: string,
    command: (shard: Shard, reply: Reply<Answer>) => void,
  ): Promise<Answer> {
    const shard = await this.shardOf(id);
    return new Promise((resolve) => command(shard, resolve));
  }

  /** Every shard that answers; undefined stands for one that is still loading. */
  *shards(): Iterable<Shard | undefined> {
    for (const { state, shard } of this.partitions.values()) {
      if (state === 'active') yield shard;
      else if (state === 'loading') yield undefined;
    }
  }

  /** The shards that answer, with the partitions they own. */
  *activePartitions(): Iterable<readonly [number, Shard]> {
    for (const [partition, { state, shard }] of this.partitions) {
      if (state === 'active') yield [partition, shard];
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.partitions.values()].map((partition) => partition.close()));
  }
}
