import type { ErrorName } from '../../error-code.ts';
import { EMPTY_TUPLE, taskEntries, tupleOf } from './assigned-tasks.ts';
import { taskOffsetEntries } from './member-task-offsets.ts';
import type { StreamsGroup } from './streams-group.ts';
import type { StreamsGroupMember } from './streams-group-member.ts';
import type {
  DescribedStreamsGroup,
  DescribedStreamsMember,
  DescribedSubtopology,
  DescribedTasks,
} from './streams-messages.ts';
import type { TasksTuple } from './tasks-tuple.ts';
import type {
  ConfiguredInternalTopic,
  ConfiguredSubtopology,
} from './topology/configured-topology.ts';
import type { Subtopology, TopicInfo } from './topology/streams-topology.ts';

/** A group as StreamsGroupDescribe tells it. */
export function describeStreamsGroup(
  group: StreamsGroup,
  assignorName: string,
): DescribedStreamsGroup {
  const { groupId, state, groupEpoch, assignmentEpoch } = group;
  return {
    ...{ groupId, error: 'NONE', message: null, state, groupEpoch, assignmentEpoch, assignorName },
    topology: describedTopology(group),
    members: Array.from(group.members.values(), (member) => describedMember(group, member)),
  };
}

export function undescribedStreamsGroup(
  groupId: string,
  error: ErrorName,
  message: string | null,
): DescribedStreamsGroup {
  return {
    ...{ groupId, error, message, state: '', groupEpoch: 0, assignmentEpoch: 0 },
    ...{ assignorName: null, topology: null, members: [] },
  };
}

/** As it is in this cluster once it is ready, and else as the members sent it. */
function describedTopology({
  topology,
  configuredTopology,
}: StreamsGroup): DescribedStreamsGroup['topology'] {
  if (topology === undefined) return null;
  const { epoch } = topology;
  const configured = configuredTopology?.subtopologies;
  if (configured !== undefined && configuredTopology?.problem === undefined) {
    const subtopologies = Array.from(configured, ([id, each]) => describedConfigured(id, each));
    return { epoch, subtopologies };
  }
  const sorted = [...topology.subtopologies].sort((a, b) =>
    a.subtopologyId < b.subtopologyId ? -1 : 1,
  );
  return { epoch, subtopologies: sorted.map(describedSubtopology) };
}

function describedConfigured(
  subtopologyId: string,
  subtopology: ConfiguredSubtopology,
): DescribedSubtopology {
  return {
    subtopologyId,
    sourceTopics: [...subtopology.sourceTopics].sort(),
    repartitionSinkTopics: [...subtopology.repartitionSinkTopics].sort(),
    stateChangelogTopics: byName(
      Array.from(subtopology.stateChangelogTopics.values(), internalTopic),
    ),
    repartitionSourceTopics: byName(
      Array.from(subtopology.repartitionSourceTopics.values(), internalTopic),
    ),
  };
}

function internalTopic(topic: ConfiguredInternalTopic): TopicInfo {
  const { name, partitions, replicationFactor } = topic;
  const topicConfigs = Array.from(topic.topicConfigs, ([key, value]) => ({ key, value }));
  return { name, partitions, replicationFactor, topicConfigs };
}

function describedSubtopology(subtopology: Subtopology): DescribedSubtopology {
  return {
    subtopologyId: subtopology.subtopologyId,
    sourceTopics: [...subtopology.sourceTopics].sort(),
    repartitionSinkTopics: [...subtopology.repartitionSinkTopics].sort(),
    stateChangelogTopics: byName(subtopology.stateChangelogTopics),
    repartitionSourceTopics: byName(subtopology.repartitionSourceTopics),
  };
}

function byName(topics: readonly TopicInfo[]): TopicInfo[] {
  return [...topics].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function describedMember(group: StreamsGroup, member: StreamsGroupMember): DescribedStreamsMember {
  const { taskOffsets, taskEndOffsets } = group.taskOffsetsOf(member.memberId);
  const { memberId, memberEpoch, instanceId, rackId, clientId, clientHost } = member;
  const { topologyEpoch, processId, userEndpoint } = member;
  return {
    ...{ memberId, memberEpoch, instanceId, rackId, clientId, clientHost },
    ...{ topologyEpoch, processId, userEndpoint },
    clientTags: Array.from(member.clientTags, ([key, value]) => ({ key, value })),
    taskOffsets: taskOffsetEntries(taskOffsets),
    taskEndOffsets: taskOffsetEntries(taskEndOffsets),
    assignment: describedTasks(tupleOf(member.assigned)),
    targetAssignment: describedTasks(group.targetAssignments.get(memberId) ?? EMPTY_TUPLE),
  };
}

function describedTasks({ activeTasks, standbyTasks, warmupTasks }: TasksTuple): DescribedTasks {
  return {
    activeTasks: taskEntries(activeTasks),
    standbyTasks: taskEntries(standbyTasks),
    warmupTasks: taskEntries(warmupTasks),
  };
}
