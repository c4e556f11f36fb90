import type { KafkaError } from '../domain/kafka-error.ts';

export interface TopicPartitions {
  readonly topic: string;
  readonly partitions: readonly number[];
}

export interface PartitionResult {
  readonly partition: number;
  readonly error?: KafkaError;
}

export interface TopicPartitionResults {
  readonly topic: string;
  readonly results: readonly PartitionResult[];
}

export interface TopicReassignments {
  readonly topic: string;
  readonly partitions: readonly {
    readonly partition: number;
    /** Null: what was asked for before shall not go on. */
    readonly replicas: readonly number[] | null;
  }[];
}

export interface ReplicaMove {
  /** The log directory the replicas shall be in. */
  readonly path: string;
  readonly topics: readonly TopicPartitions[];
}

/**
 * Where replicas are and which of them leads (inbound). Every partition is on its one broker, in its one log directory
 * already: what asks for that is done, and all else is refused as Kafka does where brokers are missing.
 */
export interface ReplicaAdmin {
  /** Null: all partitions. Those that need no election are told of only where they were named. */
  electLeaders(partitions: readonly TopicPartitions[] | null): readonly TopicPartitionResults[];
  reassign(topics: readonly TopicReassignments[]): readonly TopicPartitionResults[];
  moveReplicas(moves: readonly ReplicaMove[]): readonly TopicPartitionResults[];
}
