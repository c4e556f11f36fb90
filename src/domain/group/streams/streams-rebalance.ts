import { KafkaError } from '../../kafka-error.ts';
import type { StreamsGroupOptions } from '../group-config.ts';
import type { GroupEnvironment } from '../group-environment.ts';
import { METADATA_REFRESH_INTERVAL_MS } from '../modern/assigned-group.ts';
import { metadataHash } from '../modern/metadata-hash.ts';
import { isReconciledTo, isSameMap } from '../modern/modern-group-member.ts';
import { isAssignmentDue } from '../modern/target-assignment.ts';
import { EMPTY_TUPLE, isSameTuple, tupleOf } from './assigned-tasks.ts';
import { assignmentConfigsOf } from './assignor/assignment-configs.ts';
import {
  type AssignorMember,
  type MemberAssignment,
  TaskAssignorError,
} from './assignor/task-assignor.ts';
import { taskAssignorNamed } from './assignor/task-assignors.ts';
import { nextTasks } from './current-streams-assignment.ts';
import { InitialRebalanceDelay } from './initial-rebalance-delay.ts';
import type { StreamsGroup } from './streams-group.ts';
import type { Put, StreamsGroupLog } from './streams-group-log.ts';
import { assignmentOf, isSameAssignment, type StreamsGroupMember } from './streams-group-member.ts';
import type { StreamsStatus } from './streams-messages.ts';
import { NO_TASKS, type TasksTuple } from './tasks-tuple.ts';
import { configureTopology } from './topology/configure-topology.ts';
import type { ConfiguredTopology } from './topology/configured-topology.ts';
import type { StreamsTopology } from './topology/streams-topology.ts';
import { topologyDescriber } from './topology/topology-describer.ts';

interface Target {
  readonly epoch: number;
  readonly tasks: TasksTuple;
  readonly status: StreamsStatus | undefined;
}

/**
 * The steps of a rebalance, each of which goes from what the group is and puts in what it changes (of Kafka's
 * GroupMetadataManager).
 */
export class StreamsRebalance {
  readonly #o: GroupEnvironment;
  readonly delay: InitialRebalanceDelay;

  constructor(environment: GroupEnvironment, log: StreamsGroupLog) {
    this.#o = environment;
    this.delay = new InitialRebalanceDelay(environment.context, (groupId) => {
      const group = log.find(groupId);
      if (group !== undefined) this.#assignDelayed(group, log);
    });
  }

