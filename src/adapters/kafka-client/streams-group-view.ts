import type { StreamsGroupDescribeApi } from '../../domain/protocol/messages/streams-group-describe.ts';
import type { ResponseOf } from '../../domain/protocol/schema.ts';
import { answerError } from './answer-error.ts';
import type { ClusterClient } from './cluster-client.ts';
import type { AssignedTopic, GroupView } from './group-admin.ts';

type Answer = ResponseOf<typeof StreamsGroupDescribeApi>['groups'][number];
type Subtopology = NonNullable<NonNullable<Answer['topology']>['subtopologies']>[number];

/** A streams group (KIP-1071) by what its members read: their active tasks, as partitions of source topics. */
export async function streamsGroupView(cluster: ClusterClient, group: Answer): Promise<GroupView> {
  const { groupId, errorCode, errorMessage } = group;
  if (errorCode !== 0) {
    throw answerError(errorCode, `cannot describe group ${groupId}`, errorMessage);
  }
  const sources = new Map(
    (group.topology?.subtopologies ?? []).map((each) => [each.subtopologyId, sourcesOf(each)]),
  );
  const counts = await partitionCounts(cluster, [...new Set([...sources.values()].flat())]);
  return {
    ...{ groupId, state: group.groupState, type: 'streams', protocolType: 'streams' },
    protocol: group.assignorName ?? '',
    members: group.members.map(({ memberId, clientId, clientHost, assignment }) => ({
      ...{ memberId, clientId, clientHost },
      assignments: assignment.activeTasks.flatMap(({ subtopologyId, partitions }) =>
        read(sources.get(subtopologyId) ?? [], partitions, counts),
      ),
    })),
  };
}

function sourcesOf({ sourceTopics, repartitionSourceTopics }: Subtopology): readonly string[] {
  return [...sourceTopics, ...repartitionSourceTopics.map(({ name }) => name)];
}

async function partitionCounts(
  cluster: ClusterClient,
  topics: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (topics.length === 0) return new Map();
  const known = await cluster.metadata(topics, () => undefined);
  return new Map(known.topics.map(({ name, partitions }) => [name, partitions.length]));
}

/** A task reads its partition of each topic that has so many. */
function read(
  topics: readonly string[],
  tasks: readonly number[],
  counts: ReadonlyMap<string, number>,
): AssignedTopic[] {
  return topics.flatMap((topic) => {
    const partitions = tasks.filter((each) => each < (counts.get(topic) ?? 0));
    return partitions.length === 0 ? [] : [{ topic, partitions }];
  });
}
