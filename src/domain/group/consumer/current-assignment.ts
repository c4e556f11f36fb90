import type { TopicId } from '../../topic-partition.ts';
import type { TopicPartitions } from '../modern/topic-partitions.ts';
import type { TopicsImage } from '../modern/topics-image.ts';
import {
  type AssignedPartitions,
  hasPartition,
  NOTHING_ASSIGNED,
  union,
} from './assigned-partitions.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import type { ConsumerGroupMember } from './consumer-group-member.ts';

export interface Reconciliation {
  readonly group: ConsumerGroup;
  readonly image: TopicsImage;
  /** Whether the member has just changed what it reads. */
  readonly hasSubscriptionChanged: boolean;
  /** What the member says it owns; null where it does not say. */
  readonly owned: TopicPartitions | null;
}

/**
 * The member's next step towards its target assignment (Kafka's CurrentAssignmentBuilder); the same member where there is none.
 * It gives up first what it must, tells so, and only then gets what is free: a partition is never with two members.
 * Undefined when it has to start anew, for its state was written by a newer version.
 */
export function nextAssignment(
  member: ConsumerGroupMember,
  reconciliation: Reconciliation,
): ConsumerGroupMember | undefined {
  const { group, hasSubscriptionChanged, owned } = reconciliation;
  switch (member.state) {
    case 'STABLE':
      if (member.memberEpoch !== group.assignmentEpoch) return reconciled(member, reconciliation);
      return hasSubscriptionChanged ? withoutUnsubscribed(member, reconciliation) : member;
    case 'UNREVOKED_PARTITIONS':
      if (!ownsAny(owned, member.pendingRevocation)) return reconciled(member, reconciliation);
      return hasSubscriptionChanged ? withoutUnsubscribed(member, reconciliation) : member;
    case 'UNRELEASED_PARTITIONS':
      return reconciled(member, reconciliation);
    case 'UNKNOWN':
      if (owned === null || owned.size > 0) return undefined;
      return reconciled({ ...member, memberEpoch: group.assignmentEpoch }, reconciliation);
  }
}

/** Who does not say what it owns may own all of it. */
function ownsAny(owned: TopicPartitions | null, partitions: AssignedPartitions): boolean {
  if (owned === null) return true;
  for (const [topicId, numbers] of owned) {
    for (const each of numbers) if (hasPartition(partitions, topicId, each)) return true;
  }
  return false;
}

/** Takes away what the member does not read any more, without waiting for the next target assignment. */
function withoutUnsubscribed(
  member: ConsumerGroupMember,
  reconciliation: Reconciliation,
): ConsumerGroupMember {
  const kept = new Map(member.assigned);
  const pending = new Map(member.pendingRevocation);
  for (const [topicId, partitions] of member.assigned) {
    if (readsTopic(member, topicId, reconciliation)) continue;
    kept.delete(topicId);
    pending.set(topicId, new Map([...(pending.get(topicId) ?? []), ...partitions]));
  }
  if (kept.size === member.assigned.size) return member;
  const changed = { ...atEpoch(member, member.memberEpoch), assigned: kept };
  if (!ownsAny(reconciliation.owned, pending)) return changed;
  return {
    ...changed,
    state: 'UNREVOKED_PARTITIONS',
    pendingRevocation: pending,
  };
}

function reconciled(
  member: ConsumerGroupMember,
  reconciliation: Reconciliation,
): ConsumerGroupMember {
  const { group, owned } = reconciliation;
  const steps = stepsOf(member, reconciliation);
  if (steps.revoked.size > 0 && ownsAny(owned, steps.revoked)) {
    return {
      ...atEpoch(member, member.memberEpoch),
      state: 'UNREVOKED_PARTITIONS',
      assigned: steps.kept,
      pendingRevocation: steps.revoked,
    };
  }
  return {
    ...atEpoch(member, group.assignmentEpoch),
    state: steps.isWaiting ? 'UNRELEASED_PARTITIONS' : 'STABLE',
    assigned: steps.added.size === 0 ? steps.kept : union(steps.kept, steps.added),
    pendingRevocation: NOTHING_ASSIGNED,
  };
}

/** The epoch before is the one that the client may still be at. */
function atEpoch(member: ConsumerGroupMember, memberEpoch: number): ConsumerGroupMember {
  return { ...member, previousMemberEpoch: member.memberEpoch, memberEpoch };
}

interface Steps {
  readonly kept: AssignedPartitions;
  readonly revoked: AssignedPartitions;
  readonly added: AssignedPartitions;
  /** Whether others hold partitions that are to come. */
  readonly isWaiting: boolean;
}

function stepsOf(member: ConsumerGroupMember, reconciliation: Reconciliation): Steps {
  const { assigned, memberId } = member;
  const { group } = reconciliation;
  const target = group.targetAssignmentOf(memberId);
  const [kept, revoked, added] = [newPartitions(), newPartitions(), newPartitions()];
  let isWaiting = false;
  for (const topicId of new Set([...target.keys(), ...assigned.keys()])) {
    // What the member does not read any more it is not to have, whatever the target says.
    const wanted = new Set(readsTopic(member, topicId, reconciliation) ? target.get(topicId) : []);
    const current = assigned.get(topicId) ?? new Map<number, number>();
    for (const [partition, epoch] of current) {
      put(wanted.has(partition) ? kept : revoked, topicId, partition, epoch);
    }
    for (const partition of wanted) {
      if (current.has(partition)) continue;
      const holder = group.holders.of(topicId, partition);
      // What it was about to give up, it may keep.
      if (holder === undefined || holder === memberId) {
        put(added, topicId, partition, group.assignmentEpoch);
      } else {
        isWaiting = true;
      }
    }
  }
  return { kept, revoked, added, isWaiting };
}

type Partitions = Map<TopicId, Map<number, number>>;

function newPartitions(): Partitions {
  return new Map();
}

function put(partitions: Partitions, topicId: TopicId, partition: number, epoch: number): void {
  const ofTopic = partitions.get(topicId);
  if (ofTopic === undefined) partitions.set(topicId, new Map([[partition, epoch]]));
  else ofTopic.set(partition, epoch);
}

/** Whether the member reads the topic; of a deleted one there is nothing left to read. */
function readsTopic(
  member: ConsumerGroupMember,
  topicId: TopicId,
  { group, image }: Reconciliation,
): boolean {
  const topic = image.topicsById.get(topicId);
  return topic !== undefined && group.isReadBy(member, topic.name);
}
