import type { CoordinatorRecord } from '../../../../src/domain/coordinator/coordinator-shard.ts';
import type { GroupConfig } from '../../../../src/domain/group/group-config.ts';
import type { GroupMetadata } from '../../../../src/domain/group/group-environment.ts';
import { withoutEpochs } from '../../../../src/domain/group/streams/assigned-tasks.ts';
import type { StreamsGroup } from '../../../../src/domain/group/streams/streams-group.ts';
import type {
  DescribedStreamsGroup,
  StreamsHeartbeatAnswer,
  StreamsHeartbeatCommand,
  StreamsHeartbeatResult,
} from '../../../../src/domain/group/streams/streams-messages.ts';
import { eachTask } from '../../../../src/domain/group/streams/task-sets.ts';
import type { TasksBySubtopology } from '../../../../src/domain/group/streams/tasks-tuple.ts';
import type {
  StreamsTopology,
  Subtopology,
} from '../../../../src/domain/group/streams/topology/streams-topology.ts';
import { leadingInt16 } from '../../../../src/domain/protocol/record-codec.ts';
import {
  StreamsGroupCurrentMemberAssignmentKey,
  StreamsGroupMemberMetadataKey,
  StreamsGroupMetadataKey,
  StreamsGroupTargetAssignmentMemberKey,
  StreamsGroupTargetAssignmentMetadataKey,
  StreamsGroupTopologyKey,
} from '../../../../src/domain/protocol/records/streams-group.ts';
import { emptyClusterMetadata } from '../../../../src/domain/topic/cluster-metadata.ts';
import { GroupHarness } from '../group-harness.ts';
import { imageOf } from '../modern/topics.ts';

const KINDS = new Map(
  [
    StreamsGroupMetadataKey,
    StreamsGroupMemberMetadataKey,
    StreamsGroupTargetAssignmentMetadataKey,
    StreamsGroupTargetAssignmentMemberKey,
    StreamsGroupCurrentMemberAssignmentKey,
    StreamsGroupTopologyKey,
  ].map(({ recordType, name }) => [recordType, name.replace(/^StreamsGroup|Key$/g, '')]),
);

export function subtopology(subtopologyId: string, change: Partial<Subtopology> = {}): Subtopology {
  return {
    ...{ subtopologyId, sourceTopics: [], sourceTopicRegex: [], stateChangelogTopics: [] },
    ...{ repartitionSinkTopics: [], repartitionSourceTopics: [], copartitionGroups: [] },
    ...change,
  };
}

export function internal(name: string) {
  return { name, partitions: 0, replicationFactor: 0, topicConfigs: [] };
}

/** One subtopology that reads `t`. */
export const READS_T: StreamsTopology = {
  epoch: 0,
  subtopologies: [subtopology('0', { sourceTopics: ['t'] })],
};

/** And keeps state. */
export const STATEFUL: StreamsTopology = {
  epoch: 0,
  subtopologies: [
    subtopology('0', { sourceTopics: ['t'], stateChangelogTopics: [internal('t-changelog')] }),
  ],
};

export interface Heard {
  result: StreamsHeartbeatResult | undefined;
}

export const task = (subtopologyId: string, ...partitions: readonly number[]) => ({
  ...{ subtopologyId, partitions },
});

/** What a member owns, as its heartbeat tells it. */
export function owning(
  active: StreamsHeartbeatCommand['activeTasks'] = [],
  standby: StreamsHeartbeatCommand['standbyTasks'] = [],
) {
  return { activeTasks: active, standbyTasks: standby, warmupTasks: [] };
}

/** A shard with topics, asked by members of streams groups. Groups neither wait nor assign seldom, unless told to. */
export class StreamsHarness extends GroupHarness {
  constructor(
    counts: Readonly<Record<string, number>> = { t: 4 },
    config: Partial<GroupConfig> = {},
  ) {
    super(config);
    this.setOptions({ initialRebalanceDelayMs: 0, assignmentIntervalMs: 0 });
    this.image = metadata(counts);
  }

  setOptions(change: Partial<GroupHarness['streamsOptions']>): void {
    this.streamsOptions = { ...this.streamsOptions, ...change };
  }

  setTopics(counts: Readonly<Record<string, number>>): void {
    const before = this.image;
    this.image = metadata(counts, before.version + 1n);
    this.shard.onTopicsChanged(this.image, before);
  }

