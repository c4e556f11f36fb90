import { KafkaError } from '../../kafka-error.ts';
import type { GroupConfig } from '../group-config.ts';
import { memberTombstones } from '../modern/member-tombstones.ts';
import type { TopicPartitions } from '../modern/topic-partitions.ts';
import { type AssignedPartitions, hasPartition } from './assigned-partitions.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import type { Put } from './consumer-group-log.ts';
import {
  type ConsumerGroupMember,
  type CurrentAssignment,
  type MemberSubscription,
  newMember,
} from './consumer-group-member.ts';
import { LEAVE_GROUP_STATIC_MEMBER_EPOCH } from './consumer-messages.ts';

/** Throws GROUP_MAX_SIZE_REACHED for who is not a member yet, unless it takes the place of one. */
export function checkSize(
  group: ConsumerGroup,
  memberId: string,
  instanceId: string | null,
  { consumer }: Pick<GroupConfig, 'consumer'>,
): void {
  if (group.members.size < consumer.maxSize || group.members.has(memberId)) return;
  if (instanceId !== null && group.staticMember(instanceId) !== undefined) return;
  throw new KafkaError(
    'GROUP_MAX_SIZE_REACHED',
    `The group has as many members as it may have, ${consumer.maxSize}.`,
  );
}

/** The member that speaks. Throws UNKNOWN_MEMBER_ID and FENCED_INSTANCE_ID. */
export function knownMember(
  group: ConsumerGroup,
  memberId: string,
  instanceId: string | null,
): ConsumerGroupMember {
  if (instanceId === null) {
    const member = group.members.get(memberId);
    if (member !== undefined) return member;
    throw new KafkaError(
      'UNKNOWN_MEMBER_ID',
      `Member ${memberId} is not in group ${group.groupId}.`,
    );
  }
  const member = knownInstance(group, instanceId);
  if (member.memberId === memberId) return member;
  throw new KafkaError(
    'FENCED_INSTANCE_ID',
    `Instance ${instanceId} is member ${member.memberId} by now; ${memberId} has lost its place.`,
  );
}

/** Throws UNKNOWN_MEMBER_ID. */
export function knownInstance(group: ConsumerGroup, instanceId: string): ConsumerGroupMember {
  const member = group.staticMember(instanceId);
  if (member !== undefined) return member;
  throw new KafkaError(
    'UNKNOWN_MEMBER_ID',
    `No member of group ${group.groupId} has instance id ${instanceId}.`,
  );
}

/**
 * The member that joins: one that is there, the static member whose place it takes, or a new one that is not put in yet.
 * Throws UNRELEASED_INSTANCE_ID while the place is not free.
 */
export function joiningMember(
  group: ConsumerGroup,
  memberId: string,
  instanceId: string | null,
  o: { readonly usesClassicProtocol: boolean },
  put: Put,
): ConsumerGroupMember {
  const holder = instanceId === null ? undefined : group.staticMember(instanceId);
  if (holder === undefined) return group.members.get(memberId) ?? newMember(memberId);
  // Between two that both say when they go, a place is free only when it was given up; the classic protocol fences instead.
  const isBusy = holder.memberEpoch !== LEAVE_GROUP_STATIC_MEMBER_EPOCH;
  if (isBusy && !o.usesClassicProtocol && holder.classic === null) {
    throw new KafkaError(
      'UNRELEASED_INSTANCE_ID',
      `Member ${holder.memberId} has instance id ${instanceId} and has not left.`,
    );
  }
  return replaceMember(group, holder, memberId, put);
}

/** Its next incarnation has what the static member had. */
function replaceMember(
  group: ConsumerGroup,
  old: ConsumerGroupMember,
  memberId: string,
  put: Put,
): ConsumerGroupMember {
  const { groupId } = group;
  const target = group.targetAssignmentOf(old.memberId);
  for (const each of memberTombstones(groupId, old.memberId)) put(each);
  const member = { ...old, memberId, memberEpoch: 0, previousMemberEpoch: 0 };
  put({ kind: 'member', groupId, memberId, value: subscriptionOf(member) });
  put({ kind: 'target', groupId, memberId, value: target });
  put({ kind: 'current', groupId, memberId, value: currentOf(member) });
  return group.members.get(memberId) as ConsumerGroupMember;
}

export function subscriptionOf(member: ConsumerGroupMember): MemberSubscription {
  const { instanceId, rackId, clientId, clientHost, subscribedTopicNames } = member;
  const { subscribedTopicRegex, rebalanceTimeoutMs, serverAssignor, classic } = member;
  return {
    ...{ instanceId, rackId, clientId, clientHost, subscribedTopicNames },
    ...{ subscribedTopicRegex, rebalanceTimeoutMs, serverAssignor, classic },
  };
}

export function currentOf(member: ConsumerGroupMember): CurrentAssignment {
  const { memberEpoch, previousMemberEpoch, state, assigned, pendingRevocation } = member;
  return { memberEpoch, previousMemberEpoch, state, assigned, pendingRevocation };
}

/**
 * Throws FENCED_MEMBER_EPOCH. Epoch 0 joins, again or for the first time. The epoch before the last is accepted of a member
 * that owns no more than it was assigned: it did not hear of the last one.
 */
export function checkEpoch(
  member: ConsumerGroupMember,
  memberEpoch: number,
  owned: TopicPartitions | null,
): void {
  if (memberEpoch === 0 || memberEpoch === member.memberEpoch) return;
  const isBehindByOne = memberEpoch === member.previousMemberEpoch;
  if (memberEpoch < member.memberEpoch && isBehindByOne && isWithin(owned, member.assigned)) return;
  const relation = memberEpoch > member.memberEpoch ? 'ahead of' : 'behind';
  throw new KafkaError(
    'FENCED_MEMBER_EPOCH',
    `Epoch ${memberEpoch} is ${relation} the member's epoch, ${member.memberEpoch}: it has to give up its partitions and join again.`,
  );
}

function isWithin(owned: TopicPartitions | null, assigned: AssignedPartitions): boolean {
  if (owned === null) return false;
  for (const [topicId, partitions] of owned) {
    for (const each of partitions) if (!hasPartition(assigned, topicId, each)) return false;
  }
  return true;
}
