import type { Reply } from '../../../domain/coordinator/coordinator-shard.ts';
import type { ErrorName } from '../../../domain/error-code.ts';
import { KafkaError } from '../../../domain/kafka-error.ts';
import type { ShareCoordinatorConfig } from '../../../domain/share-coordinator/share-coordinator-config.ts';
import { ShareCoordinatorShard } from '../../../domain/share-coordinator/share-coordinator-shard.ts';
import {
  type SharePartitionKey,
  sharePartitionName,
} from '../../../domain/share-coordinator/share-partition-key.ts';
import type {
  InitializeStateCommand,
  ReadStateAnswer,
  StateAnswer,
  StateSummaryAnswer,
  WriteStateCommand,
} from '../../../domain/share-coordinator/share-state-messages.ts';
import type { Offset, TopicId } from '../../../domain/topic-partition.ts';
import type { PrunedCoordinatorTopic } from '../../../ports/coordinator-topic.ts';
import type { SharePersister } from '../../../ports/share-persister.ts';
import {
  CoordinatorRuntime,
  type CoordinatorRuntimeOptions,
} from '../coordinator/coordinator-runtime.ts';

export type ShareCoordinatorOptions = Omit<
  CoordinatorRuntimeOptions<ShareCoordinatorShard>,
  'newShard' | 'topic'
> & {
  readonly topic: PrunedCoordinatorTopic;
  readonly config: ShareCoordinatorConfig;
  /** share.coordinator.state.topic.prune.interval.ms */
  readonly pruneIntervalMs: number;
  readonly partitionExists: (topicId: TopicId, partition: number) => boolean;
};

/** Kafka's ShareCoordinatorService: keeps the states of share-partitions in `__share_group_state`. */
export class ShareCoordinatorService implements SharePersister {
  readonly #options: ShareCoordinatorOptions;
  readonly #runtime: CoordinatorRuntime<ShareCoordinatorShard>;
  readonly #prunedBefore = new Map<number, Offset>();
  #cancelPruning: () => void = () => undefined;
  #onReset: (key: SharePartitionKey) => void = () => undefined;

  constructor(options: ShareCoordinatorOptions) {
    this.#options = options;
    this.#runtime = new CoordinatorRuntime({
      ...options,
      newShard: (context) =>
        new ShareCoordinatorShard(context, options.config, options.partitionExists),
    });
  }

  /** Loads the states that are there. */
  async open(): Promise<void> {
    await this.#runtime.open();
    this.#schedulePruning();
  }

  close(): Promise<void> {
    this.#cancelPruning();
    return this.#runtime.close();
  }

  /** Tells who reads share-partitions when someone else replaced or deleted the state of one. */
  watchResets(onReset: (key: SharePartitionKey) => void): void {
    this.#onReset = onReset;
  }

  /** Makes sure that there is a topic to keep states in. */
  async prepare(): Promise<ErrorName> {
    try {
      await this.#runtime.ensure();
      return 'NONE';
    } catch (error) {
      return KafkaError.from(error).errorName;
    }
  }

  async initialize(key: SharePartitionKey, command: InitializeStateCommand): Promise<StateAnswer> {
    const answer = await this.#submit<StateAnswer>(
      key,
      (shard, reply) => shard.initialize(key, command, reply),
      (refusal) => refusal,
    );
    if (answer.error === 'NONE') this.#onReset(key);
    return answer;
  }

  read(key: SharePartitionKey, leaderEpoch: number): Promise<ReadStateAnswer> {
    return this.#submit<ReadStateAnswer>(
      key,
      (shard, reply) => shard.read(key, leaderEpoch, reply),
      (refusal) => ({ ...refusal, state: undefined }),
    );
  }

  write(key: SharePartitionKey, command: WriteStateCommand): Promise<StateAnswer> {
    return this.#submit<StateAnswer>(
      key,
      (shard, reply) => shard.write(key, command, reply),
      (refusal) => refusal,
    );
  }

  summary(key: SharePartitionKey): Promise<StateSummaryAnswer> {
    return this.#submit<StateSummaryAnswer>(
      key,
      (shard, reply) => reply(shard.summary(key)),
      (refusal) => ({
        ...refusal,
        ...{ stateEpoch: 0, leaderEpoch: 0, startOffset: -1n, deliveryCompleteCount: -1 },
      }),
    );
  }

  async delete(key: SharePartitionKey): Promise<StateAnswer> {
    const answer = await this.#submit<StateAnswer>(
      key,
      (shard, reply) => shard.delete(key, reply),
      (refusal) => refusal,
    );
    if (answer.error === 'NONE') this.#onReset(key);
    return answer;
  }

  /** Told by whoever watches the catalog. */
  onTopicsDeleted(topicIds: ReadonlySet<TopicId>): void {
    for (const [, shard] of this.#runtime.activePartitions()) shard.onTopicsDeleted(topicIds);
  }

  async #submit<Answer>(
    key: SharePartitionKey,
    command: (shard: ShareCoordinatorShard, reply: Reply<Answer>) => void,
    refused: (refusal: StateAnswer) => Answer,
  ): Promise<Answer> {
    try {
      return await this.#runtime.submit<Answer>(sharePartitionName(key), command);
    } catch (error) {
      const { errorName, message } = KafkaError.from(error);
      return refused({ error: errorName, message });
    }
  }

  #schedulePruning(): void {
    const { timer, pruneIntervalMs } = this.#options;
    this.#cancelPruning = timer.schedule(pruneIntervalMs, () => {
      void this.#prune().finally(() => this.#schedulePruning());
    });
  }

  /** The topic is not compacted: what later records make superfluous is deleted from its front. */
  async #prune(): Promise<void> {
    for (const [partition, { redundantBefore }] of this.#runtime.activePartitions()) {
      if (redundantBefore <= (this.#prunedBefore.get(partition) ?? 0n)) continue;
      try {
        await this.#options.topic.deleteRecordsBefore(partition, redundantBefore);
        this.#prunedBefore.set(partition, redundantBefore);
      } catch (error) {
        const { logger } = this.#options;
        logger.warn({ partition, err: error }, 'the state of share groups could not be pruned');
      }
    }
  }
}
