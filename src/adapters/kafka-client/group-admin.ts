import { KafkaError } from '../../domain/kafka-error.ts';
import { ConsumerProtocolAssignment } from '../../domain/protocol/data/consumer-protocol.ts';
import { ConsumerGroupDescribeApi } from '../../domain/protocol/messages/consumer-group-describe.ts';
import { DeleteGroupsApi } from '../../domain/protocol/messages/delete-groups.ts';
import { DescribeGroupsApi } from '../../domain/protocol/messages/describe-groups.ts';
import { ListGroupsApi } from '../../domain/protocol/messages/list-groups.ts';
import { ShareGroupDescribeApi } from '../../domain/protocol/messages/share-group-describe.ts';
import { StreamsGroupDescribeApi } from '../../domain/protocol/messages/streams-group-describe.ts';
import { decodeRecord } from '../../domain/protocol/record-codec.ts';
import type { ResponseOf } from '../../domain/protocol/schema.ts';
import { ProtocolError } from '../../domain/wire/protocol-error.ts';
import { answerError, checkAnswer } from './answer-error.ts';
import type { ClusterClient } from './cluster-client.ts';
import { streamsGroupView } from './streams-group-view.ts';

export interface ListedGroup {
  readonly groupId: string;
  readonly protocolType: string;
  readonly state: string;
  readonly type: string;
}

export interface AssignedTopic {
  readonly topic: string;
  readonly partitions: readonly number[];
}

export interface GroupMemberView {
  readonly memberId: string;
  readonly clientId: string;
  readonly clientHost: string;
  readonly assignments: readonly AssignedTopic[];
}

export interface GroupView {
  readonly groupId: string;
  readonly state: string;
  readonly type: 'classic' | 'consumer' | 'share' | 'streams';
  readonly protocolType: string;
  /** The assignor, for a group of consumers. */
  readonly protocol: string;
  readonly members: readonly GroupMemberView[];
}

const GROUP_ID_NOT_FOUND = 69;
const UNSUPPORTED_VERSION = 35;
/** A broker that serves no streams groups has none. */
const NOT_THERE = new Set([GROUP_ID_NOT_FOUND, UNSUPPORTED_VERSION]);

/** Each broker knows the groups it coordinates. */
export async function listGroups(cluster: ClusterClient): Promise<readonly ListedGroup[]> {
  const { brokers } = await cluster.metadata([]);
  const asked = [...brokers.keys()].map((node) =>
    cluster.retrying(async () => {
      const answer = await cluster.send({ node }, ListGroupsApi, {});
      checkAnswer(answer.errorCode, 'cannot list the groups');
      return answer.groups;
    }),
  );
  const groups = (await Promise.all(asked)).flat().map((group) => ({
    groupId: group.groupId,
    protocolType: group.protocolType,
    state: group.groupState,
    type: group.groupType,
  }));
  return groups.sort((a, b) => (a.groupId < b.groupId ? -1 : 1));
}

/** Undefined when there is no such group. */
export async function describeGroup(
  cluster: ClusterClient,
  groupId: string,
): Promise<GroupView | undefined> {
  return cluster.retrying(async () => {
    const answer = await cluster.send({ coordinatorOf: groupId }, DescribeGroupsApi, {
      groups: [groupId],
    });
    const [group] = answer.groups;
    if (group === undefined) return undefined;
    const missing = group.errorCode === GROUP_ID_NOT_FOUND || group.groupState === 'Dead';
    if (missing) return describeModernGroup(cluster, groupId);
    checkAnswer(group.errorCode, `cannot describe group ${groupId}`, group.errorMessage);
    return classicGroupView(group);
  });
}

export async function deleteGroup(cluster: ClusterClient, groupId: string): Promise<void> {
  await cluster.retrying(async () => {
    const target = { coordinatorOf: groupId };
    const answer = await cluster.send(target, DeleteGroupsApi, { groupsNames: [groupId] });
    const [told] = answer.results;
    checkAnswer(told?.errorCode ?? -1, `cannot delete group ${groupId}`, told?.errorMessage);
  });
}

type ClassicAnswer = ResponseOf<typeof DescribeGroupsApi>['groups'][number];

function classicGroupView(group: ClassicAnswer): GroupView {
  const consumers = group.protocolType === 'consumer';
  return {
    groupId: group.groupId,
    state: group.groupState,
    type: 'classic',
    protocolType: group.protocolType,
    protocol: group.protocolData,
    members: group.members.map(({ memberId, clientId, clientHost, memberAssignment }) => ({
      memberId,
      clientId,
      clientHost,
      assignments: consumers ? assignmentsOf(memberAssignment) : [],
    })),
  };
}

/** The bytes are the members' own affair; what does not read as an assignment is none. */
function assignmentsOf(bytes: Uint8Array): readonly AssignedTopic[] {
  if (bytes.length === 0) return [];
  try {
    return decodeRecord(ConsumerProtocolAssignment, bytes).assignedPartitions;
  } catch (error) {
    if (error instanceof ProtocolError) return [];
    throw error;
  }
}

type ModernAnswer =
  | ResponseOf<typeof ConsumerGroupDescribeApi>['groups'][number]
  | ResponseOf<typeof ShareGroupDescribeApi>['groups'][number];

/** Groups that the broker assigns: of consumers (KIP-848), share groups (KIP-932) or streams groups (KIP-1071). */
async function describeModernGroup(
  cluster: ClusterClient,
  groupId: string,
): Promise<GroupView | undefined> {
  const target = { coordinatorOf: groupId };
  const request = { groupIds: [groupId], includeAuthorizedOperations: false };
  const [consumers] =
    (await whereServed(cluster.send(target, ConsumerGroupDescribeApi, request)))?.groups ?? [];
  if (consumers !== undefined && consumers.errorCode !== GROUP_ID_NOT_FOUND) {
    return modernGroupView(consumers, 'consumer');
  }
  const [shared] =
    (await whereServed(cluster.send(target, ShareGroupDescribeApi, request)))?.groups ?? [];
  if (shared !== undefined && shared.errorCode !== GROUP_ID_NOT_FOUND) {
    return modernGroupView(shared, 'share');
  }
  const [streams] =
    (await whereServed(cluster.send(target, StreamsGroupDescribeApi, request)))?.groups ?? [];
  if (streams === undefined || NOT_THERE.has(streams.errorCode)) return undefined;
  return streamsGroupView(cluster, streams);
}

async function whereServed<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof KafkaError && error.errorName === 'UNSUPPORTED_VERSION') return undefined;
    throw error;
  }
}

function modernGroupView(group: ModernAnswer, type: 'consumer' | 'share'): GroupView {
  const { groupId, errorCode, errorMessage } = group;
  if (errorCode !== 0)
    throw answerError(errorCode, `cannot describe group ${groupId}`, errorMessage);
  return {
    ...{ groupId, state: group.groupState, type, protocolType: type },
    protocol: group.assignorName,
    members: group.members.map(({ memberId, clientId, clientHost, assignment }) => ({
      ...{ memberId, clientId, clientHost },
      assignments: assignment.topicPartitions.map(({ topicName, partitions }) => ({
        topic: topicName,
        partitions,
      })),
    })),
  };
}
