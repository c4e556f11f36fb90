import { isSameList, type ModernGroupMember } from '../modern/modern-group-member.ts';
import {
  isSamePartitions,
  NO_PARTITIONS,
  type TopicPartitions,
} from '../modern/topic-partitions.ts';

/** What a member of a share group is by its subscription, which is a record of its own. */
export type ShareMemberSubscription = Pick<
  ModernGroupMember,
  'rackId' | 'clientId' | 'clientHost' | 'subscribedTopicNames'
>;

/** And by its assignment, which is another. */
export interface ShareMemberAssignment
  extends Pick<ModernGroupMember, 'memberEpoch' | 'previousMemberEpoch' | 'state'> {
  /** Several members may have a partition; nobody has to give one up before another gets it. */
  readonly assigned: TopicPartitions;
}

/** Kafka's ShareGroupMember. Never changed in place. */
export interface ShareGroupMember
  extends ModernGroupMember,
    ShareMemberSubscription,
    ShareMemberAssignment {
  readonly instanceId: null;
}

export const NO_ASSIGNMENT: ShareMemberAssignment = {
  memberEpoch: 0,
  previousMemberEpoch: -1,
  state: 'STABLE',
  assigned: NO_PARTITIONS,
};

export function newShareMember(memberId: string): ShareGroupMember {
  return {
    ...{ memberId, instanceId: null, rackId: null, clientId: '', clientHost: '' },
    subscribedTopicNames: [],
    ...NO_ASSIGNMENT,
  };
}

export function isSameSubscription(
  a: ShareMemberSubscription,
  b: ShareMemberSubscription,
): boolean {
  return (
    a.rackId === b.rackId &&
    a.clientId === b.clientId &&
    a.clientHost === b.clientHost &&
    isSameList(a.subscribedTopicNames, b.subscribedTopicNames)
  );
}

export function isSameAssignment(a: ShareMemberAssignment, b: ShareMemberAssignment): boolean {
  return (
    a.memberEpoch === b.memberEpoch &&
    a.previousMemberEpoch === b.previousMemberEpoch &&
    a.state === b.state &&
    isSamePartitions(a.assigned, b.assigned)
  );
}
