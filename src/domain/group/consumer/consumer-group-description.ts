import { KafkaError } from '../../kafka-error.ts';
import type { Group } from '../group.ts';
import type { TopicPartitionsEntry } from '../modern/topic-partitions.ts';
import { topicPartitionsEntries } from '../modern/topic-partitions.ts';
import type { TopicsImage } from '../modern/topics-image.ts';
import { assignedEntries, union } from './assigned-partitions.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import type { ConsumerGroupMember } from './consumer-group-member.ts';
import type {
  DescribedAssignment,
  DescribedConsumerGroup,
  DescribedConsumerMember,
} from './consumer-messages.ts';

/** A group as ConsumerGroupDescribe tells it. */
export function describeConsumerGroup(
  group: ConsumerGroup,
  assignorName: string,
  image: TopicsImage,
): DescribedConsumerGroup {
  return {
    groupId: group.groupId,
    error: 'NONE',
    errorMessage: null,
    state: group.state,
    groupEpoch: group.groupEpoch,
    assignmentEpoch: group.assignmentEpoch,
    assignorName,
    members: [...group.members.values()].map((member) => describeMember(group, member, image)),
  };
}

function describeMember(
  group: ConsumerGroup,
  member: ConsumerGroupMember,
  image: TopicsImage,
): DescribedConsumerMember {
  const { memberId, instanceId, rackId, memberEpoch, clientId, clientHost } = member;
  const { subscribedTopicNames, subscribedTopicRegex } = member;
  const target = topicPartitionsEntries(group.targetAssignmentOf(memberId));
  return {
    ...{ memberId, instanceId, rackId, memberEpoch, clientId, clientHost },
    ...{ subscribedTopicNames, subscribedTopicRegex },
    // What it has yet to give up is still with it.
    assignment: named(assignedEntries(union(member.assigned, member.pendingRevocation)), image),
    targetAssignment: named(target, image),
    usesClassicProtocol: member.classic !== null,
  };
}

/** Without topics that are not there any more. */
function named(
  entries: readonly TopicPartitionsEntry[],
  { topicsById }: TopicsImage,
): DescribedAssignment[] {
  return entries.flatMap(({ topicId, partitions }) => {
    const topicName = topicsById.get(topicId)?.name;
    return topicName === undefined ? [] : [{ topicId, topicName, partitions }];
  });
}

export function unknownConsumerGroup(
  groupId: string,
  other: Group | undefined,
): DescribedConsumerGroup {
  const problem = other === undefined ? 'not found' : 'is not a consumer group';
  const error = new KafkaError('GROUP_ID_NOT_FOUND', `Group ${groupId} ${problem}.`);
  return undescribedConsumerGroup(groupId, error);
}

export function undescribedConsumerGroup(
  groupId: string,
  { errorName, message }: KafkaError,
): DescribedConsumerGroup {
  return {
    groupId,
    error: errorName,
    errorMessage: message === errorName ? null : message,
    state: 'Dead',
    groupEpoch: 0,
    assignmentEpoch: 0,
    assignorName: '',
    members: [],
  };
}
