import type { TopicId } from '../../topic-partition.ts';
import type { SubscriptionType } from '../modern/modern-group.ts';
import type { TopicPartitions } from '../modern/topic-partitions.ts';

/** A member as an assignor sees it. */
export interface AssignorMember {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly rackId: string | null;
  readonly subscribedTopicIds: ReadonlySet<TopicId>;
  /** What it was to have so far. */
  readonly assignment: TopicPartitions;
}

/** A group as an assignor sees it (Kafka's GroupSpec). */
export interface GroupSpec {
  readonly subscriptionType: SubscriptionType;
  /** In an order that does not change between two assignments of the same members. */
  readonly members: readonly AssignorMember[];
}

/** How many partitions a topic has that some member subscribes to. */
export type PartitionCount = (topicId: TopicId) => number;

/** Shares the partitions of topics out among the members of a group (Kafka's PartitionAssignor). */
export interface PartitionAssignor {
  readonly name: string;
  /** What each member is to have; a member that is not named gets nothing. */
  assign(group: GroupSpec, partitionCount: PartitionCount): ReadonlyMap<string, TopicPartitions>;
}
