import { KafkaError } from '../../kafka-error.ts';
import { SimpleAssignor } from '../assignor/simple-assignor.ts';
import type { GroupTimings } from '../group-config.ts';
import { topicNamesOf } from '../modern/modern-group-member.ts';
import { changedTargetAssignments, isAssignmentDue } from '../modern/target-assignment.ts';
import { isSamePartitions, type TopicPartitions } from '../modern/topic-partitions.ts';
import type { TopicsImage } from '../modern/topics-image.ts';
import type { ShareGroup } from './share-group.ts';
import type { Put } from './share-group-log.ts';
import {
  isSameAssignment,
  isSameSubscription,
  newShareMember,
  type ShareGroupMember,
} from './share-group-member.ts';
import { partitionsToInitialize, withInitializing } from './share-group-topics.ts';
import type { ShareHeartbeatCommand, ShareInitialization } from './share-messages.ts';

/** The next one is due when topics change; nothing else is looked for (Kafka waits as long). */
const METADATA_REFRESH_MS = 0x7fffffff;

export interface ShareHeartbeatOptions {
  readonly put: Put;
  readonly image: TopicsImage;
  readonly timings: GroupTimings;
  readonly nowMs: number;
  readonly maxSize: number;
  readonly initializeRetryMs: number;
  /** The group as it is by now; the first record makes it. */
  readonly group: () => ShareGroup | undefined;
}

export interface ShareHeartbeatResult {
  readonly member: ShareGroupMember;
  readonly hasNewAssignment: boolean;
  readonly initialization: ShareInitialization | undefined;
}

/** A heartbeat of a member that stays or joins (Kafka's GroupMetadataManager.shareGroupHeartbeat). */
export class ShareHeartbeat {
  readonly #command: ShareHeartbeatCommand;
  readonly #o: ShareHeartbeatOptions;

  constructor(command: ShareHeartbeatCommand, options: ShareHeartbeatOptions) {
    this.#command = command;
    this.#o = options;
  }

  /** Throws a KafkaError for who may not. */
  run(): ShareHeartbeatResult {
    const { groupId, subscribedTopicNames, rackId, clientId, clientHost } = this.#command;
    const before = this.#member();
    const subscription = {
      rackId: rackId ?? before.rackId,
      ...{ clientId, clientHost },
      subscribedTopicNames:
        subscribedTopicNames === null
          ? before.subscribedTopicNames
          : topicNamesOf(subscribedTopicNames),
    };
    const { memberId } = before;
    const isSame = isSameSubscription(before, subscription);
    if (!isSame) this.#o.put({ kind: 'member', groupId, memberId, value: subscription });
    const group = this.#o.group() as ShareGroup;
    const hasNewTopics =
      !isSame && !isSameNames(before.subscribedTopicNames, subscription.subscribedTopicNames);
    const bumped = this.#bumpGroupEpoch(group, hasNewTopics);
    this.#updateTargetAssignment(group);
    const member = this.#reconcile(group, { ...before, ...subscription }, bumped);
    return {
      member,
      hasNewAssignment: !isSamePartitions(before.assigned, member.assigned),
      initialization: this.#initialize(group),
    };
  }

