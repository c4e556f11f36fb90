import { KafkaError } from '../../kafka-error.ts';
import {
  LEAVE_GROUP_STATIC_MEMBER_EPOCH,
  type StreamsHeartbeatCommand,
} from './streams-messages.ts';
import { checkTopology } from './topology/check-topology.ts';
import { checkTopologySize } from './topology/topology-size.ts';

/** What is wrong with a heartbeat by itself, whatever the group. Throws INVALID_REQUEST and STREAMS_INVALID_TOPOLOGY. */
export function checkStreamsHeartbeat(command: StreamsHeartbeatCommand): void {
  const { groupId, memberId, instanceId, rackId, memberEpoch, topology } = command;
  if (memberId === '') refuse("MemberId can't be empty.");
  if (groupId === '') refuse("GroupId can't be empty.");
  if (instanceId === '') refuse("InstanceId can't be empty.");
  if (rackId === '') refuse("RackId can't be empty.");
  if (memberEpoch === 0) checkJoin(command);
  if (memberEpoch === LEAVE_GROUP_STATIC_MEMBER_EPOCH && instanceId === null) {
    refuse("InstanceId can't be null.");
  }
  if (memberEpoch < LEAVE_GROUP_STATIC_MEMBER_EPOCH) {
    refuse(`MemberEpoch is ${memberEpoch}, but must be greater than or equal to -2.`);
  }
  checkTasks(command);
  if (memberEpoch !== 0 && topology !== null) {
    refuse('Topology can only be provided when (re-)joining.');
  }
  checkTags(command);
}

function checkJoin(command: StreamsHeartbeatCommand): void {
  if (command.rebalanceTimeoutMs === -1) {
    refuse('RebalanceTimeoutMs must be provided in first request.');
  }
  const tasks = [
    ['ActiveTasks', command.activeTasks],
    ['StandbyTasks', command.standbyTasks],
    ['WarmupTasks', command.warmupTasks],
  ] as const;
  for (const [name, entries] of tasks) {
    if (entries !== null && entries.length > 0) refuse(`${name} must be empty when (re-)joining.`);
  }
  if (command.topology === null) refuse('Topology must be non-null when (re-)joining.');
  checkTopologySize(command.topology);
  checkTopology(command.topology);
}

function checkTasks({ activeTasks, standbyTasks, warmupTasks }: StreamsHeartbeatCommand): void {
  const all = [activeTasks, standbyTasks, warmupTasks];
  if (all.some((each) => each !== null) && all.some((each) => each === null)) {
    refuse('If one task-type is non-null, all must be non-null.');
  }
}

function checkTags({ clientTags }: StreamsHeartbeatCommand): void {
  const keys = new Set<string>();
  for (const { key } of clientTags ?? []) {
    if (keys.has(key)) refuse(`Client tag ${key} must be there only once.`);
    keys.add(key);
  }
}

function refuse(message: string): never {
  throw new KafkaError('INVALID_REQUEST', message);
}
