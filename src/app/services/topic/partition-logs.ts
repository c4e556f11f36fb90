import type { LogConfig } from '../../../domain/log/log-config.ts';
import type { TopicId, TopicIdPartition } from '../../../domain/topic-partition.ts';

/** What topic administration needs of the log manager. */
export interface PartitionLogs {
  /** Whether a log is there for every partition of the catalog without being made by `create`. */
  readonly makesOnDemand: boolean;
  /** Not the log of a partition nobody has asked for yet. */
  existing(topicId: TopicId, partition: number): PartitionLog | undefined;
  create(id: TopicIdPartition, config: LogConfig): Promise<PartitionLog>;
  deleteTopic(topicId: TopicId): Promise<void>;
  logs(): Iterable<PartitionLog>;
}

export interface PartitionLog {
  readonly id: TopicIdPartition;
  readonly sizeBytes: number;
  updateConfig(config: LogConfig): void;
  /** Tells the log the epoch it is led at (Kafka's Partition.makeLeader). */
  becomeLeader(leaderEpoch: number): void;
}