  #member(): ShareGroupMember {
    const { groupId, memberId, memberEpoch } = this.#command;
    const group = this.#o.group();
    if (group === undefined && memberEpoch !== 0) {
      throw new KafkaError('GROUP_ID_NOT_FOUND', `Share group ${groupId} not found.`);
    }
    const member = group?.members.get(memberId);
    if (member === undefined) {
      this.#checkSize(group);
      if (memberEpoch === 0) return newShareMember(memberId);
      throw new KafkaError(
        'UNKNOWN_MEMBER_ID',
        `Member ${memberId} is not a member of group ${groupId}.`,
      );
    }
    checkEpoch(member, memberEpoch);
    return member;
  }

  #checkSize(group: ShareGroup | undefined): void {
    const { maxSize } = this.#o;
    if ((group?.members.size ?? 0) < maxSize) return;
    throw new KafkaError(
      'GROUP_MAX_SIZE_REACHED',
      `The share group has reached its maximum capacity of ${maxSize} members.`,
    );
  }

  #bumpGroupEpoch(group: ShareGroup, hasNewTopics: boolean): boolean {
    const { put, image, nowMs } = this.#o;
    const { groupId } = group;
    const isSettled = group.assignmentEpoch >= group.groupEpoch;
    let bump = hasNewTopics || (isSettled && hasUnassigned(group));
    if (!bump && !group.hasMetadataExpired(nowMs)) return false;
    const metadataHash = group.computeMetadataHash(image);
    if (metadataHash !== group.metadataHash) bump = true;
    if (bump) put({ kind: 'group', groupId, value: { epoch: group.groupEpoch + 1, metadataHash } });
    group.setMetadataRefresh(nowMs + METADATA_REFRESH_MS);
    return bump;
  }

  #updateTargetAssignment(group: ShareGroup): void {
    const { put, image, nowMs, timings } = this.#o;
    const { groupId, groupEpoch } = group;
    if (group.assignmentEpoch >= groupEpoch) return;
    if (!isAssignmentDue(group, timings.assignmentIntervalMs, nowMs)) return;
    const { initialized } = group.topics;
    const changed = changedTargetAssignments({
      group,
      image,
      assignor: new SimpleAssignor((topicId) => initialized.get(topicId)?.partitions ?? []),
      subscriptionOf: ({ subscribedTopicNames }) => ({
        key: subscribedTopicNames.join('\0'),
        topics: subscribedTopicNames,
      }),
    });
    for (const [memberId, value] of changed) put({ kind: 'target', groupId, memberId, value });
    put({ kind: 'targetMetadata', groupId, value: { epoch: groupEpoch, timestampMs: nowMs } });
  }

  /** Nothing has to be revoked first: the member has what it is to have at once (Kafka's ShareGroupAssignmentBuilder). */
  #reconcile(group: ShareGroup, member: ShareGroupMember, bumped: boolean): ShareGroupMember {
    const { groupId, assignmentEpoch } = group;
    const { memberId } = member;
    const isBehind = assignmentEpoch !== member.memberEpoch;
    if (!isBehind && !bumped) return member;
    const assigned = this.#readBy(member, group.targetAssignmentOf(memberId));
    const updated: ShareGroupMember = isBehind
      ? {
          ...{ ...member, assigned, state: 'STABLE' },
          ...{ memberEpoch: assignmentEpoch, previousMemberEpoch: member.memberEpoch },
        }
      : { ...member, assigned };
    if (isSameAssignment(member, updated)) return member;
    const { memberEpoch, previousMemberEpoch, state } = updated;
    const value = { memberEpoch, previousMemberEpoch, state, assigned };
    this.#o.put({ kind: 'current', groupId, memberId, value });
    return updated;
  }

  /** Without topics that the member does not read any more, though it is to have them still. */
  #readBy({ subscribedTopicNames }: ShareGroupMember, target: TopicPartitions): TopicPartitions {
    const read = new Map<string, readonly number[]>();
    for (const [topicId, partitions] of target) {
      const name = this.#o.image.topicsById.get(topicId)?.name;
      if (name !== undefined && subscribedTopicNames.includes(name)) read.set(topicId, partitions);
    }
    return read;
  }

  #initialize(group: ShareGroup): ShareInitialization | undefined {
    const { put, image, nowMs, initializeRetryMs: retryMs } = this.#o;
    const { groupId, topics, groupEpoch } = group;
    const missing = partitionsToInitialize(topics, group.subscribedTopicNames(), image, {
      ...{ nowMs, retryMs },
    });
    if (missing.size === 0) return undefined;
    put({ kind: 'topics', groupId, value: withInitializing(topics, missing) });
    const partitions = Array.from(missing, ([topicId, topic]) =>
      topic.partitions.map((partition) => {
        // What was written to a partition before anyone knew that the topic had grown is to be read as well.
        const startOffset = topics.initialized.has(topicId) ? 0n : -1n;
        return { topicId, partition, startOffset };
      }),
    );
    return { stateEpoch: groupEpoch, partitions: partitions.flat() };
  }
}

function checkEpoch(
  { memberEpoch, previousMemberEpoch }: ShareGroupMember,
  received: number,
): void {
  if (received === 0 || received === memberEpoch) return;
  const known = `than the one known by the group coordinator (${memberEpoch})`;
  const rejoin = 'The member must abandon all its partitions and rejoin.';
  if (received > memberEpoch) {
    throw new KafkaError(
      'FENCED_MEMBER_EPOCH',
      `The share group member has a greater member epoch (${received}) ${known}. ${rejoin}`,
    );
  }
  if (received === previousMemberEpoch) return;
  throw new KafkaError(
    'FENCED_MEMBER_EPOCH',
    `The share group member has a smaller member epoch (${received}) ${known}, and it does not match the previous member epoch (${previousMemberEpoch}). ${rejoin}`,
  );
}

/** Whether partitions got their state since the last assignment was made. */
function hasUnassigned(group: ShareGroup): boolean {
  if (group.isEmpty) return false;
  const assigned = new Map<string, Set<number>>();
  for (const partitions of group.targetAssignments.values()) {
    for (const [topicId, numbers] of partitions) {
      const known = assigned.get(topicId) ?? new Set();
      for (const each of numbers) known.add(each);
      assigned.set(topicId, known);
    }
  }
  for (const [topicId, { name, partitions }] of group.topics.initialized) {
    if (!group.isSubscribedTo(name)) continue;
    const known = assigned.get(topicId);
    if (known === undefined || partitions.some((each) => !known.has(each))) return true;
  }
  return false;
}

function isSameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, index) => name === b[index]);
}
