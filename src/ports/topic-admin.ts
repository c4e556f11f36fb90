import type { KafkaError } from '../domain/kafka-error.ts';
import type { TopicId } from '../domain/topic-partition.ts';
import type { TopicMetadata } from './catalog.ts';
import type { MutationPermits } from './client-throttle.ts';
import type { ConfigEntry } from './config-admin.ts';

/** Creates, changes and deletes topics (inbound). Each item of a request succeeds or fails on its own. */
export interface TopicAdmin {
  /** Resolves once the created topics survive power loss and take appends. In the order of the request. */
  createTopics(
    topics: readonly NewTopic[],
    options: TopicChangeOptions,
  ): Promise<readonly CreateTopicResult[]>;
  deleteTopics(
    topics: readonly TopicSelector[],
    options?: Pick<TopicChangeOptions, 'permits'>,
  ): Promise<readonly DeleteTopicResult[]>;
  createPartitions(
    topics: readonly NewPartitions[],
    options: TopicChangeOptions,
  ): Promise<readonly CreatePartitionsResult[]>;
  /**
   * The topic, made with its defaults if it is missing (auto-create; the coordinators' topics with Kafka's configs for
   * them). Rejects with a KafkaError, INVALID_TOPIC_EXCEPTION for a name no topic can have.
   */
  ensureTopic(name: string): Promise<TopicMetadata>;
}

export interface TopicChangeOptions {
  readonly validateOnly: boolean;
  /** Asked for each topic with the number of partitions that are made or go; undefined: there is no bound. */
  readonly permits?: MutationPermits | undefined;
}

export interface NewTopic {
  readonly name: string;
  /** -1: num.partitions. */
  readonly partitions: number;
  /** -1: default.replication.factor. */
  readonly replicationFactor: number;
  /** Replicas by partition; then `partitions` and `replicationFactor` must be -1. Empty: the broker decides. */
  readonly assignments: readonly PartitionAssignment[];
  readonly configs: readonly { readonly name: string; readonly value: string | null }[];
}

export interface PartitionAssignment {
  readonly partition: number;
  readonly replicas: readonly number[];
}

export interface CreateTopicResult {
  readonly name: string;
  readonly error?: KafkaError;
  readonly created?: CreatedTopic;
}

export interface CreatedTopic {
  readonly id: TopicId;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly configs: readonly ConfigEntry[];
}

/** A topic by one of its two names; the other is null. */
export interface TopicSelector {
  readonly name: string | null;
  readonly id: TopicId | null;
}

export interface DeleteTopicResult {
  readonly name: string | null;
  readonly id: TopicId | null;
  readonly error?: KafkaError;
}

export interface NewPartitions {
  readonly name: string;
  /** How many partitions the topic shall have afterwards. */
  readonly count: number;
  /** The replicas of each added partition, or null: the broker decides. */
  readonly assignments: readonly (readonly number[])[] | null;
}

export interface CreatePartitionsResult {
  readonly name: string;
  readonly error?: KafkaError;
}
