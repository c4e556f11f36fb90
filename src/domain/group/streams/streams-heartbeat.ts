import { Timeline } from '../../coordinator/timeline.ts';
import type { GroupEnvironment } from '../group-environment.ts';
import { isSameAssigned, NOTHING_ASSIGNED, tupleOf } from './assigned-tasks.ts';
import { taskOffsetsAfter } from './member-task-offsets.ts';
import type { StreamsFencing } from './streams-fencing.ts';
import { StreamsGroup } from './streams-group.ts';
import type { Put, StreamsGroupLog } from './streams-group-log.ts';
import { assignmentOf, isSameEndpoint, type StreamsGroupMember } from './streams-group-member.ts';
import { ownedTasks, putMetadata, updated } from './streams-member-update.ts';
import { checkEpoch, checkSize, joiningMember, knownMember } from './streams-members.ts';
import {
  LEAVE_GROUP_STATIC_MEMBER_EPOCH,
  NO_STREAMS_ANSWER,
  type StreamsHeartbeatAnswer,
  type StreamsHeartbeatCommand,
  type StreamsHeartbeatResult,
  type StreamsStatus,
} from './streams-messages.ts';
import type { StreamsRebalance } from './streams-rebalance.ts';
import { checkTasks, staleness, updateTopology } from './streams-topology-update.ts';
import type { TasksTuple } from './tasks-tuple.ts';
import type { ConfiguredTopology } from './topology/configured-topology.ts';
import { partitionsByUserEndpoint } from './user-endpoints.ts';

export interface StreamsHeartbeatParts {
  readonly environment: GroupEnvironment;
  readonly log: StreamsGroupLog;
  readonly rebalance: StreamsRebalance;
  readonly fencing: StreamsFencing;
}

/** A heartbeat that joins, stays or leaves, in the order of Kafka's `streamsGroupHeartbeat`. */
export class StreamsHeartbeat {
  readonly #o: StreamsHeartbeatParts;

  constructor(parts: StreamsHeartbeatParts) {
    this.#o = parts;
  }