  hear(
    memberId: string,
    memberEpoch: number,
    change: Partial<StreamsHeartbeatCommand> = {},
  ): Heard {
    const heard: Heard = { result: undefined };
    const command: StreamsHeartbeatCommand = {
      ...{ groupId: 'g', memberId, memberEpoch, endpointInformationEpoch: 0 },
      ...{ instanceId: null, rackId: null, clientId: 'c', clientHost: '/127.0.0.1' },
      ...{ rebalanceTimeoutMs: -1, topology: null, processId: null, userEndpoint: null },
      ...{ activeTasks: null, standbyTasks: null, warmupTasks: null, clientTags: null },
      ...{ taskOffsets: null, taskEndOffsets: null, shutdownApplication: false },
      ...{ knowsMissingClientTags: true, ...change },
    };
    this.shard.streams.heartbeat(command, (result) => {
      heard.result = result;
    });
    return heard;
  }

  /** As `hear`, stored. */
  beat(
    memberId: string,
    memberEpoch: number,
    change: Partial<StreamsHeartbeatCommand> = {},
  ): StreamsHeartbeatAnswer {
    const heard = this.hear(memberId, memberEpoch, change);
    this.settle();
    return (heard.result as StreamsHeartbeatResult).answer;
  }

  /** A member in a process of its own. */
  joinAs(memberId: string, change: Partial<StreamsHeartbeatCommand> = {}): StreamsHeartbeatAnswer {
    return this.beat(memberId, 0, joining(memberId, change));
  }

  describe(): DescribedStreamsGroup {
    const told: DescribedStreamsGroup[] = [];
    this.shard.streams.describe('g', (group) => told.push(group));
    this.settle();
    return told[0] as DescribedStreamsGroup;
  }

  get streams(): StreamsGroup | undefined {
    return this.shard.groups.get('g') as unknown as StreamsGroup | undefined;
  }

  /** The kinds of the records that were stored since the last look; a tombstone has a minus before it. */
  newRecords(): string[] {
    return this.stored
      .splice(0)
      .map(
        ({ key, value }) => `${value === null ? '-' : ''}${KINDS.get(leadingInt16(key)) ?? '?'}`,
      );
  }

  /** What the cleaner leaves of the log: of each key the last record, tombstones or none. */
  compacted(keepsTombstones: boolean): CoordinatorRecord[] {
    const last = new Map(this.stored.map((record) => [String(record.key), record]));
    return this.stored.filter(
      (record) =>
        last.get(String(record.key)) === record && (keepsTombstones || record.value !== null),
    );
  }

  /** A shard that starts with what this one has stored. */
  override replayed(records: readonly CoordinatorRecord[] = this.stored): StreamsHarness {
    const other = new StreamsHarness();
    other.image = this.image;
    other.streamsOptions = this.streamsOptions;
    other.now = this.now;
    for (const record of records) other.shard.replay(record, 'loading');
    other.shard.loaded();
    return other;
  }
}

function metadata(counts: Readonly<Record<string, number>>, version = 1n): GroupMetadata {
  return { ...emptyClusterMetadata('cluster'), ...imageOf(counts), version };
}

export function joining(memberId: string, change: Partial<StreamsHeartbeatCommand> = {}) {
  return {
    ...{ rebalanceTimeoutMs: 10_000, topology: READS_T, processId: `process-${memberId}` },
    ...{ ...owning(), ...change },
  };
}

/** Tasks as text: `0: 1,2`. */
export function shown(tasks: TasksBySubtopology | undefined): string[] | undefined {
  return tasks && Array.from(tasks, ([id, partitions]) => `${id}: ${partitions.join(',')}`);
}

/** All that records make of a group. */
export function stateOf(group: StreamsGroup | undefined) {
  return (
    group && {
      metadata: group.metadata,
      assignment: [group.assignmentEpoch, group.assignmentTimestampMs],
      members: new Map(group.members),
      targets: new Map(group.targetAssignments),
      topology: group.topology,
      state: group.state,
      processes: processesOf(group),
    }
  );
}

/** The process of each task that members hold, as the group finds it. */
function processesOf({ members, holders }: StreamsGroup) {
  const tasks = [...members.values()].flatMap(({ processId, assigned, pendingRevocation }) =>
    [assigned, pendingRevocation].flatMap(({ activeTasks, standbyTasks }) => [
      ...Array.from(eachTask(withoutEpochs(activeTasks)), ([id, partition]) => [
        ...[id, partition, holders.activeProcess(id, partition)],
      ]),
      ...Array.from(eachTask(standbyTasks), ([id, partition]) => [
        ...[id, partition, holders.isStandbyOf(processId, id, partition)],
      ]),
    ]),
  );
  return tasks.map(String).sort();
}
