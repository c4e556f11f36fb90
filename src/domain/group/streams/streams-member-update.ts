import type { Put } from './streams-group-log.ts';
import {
  isSameMetadata,
  metadataOf,
  needsNewAssignment,
  type StreamsGroupMember,
} from './streams-group-member.ts';
import type { StreamsHeartbeatCommand } from './streams-messages.ts';
import { type TasksTuple, tasksBySubtopology } from './tasks-tuple.ts';

/** Null where the member does not say what it owns. */
export function ownedTasks({
  activeTasks,
  standbyTasks,
  warmupTasks,
}: StreamsHeartbeatCommand): TasksTuple | null {
  if (activeTasks === null || standbyTasks === null || warmupTasks === null) return null;
  return {
    activeTasks: tasksBySubtopology(activeTasks),
    standbyTasks: tasksBySubtopology(standbyTasks),
    warmupTasks: tasksBySubtopology(warmupTasks),
  };
}

/** The member with what the heartbeat tells; who joins without an endpoint has none any more. */
export function updated(
  member: StreamsGroupMember,
  command: StreamsHeartbeatCommand,
): StreamsGroupMember {
  const { memberEpoch, rebalanceTimeoutMs, clientTags, userEndpoint } = command;
  return {
    ...member,
    instanceId: command.instanceId ?? member.instanceId,
    rackId: command.rackId ?? member.rackId,
    clientId: command.clientId,
    clientHost: command.clientHost,
    rebalanceTimeoutMs: rebalanceTimeoutMs === -1 ? member.rebalanceTimeoutMs : rebalanceTimeoutMs,
    topologyEpoch: command.topology?.epoch ?? member.topologyEpoch,
    processId: command.processId ?? member.processId,
    userEndpoint: memberEpoch === 0 ? userEndpoint : (userEndpoint ?? member.userEndpoint),
    clientTags:
      clientTags === null
        ? member.clientTags
        : new Map(clientTags.map(({ key, value }) => [key, value])),
  };
}

/**
 * Stores what a member says of itself where it changed; whether that calls for another assignment. A static member that is
 * back may have changed what does not matter to one.
 */
export function putMetadata(
  groupId: string,
  before: StreamsGroupMember,
  member: StreamsGroupMember,
  { instanceId }: Pick<StreamsHeartbeatCommand, 'instanceId'>,
  put: Put,
): boolean {
  if (isSameMetadata(before, member)) return false;
  put({ kind: 'member', groupId, memberId: member.memberId, value: metadataOf(member) });
  return instanceId === null || needsNewAssignment(before, member);
}
