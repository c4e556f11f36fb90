import type { TopicsImage } from '../modern/topics-image.ts';
import { withoutEpochs } from './assigned-tasks.ts';
import type { StreamsGroup } from './streams-group.ts';
import type { StreamsGroupMember } from './streams-group-member.ts';
import type { StreamsHeartbeatAnswer } from './streams-messages.ts';
import { tasksBySubtopology } from './tasks-tuple.ts';
import { endpointToPartitions } from './topology/endpoint-to-partitions.ts';

type Endpoints = NonNullable<StreamsHeartbeatAnswer['partitionsByUserEndpoint']>;

/** Where which partitions can be asked for (interactive queries): an entry for each member that has an endpoint, who asks last. */
export function partitionsByUserEndpoint(
  group: StreamsGroup,
  memberId: string,
  image: TopicsImage,
): Endpoints {
  const subtopologies = group.configuredTopology?.subtopologies ?? new Map();
  const entryOf = ({ userEndpoint, assigned }: StreamsGroupMember): Endpoints => {
    if (userEndpoint === null) return [];
    const replicas = [...assigned.standbyTasks, ...assigned.warmupTasks];
    const tasks = {
      activeTasks: withoutEpochs(assigned.activeTasks),
      standbyTasks: tasksBySubtopology(
        replicas.map(([subtopologyId, partitions]) => ({ subtopologyId, partitions })),
      ),
    };
    return [{ userEndpoint, ...endpointToPartitions(tasks, subtopologies, image) }];
  };
  const others = [...group.members.values()].filter((member) => member.memberId !== memberId);
  const own = group.members.get(memberId);
  return [...others, ...(own === undefined ? [] : [own])].flatMap(entryOf);
}
