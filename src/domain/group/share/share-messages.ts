import type { ErrorName } from '../../error-code.ts';
import type { TopicId } from '../../topic-partition.ts';
import type { TopicPartitions } from '../modern/topic-partitions.ts';
import type { ShareGroupState } from './share-group.ts';

export interface ShareHeartbeatCommand {
  readonly groupId: string;
  readonly memberId: string;
  /** 0 to join, -1 to leave. */
  readonly memberEpoch: number;
  readonly rackId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  /** Null where nothing changed. */
  readonly subscribedTopicNames: readonly string[] | null;
}

export interface ShareHeartbeatAnswer {
  readonly error: ErrorName;
  readonly message: string | null;
  readonly memberId: string | null;
  readonly memberEpoch: number;
  readonly heartbeatIntervalMs: number;
  /** Null where it did not change. */
  readonly assignment: TopicPartitions | null;
}

/** States the share coordinator is to make. */
export interface ShareInitialization {
  readonly stateEpoch: number;
  readonly partitions: readonly {
    readonly topicId: TopicId;
    readonly partition: number;
    /** -1 leaves it to the group's share.auto.offset.reset. */
    readonly startOffset: bigint;
  }[];
}

export interface DescribedShareGroup {
  readonly groupId: string;
  readonly error: ErrorName;
  readonly message: string | null;
  readonly state: ShareGroupState | 'Dead';
  readonly groupEpoch: number;
  readonly assignmentEpoch: number;
  readonly assignorName: string;
  readonly members: readonly DescribedShareMember[];
}

export interface DescribedShareMember {
  readonly memberId: string;
  readonly rackId: string | null;
  readonly memberEpoch: number;
  readonly clientId: string;
  readonly clientHost: string;
  readonly subscribedTopicNames: readonly string[];
  readonly assignment: readonly {
    readonly topicId: TopicId;
    readonly topicName: string;
    readonly partitions: readonly number[];
  }[];
}
