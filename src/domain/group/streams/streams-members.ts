import { KafkaError } from '../../kafka-error.ts';
import { memberTombstones } from '../modern/member-tombstones.ts';
import { withoutEpochs } from './assigned-tasks.ts';
import type { StreamsGroup } from './streams-group.ts';
import type { Put } from './streams-group-log.ts';
import {
  assignmentOf,
  metadataOf,
  newStreamsMember,
  type StreamsGroupMember,
} from './streams-group-member.ts';
import type { StreamsGroupRecord } from './streams-group-record.ts';
import { LEAVE_GROUP_STATIC_MEMBER_EPOCH } from './streams-messages.ts';
import { eachTask } from './task-sets.ts';
import type { TasksBySubtopology, TasksTuple } from './tasks-tuple.ts';

/** Throws GROUP_MAX_SIZE_REACHED for who is not a member yet, unless it takes the place of one. */
export function checkSize(
  group: StreamsGroup,
  memberId: string,
  instanceId: string | null,
  maxSize: number,
): void {
  if (group.members.size < maxSize || group.members.has(memberId)) return;
  if (instanceId !== null && group.staticMember(instanceId) !== undefined) return;
  throw new KafkaError(
    'GROUP_MAX_SIZE_REACHED',
    `The streams group has reached its maximum capacity of ${maxSize} members.`,
  );
}

/** The member that speaks. Throws UNKNOWN_MEMBER_ID and FENCED_INSTANCE_ID. */
export function knownMember(
  group: StreamsGroup,
  memberId: string,
  instanceId: string | null,
): StreamsGroupMember {
  if (instanceId === null) {
    const member = group.members.get(memberId);
    if (member !== undefined) return member;
    throw new KafkaError(
      'UNKNOWN_MEMBER_ID',
      `Member ${memberId} is not a member of group ${group.groupId}.`,
    );
  }
  const member = group.staticMember(instanceId);
  if (member === undefined) {
    throw new KafkaError('UNKNOWN_MEMBER_ID', `Instance id ${instanceId} is unknown.`);
  }
  if (member.memberId === memberId) return member;
  throw new KafkaError(
    'FENCED_INSTANCE_ID',
    `Static member ${memberId} with instance id ${instanceId} was fenced by member ${member.memberId}.`,
  );
}

/**
 * The member that joins: one that is there, the static member whose place it takes, or a new one that is not put in yet.
 * Throws UNRELEASED_INSTANCE_ID while the place is not free.
 */
export function joiningMember(
  group: StreamsGroup,
  memberId: string,
  instanceId: string | null,
  put: Put,
): StreamsGroupMember {
  const holder = instanceId === null ? undefined : group.staticMember(instanceId);
  if (holder === undefined) return group.members.get(memberId) ?? newStreamsMember(memberId);
  if (holder.memberEpoch !== LEAVE_GROUP_STATIC_MEMBER_EPOCH) {
    throw new KafkaError(
      'UNRELEASED_INSTANCE_ID',
      `Static member ${memberId} with instance id ${instanceId} cannot join the group because the instance id is owned by ${holder.memberId} member.`,
    );
  }
  return replaceMember(group, holder, memberId, put);
}

/** Its next incarnation has what the static member had. */
function replaceMember(
  group: StreamsGroup,
  old: StreamsGroupMember,
  memberId: string,
  put: Put,
): StreamsGroupMember {
  const { groupId } = group;
  const target = group.targetAssignmentOf(old.memberId);
  for (const each of memberTombstones(groupId, old.memberId)) put(each);
  const member = { ...old, memberId, memberEpoch: 0, previousMemberEpoch: 0 };
  put({ kind: 'member', groupId, memberId, value: metadataOf(member) });
  put({ kind: 'target', groupId, memberId, value: target });
  put({ kind: 'current', groupId, memberId, value: assignmentOf(member) });
  return group.members.get(memberId) as StreamsGroupMember;
}

/** Takes a group out with all its members. */
export function groupTombstones({ groupId, members }: StreamsGroup): StreamsGroupRecord[] {
  return [
    ...[...members.keys()].flatMap((memberId) => memberTombstones(groupId, memberId)),
    { kind: 'targetMetadata', groupId, value: undefined },
    { kind: 'group', groupId, value: undefined },
    { kind: 'topology', groupId, value: undefined },
  ];
}

/**
 * Throws FENCED_MEMBER_EPOCH. Epoch 0 joins, again or for the first time. The epoch before the last is accepted of a member
 * that owns no more than it was assigned: it did not hear of the last one.
 */
export function checkEpoch(
  member: StreamsGroupMember,
  memberEpoch: number,
  owned: TasksTuple | null,
): void {
  if (memberEpoch === 0 || memberEpoch === member.memberEpoch) return;
  const isBehind = memberEpoch < member.memberEpoch;
  const missedLast = isBehind && memberEpoch === member.previousMemberEpoch;
  if (missedLast && owned !== null && isWithin(owned, member)) return;
  const size = isBehind ? 'smaller' : 'greater';
  throw new KafkaError(
    'FENCED_MEMBER_EPOCH',
    `The streams group member has a ${size} member epoch (${memberEpoch}) than the one known by the group coordinator (${member.memberEpoch}). The member must abandon all its partitions and rejoin.`,
  );
}

function isWithin(owned: TasksTuple, { assigned }: StreamsGroupMember): boolean {
  return (
    isSubset(owned.activeTasks, withoutEpochs(assigned.activeTasks)) &&
    isSubset(owned.standbyTasks, assigned.standbyTasks) &&
    isSubset(owned.warmupTasks, assigned.warmupTasks)
  );
}

function isSubset(tasks: TasksBySubtopology, others: TasksBySubtopology): boolean {
  for (const [id, each] of eachTask(tasks)) {
    if (others.get(id)?.includes(each) !== true) return false;
  }
  return true;
}
