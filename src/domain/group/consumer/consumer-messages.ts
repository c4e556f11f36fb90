import type { ErrorName } from '../../error-code.ts';
import type { TopicPartitionsEntry } from '../modern/topic-partitions.ts';

/** Epochs with which a member does not beat but goes. */
export const LEAVE_GROUP_MEMBER_EPOCH = -1;
/** A static member goes and will be back: its place is kept for as long as its session lasts. */
export const LEAVE_GROUP_STATIC_MEMBER_EPOCH = -2;

export interface ConsumerGroupHeartbeatCommand {
  readonly groupId: string;
  readonly memberId: string;
  readonly memberEpoch: number;
  readonly instanceId: string | null;
  readonly rackId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  /** -1 where it did not change since the last heartbeat; null below, in the same sense. */
  readonly rebalanceTimeoutMs: number;
  readonly subscribedTopicNames: readonly string[] | null;
  readonly subscribedTopicRegex: string | null;
  readonly serverAssignor: string | null;
  /** What the member owns. */
  readonly topicPartitions: readonly TopicPartitionsEntry[] | null;
}

export interface ConsumerGroupHeartbeatAnswer {
  readonly error: ErrorName;
  readonly errorMessage: string | null;
  readonly memberId: string | null;
  readonly memberEpoch: number;
  readonly heartbeatIntervalMs: number;
  /** Null where it is what the member knows. */
  readonly assignment: readonly TopicPartitionsEntry[] | null;
}

export type ConsumerGroupState = 'Empty' | 'Assigning' | 'Reconciling' | 'Stable' | 'Dead';

export interface DescribedAssignment {
  readonly topicId: string;
  readonly topicName: string;
  readonly partitions: readonly number[];
}

export interface DescribedConsumerMember {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly rackId: string | null;
  readonly memberEpoch: number;
  readonly clientId: string;
  readonly clientHost: string;
  readonly subscribedTopicNames: readonly string[];
  readonly subscribedTopicRegex: string | null;
  readonly assignment: readonly DescribedAssignment[];
  readonly targetAssignment: readonly DescribedAssignment[];
  readonly usesClassicProtocol: boolean;
}

export interface DescribedConsumerGroup {
  readonly groupId: string;
  readonly error: ErrorName;
  readonly errorMessage: string | null;
  readonly state: ConsumerGroupState;
  readonly groupEpoch: number;
  readonly assignmentEpoch: number;
  readonly assignorName: string;
  readonly members: readonly DescribedConsumerMember[];
}