  /** `existing` is the group as who joins finds it. Throws a KafkaError for who may not. */
  beat(
    command: StreamsHeartbeatCommand,
    existing: StreamsGroup | undefined,
    put: Put,
  ): StreamsHeartbeatResult {
    const { environment, log, rebalance, fencing } = this.#o;
    const { groupId, memberId, memberEpoch } = command;
    const found = existing ?? new StreamsGroup(groupId, new Timeline());
    const wasEmpty = found.isEmpty;
    const owned = ownedTasks(command);
    const before = this.#member(found, command, owned, put);
    const member = updated(before, command);
    const mustBump = putMetadata(groupId, before, member, command, put);
    const group = log.known(groupId);
    const statuses: StreamsStatus[] = staleness(group.topology, member);
    const isNewTopology = group.topology === undefined;
    const topology = updateTopology(group, command.topology, put);
    const configured = rebalance.updateMetadata(group, topology, { mustBump, isNewTopology }, put);
    checkTasks(configured, command);
    if (command.taskOffsets !== null || command.taskEndOffsets !== null) {
      group.setTaskOffsets(memberId, taskOffsetsAfter(group.taskOffsetsOf(memberId), command));
    }
    const options = environment.streamsOptions(groupId);
    if (wasEmpty) rebalance.delay.begin(groupId, options.initialRebalanceDelayMs);
    const target = rebalance.updateTarget(group, memberId, put);
    if (target.status !== undefined) statuses.push(target.status);
    const next = rebalance.reconcile(group, memberId, target, owned, put);
    fencing.onReconciled(groupId, member, next);
    fencing.expectHeartbeat(groupId, memberId, options.sessionTimeoutMs);
    if (command.shutdownApplication) group.requestShutdown(memberId);
    const hasNewTasks = !isSameAssigned(before.assigned, next.assigned);
    const answer: StreamsHeartbeatAnswer = {
      ...NO_STREAMS_ANSWER,
      ...{ memberId, memberEpoch: next.memberEpoch },
      heartbeatIntervalMs: options.heartbeatIntervalMs,
      taskOffsetIntervalMs: options.taskOffsetIntervalMs,
      acceptableRecoveryLag: options.acceptableRecoveryLag,
      tasks: memberEpoch === 0 || hasNewTasks ? tupleOf(next.assigned) : null,
      ...this.#endpoints(group, command, {
        ...{ before, next, hasNewTasks, isNew: existing === undefined },
      }),
      statuses: [...statuses, ...this.#statuses(group, configured, command, next)],
    };
    return { answer, internalTopicsToCreate: configured.internalTopicsToCreate };
  }

  /** As it was before the heartbeat. */
  #member(
    group: StreamsGroup,
    command: StreamsHeartbeatCommand,
    owned: TasksTuple | null,
    put: Put,
  ): StreamsGroupMember {
    const { memberId, memberEpoch, instanceId } = command;
    if (memberEpoch === 0) {
      checkSize(group, memberId, instanceId, this.#o.environment.config.streams.maxSize);
      return joiningMember(group, memberId, instanceId, put);
    }
    const member = knownMember(group, memberId, instanceId);
    checkEpoch(member, memberEpoch, owned);
    return member;
  }

  /** Where the members can be asked, if the member knows another state of that. */
  #endpoints(
    group: StreamsGroup,
    { endpointInformationEpoch: known }: StreamsHeartbeatCommand,
    o: {
      readonly before: StreamsGroupMember;
      readonly next: StreamsGroupMember;
      readonly hasNewTasks: boolean;
      readonly isNew: boolean;
    },
  ): Pick<StreamsHeartbeatAnswer, 'endpointInformationEpoch' | 'partitionsByUserEndpoint'> {
    const { before, next, hasNewTasks, isNew } = o;
    const hasMoved = !isSameEndpoint(before.userEndpoint, next.userEndpoint);
    const isChanged = hasMoved || (hasNewTasks && next.userEndpoint !== null);
    const epoch = group.endpointInformationEpoch + (isChanged ? 1 : 0);
    // As in Kafka the first member's endpoint makes no epoch, for the group comes to be with its records.
    if (!isNew) group.setEndpointInformationEpoch(epoch);
    return {
      endpointInformationEpoch: isNew ? 0 : epoch,
      partitionsByUserEndpoint:
        epoch === known
          ? null
          : partitionsByUserEndpoint(group, next.memberId, this.#o.environment.image()),
    };
  }

  #statuses(
    group: StreamsGroup,
    { problem }: ConfiguredTopology,
    { groupId, knowsMissingClientTags }: StreamsHeartbeatCommand,
    { clientTags }: StreamsGroupMember,
  ): StreamsStatus[] {
    const statuses: StreamsStatus[] = [];
    if (problem !== undefined) statuses.push({ status: problem.status, detail: problem.message });
    if (group.shutdownRequestMemberId !== undefined) {
      const detail = `Streams group member ${group.shutdownRequestMemberId} encountered a fatal error and requested a shutdown for the entire application.`;
      statuses.push({ status: 'SHUTDOWN_APPLICATION', detail });
    }
    const { rackAwareAssignmentTags } = this.#o.environment.streamsOptions(groupId);
    const missing = rackAwareAssignmentTags.filter((tag) => !clientTags.has(tag));
    if (knowsMissingClientTags && missing.length > 0) {
      const detail = `Missing required client tags for rack-aware standby assignment: [${missing.join(', ')}]. Configure them via 'client.tag.<tagKey>' in your Streams config.`;
      statuses.push({ status: 'MISSING_CLIENT_TAGS', detail });
    }
    return statuses;
  }

  leave(command: StreamsHeartbeatCommand, put: Put): StreamsHeartbeatResult {
    const { groupId, memberId, instanceId, memberEpoch, shutdownApplication } = command;
    const group = this.#o.log.known(groupId);
    if (shutdownApplication) group.requestShutdown(memberId);
    const member = knownMember(group, memberId, instanceId);
    if (instanceId !== null && memberEpoch === LEAVE_GROUP_STATIC_MEMBER_EPOCH) {
      put({ kind: 'current', groupId, memberId, value: awayFor(member) });
    } else {
      this.#o.fencing.fence(group, member, put);
    }
    return { answer: { ...NO_STREAMS_ANSWER, memberId, memberEpoch }, internalTopicsToCreate: [] };
  }
}

/** A static member that will be back keeps its tasks, and may commit for them with whatever epoch it comes back. */
function awayFor(member: StreamsGroupMember) {
  const { activeTasks, ...replicas } = member.assigned;
  const epochs = Array.from(
    activeTasks,
    ([id, partitions]) =>
      [id, new Map(Array.from(partitions.keys(), (each) => [each, 0]))] as const,
  );
  return {
    ...assignmentOf(member),
    memberEpoch: LEAVE_GROUP_STATIC_MEMBER_EPOCH,
    assigned: { ...replicas, activeTasks: new Map(epochs) },
    pendingRevocation: NOTHING_ASSIGNED,
  };
}
