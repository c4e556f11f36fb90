import type { RecordProducer } from '../../coordinator/coordinator-shard.ts';

export interface OffsetCommitPartition {
  readonly topic: string;
  readonly topicId: string | undefined;
  readonly partition: number;
  readonly offset: bigint;
  readonly leaderEpoch: number;
  readonly metadata: string | null;
}

export interface OffsetCommitCommand {
  readonly groupId: string;
  readonly generationId: number;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  /** Versions 2 to 4; negative means the broker's own retention. */
  readonly retentionTimeMs: bigint;
  /** Version 9 on: knows member epochs, and an unknown group has an error of its own (KIP-848). */
  readonly supportsConsumerGroups: boolean;
  /** Commits as part of this producer's transaction (TxnOffsetCommit). */
  readonly producer?: RecordProducer | undefined;
  readonly partitions: readonly OffsetCommitPartition[];
}

export interface PartitionOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly leaderEpoch: number;
  readonly metadata: string;
  readonly topicId: string | undefined;
  readonly error: 'NONE' | 'UNSTABLE_OFFSET_COMMIT';
}

export interface TopicPartitionName {
  readonly topic: string;
  readonly partition: number;
}
