import { KafkaError } from '../../kafka-error.ts';
import type { TaskIds } from './assigned-tasks.ts';
import type { StreamsGroup } from './streams-group.ts';
import type { Put } from './streams-group-log.ts';
import type { StreamsGroupMember } from './streams-group-member.ts';
import type { StreamsHeartbeatCommand, StreamsStatus } from './streams-messages.ts';
import type { ConfiguredSubtopology, ConfiguredTopology } from './topology/configured-topology.ts';
import { isSameTopology, type StreamsTopology } from './topology/streams-topology.ts';

/**
 * The topology the group goes by: its first member's. An older one gives way to it. Throws INVALID_REQUEST for another one:
 * Kafka 4.4 has no way yet to change a group's topology while it lasts.
 */
export function updateTopology(
  group: StreamsGroup,
  topology: StreamsTopology | null,
  put: Put,
): StreamsTopology {
  const { topology: known, groupId } = group;
  if (topology === null) {
    if (known !== undefined) return known;
    throw new KafkaError(
      'FENCED_MEMBER_EPOCH',
      'The group has lost its topology. The member must abandon all its tasks and rejoin.',
    );
  }
  if (known === undefined) {
    put({ kind: 'topology', groupId, value: topology });
    return topology;
  }
  if (known.epoch > topology.epoch || isSameTopology(known, topology)) return known;
  throw new KafkaError('INVALID_REQUEST', 'Topology updates are not supported yet.');
}

/** The status of a member that runs an older topology than the group. */
export function staleness(
  topology: StreamsTopology | undefined,
  { topologyEpoch }: StreamsGroupMember,
): StreamsStatus[] {
  if (topology === undefined || topologyEpoch >= topology.epoch) return [];
  const detail = `The member's topology epoch ${topologyEpoch} is behind the group's topology epoch ${topology.epoch}.`;
  return [{ status: 'STALE_TOPOLOGY', detail }];
}

/** Throws INVALID_REQUEST for tasks that the topology, once it is ready, does not have. */
export function checkTasks(
  { problem, subtopologies }: ConfiguredTopology,
  { activeTasks, standbyTasks, warmupTasks }: StreamsHeartbeatCommand,
): void {
  if (problem !== undefined || subtopologies === undefined) return;
  for (const tasks of [activeTasks, standbyTasks, warmupTasks]) {
    for (const each of tasks ?? []) checkTask(subtopologies.get(each.subtopologyId), each);
  }
}

function checkTask(
  subtopology: ConfiguredSubtopology | undefined,
  { subtopologyId, partitions }: TaskIds,
): void {
  if (subtopology === undefined) {
    throw new KafkaError(
      'INVALID_REQUEST',
      `Subtopology ${subtopologyId} does not exist in the topology.`,
    );
  }
  const { numberOfTasks } = subtopology;
  const unknown = partitions.find((each) => each < 0 || each >= numberOfTasks);
  if (unknown === undefined) return;
  throw new KafkaError(
    'INVALID_REQUEST',
    `Task ${unknown} for subtopology ${subtopologyId} is invalid. Number of tasks for this subtopology: ${numberOfTasks}`,
  );
}