  /** What fails here fails again, or not, with the next heartbeat, which is told. */
  #assignDelayed(group: StreamsGroup, log: StreamsGroupLog): void {
    if (group.isEmpty || group.configuredTopology === undefined) return;
    if (group.groupEpoch <= group.assignmentEpoch) return;
    try {
      log.write(
        group.groupId,
        (put) => this.#assign(group, put),
        () => {},
      );
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error;
    }
  }

  /** Raises the group's epoch when it has to, or when its topics are others than it knows. */
  updateMetadata(
    group: StreamsGroup,
    topology: StreamsTopology,
    o: { readonly mustBump: boolean; readonly isNewTopology: boolean },
    put: Put,
  ): ConfiguredTopology {
    const { context, image } = this.#o;
    const { groupId, metadata } = group;
    const nowMs = context.nowMs();
    let { mustBump } = o;
    let hash = group.metadataHash;
    let configured = o.isNewTopology ? undefined : group.configuredTopology;
    if (configured === undefined || group.hasMetadataExpired(nowMs)) {
      hash = metadataHash(group.requiredTopics, image());
      if (hash !== group.metadataHash) {
        mustBump = true;
        configured = undefined;
      }
      if (configured === undefined) {
        configured = configureTopology(topology, image());
        group.setConfiguredTopology(configured);
      }
      group.setMetadataRefresh(nowMs + METADATA_REFRESH_INTERVAL_MS);
    }
    const validatedTopologyEpoch = configured.problem === undefined ? topology.epoch : -1;
    const configs = assignmentConfigs(this.#o.streamsOptions(groupId));
    if (
      mustBump ||
      validatedTopologyEpoch !== metadata.validatedTopologyEpoch ||
      !isSameMap(configs, metadata.lastAssignmentConfigs)
    ) {
      const value = {
        ...{ ...metadata, epoch: metadata.epoch + 1, metadataHash: hash },
        ...{ validatedTopologyEpoch, lastAssignmentConfigs: configs },
      };
      put({ kind: 'group', groupId, value });
    }
    return configured;
  }

  /** Assigns anew when the group's epoch has risen, though not more often than the interval allows (KIP-1263). */
  updateTarget(group: StreamsGroup, memberId: string, put: Put): Target {
    const { context } = this.#o;
    const { groupId, assignmentEpoch: epoch } = group;
    if (this.delay.isActive(groupId)) {
      return { epoch, tasks: EMPTY_TUPLE, status: delayed('initial rebalance delay') };
    }
    const { assignmentIntervalMs } = this.#o.streamsOptions(groupId);
    const isBehind = group.groupEpoch > epoch;
    if (isBehind && !isAssignmentDue(group, assignmentIntervalMs, context.nowMs())) {
      const status = delayed('assignment interval');
      return { epoch, tasks: group.targetAssignmentOf(memberId), status };
    }
    if (isBehind) this.#assign(group, put);
    const tasks = group.targetAssignmentOf(memberId);
    return { epoch: group.assignmentEpoch, tasks, status: undefined };
  }

  #assign(group: StreamsGroup, put: Put): void {
    const { groupId, groupEpoch, targetAssignments } = group;
    const assigned = this.#assignment(group);
    for (const memberId of group.members.keys()) {
      const tasks = assigned.get(memberId);
      const value = {
        activeTasks: tasks?.activeTasks ?? NO_TASKS,
        standbyTasks: tasks?.standbyTasks ?? NO_TASKS,
        warmupTasks: NO_TASKS,
      };
      const old = targetAssignments.get(memberId);
      // A member without any has a record as well, which says that it was thought of.
      if (old === undefined || !isSameTuple(old, value)) {
        put({ kind: 'target', groupId, memberId, value });
      }
    }
    const value = { epoch: groupEpoch, timestampMs: this.#o.context.nowMs() };
    put({ kind: 'targetMetadata', groupId, value });
  }

  /** Nobody gets anything while the topology is not ready. */
  #assignment(group: StreamsGroup): ReadonlyMap<string, MemberAssignment> {
    const { configuredTopology, groupId, metadata } = group;
    if (configuredTopology?.subtopologies === undefined) return new Map();
    if (configuredTopology.problem !== undefined) return new Map();
    const members = [...group.members.values()]
      .sort((a, b) => (a.memberId < b.memberId ? -1 : 1))
      .map((member) => [member.memberId, assignorMember(group, member)] as const);
    const spec = {
      members: new Map(members),
      configs: assignmentConfigsOf(metadata.lastAssignmentConfigs),
    };
    try {
      return taskAssignorNamed(this.#o.streamsOptions(groupId).assignorName).assign(
        spec,
        topologyDescriber(configuredTopology.subtopologies),
      );
    } catch (error) {
      if (!(error instanceof TaskAssignorError)) throw error;
      throw new KafkaError(
        'UNKNOWN_SERVER_ERROR',
        `Failed to compute a new target assignment for epoch ${group.groupEpoch}: ${error.message}`,
      );
    }
  }

  /** Takes the member a step on. Throws FENCED_MEMBER_EPOCH when it has to start anew. */
  reconcile(
    group: StreamsGroup,
    memberId: string,
    target: Pick<Target, 'epoch' | 'tasks'>,
    owned: TasksTuple | null,
    put: Put,
  ): StreamsGroupMember {
    const member = group.members.get(memberId) as StreamsGroupMember;
    if (isReconciledTo(member, target.epoch)) return member;
    const { holders, groupId } = group;
    const next = nextTasks(member, {
      ...{ targetEpoch: target.epoch, target: target.tasks, holders, owned },
    });
    if (next === undefined) {
      throw new KafkaError(
        'FENCED_MEMBER_EPOCH',
        'The streams group member is in a unknown state. The member must abandon all its tasks and rejoin.',
      );
    }
    if (isSameAssignment(member, next)) return member;
    put({ kind: 'current', groupId, memberId, value: assignmentOf(next) });
    return group.members.get(memberId) as StreamsGroupMember;
  }
}

function assignorMember(group: StreamsGroup, member: StreamsGroupMember): AssignorMember {
  const { memberId, instanceId, rackId, processId, clientTags, assigned } = member;
  return {
    ...{ instanceId, rackId, processId, clientTags },
    ...tupleOf(assigned),
    ...group.taskOffsetsOf(memberId),
  };
}

/** What assignments are made with, by Kafka's names and in their order. */
export function assignmentConfigs(options: StreamsGroupOptions): ReadonlyMap<string, string> {
  const { numStandbyReplicas, rackAwareAssignmentTags: tags } = options;
  const configs = new Map([['num.standby.replicas', String(numStandbyReplicas)]]);
  if (tags.length > 0) configs.set('rack.aware.assignment.tags', tags.join(','));
  return configs;
}

function delayed(by: string): StreamsStatus {
  return {
    status: 'ASSIGNMENT_DELAYED',
    detail: `Assignment delayed due to the configured ${by}.`,
  };
}
