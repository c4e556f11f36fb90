import type { ErrorName } from '../../error-code.ts';
import type { TaskIds } from './assigned-tasks.ts';
import type { Endpoint } from './streams-group-member.ts';
import type { TasksTuple } from './tasks-tuple.ts';
import type { CreatableTopic } from './topology/configured-topology.ts';
import type { EndpointPartitions } from './topology/endpoint-to-partitions.ts';
import type { StreamsTopology, Subtopology } from './topology/streams-topology.ts';

/** A static member goes and will be back: its place is kept for as long as its session lasts. */
export const LEAVE_GROUP_STATIC_MEMBER_EPOCH = -2;

export type StreamsGroupState = 'Empty' | 'NotReady' | 'Assigning' | 'Reconciling' | 'Stable';

export interface TaskOffset {
  readonly subtopologyId: string;
  readonly partition: number;
  readonly offset: bigint;
}

export interface KeyValue {
  readonly key: string;
  readonly value: string;
}

/** What is null did not change since the last heartbeat; so with -1 for the timeout. */
export interface StreamsHeartbeatCommand {
  readonly groupId: string;
  readonly memberId: string;
  /** 0 to join, -1 and -2 to leave. */
  readonly memberEpoch: number;
  /** What the member knows of where other members can be asked. */
  readonly endpointInformationEpoch: number;
  readonly instanceId: string | null;
  readonly rackId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly rebalanceTimeoutMs: number;
  readonly topology: StreamsTopology | null;
  readonly activeTasks: readonly TaskIds[] | null;
  readonly standbyTasks: readonly TaskIds[] | null;
  readonly warmupTasks: readonly TaskIds[] | null;
  readonly processId: string | null;
  readonly userEndpoint: Endpoint | null;
  readonly clientTags: readonly KeyValue[] | null;
  readonly taskOffsets: readonly TaskOffset[] | null;
  readonly taskEndOffsets: readonly TaskOffset[] | null;
  readonly shutdownApplication: boolean;
  /** Version 1 on: a client that does not know MISSING_CLIENT_TAGS would fail on it (KAFKA-20744). */
  readonly knowsMissingClientTags: boolean;
}

/** The numbers are those of the message. */
export const STREAMS_STATUSES = {
  STALE_TOPOLOGY: 0,
  MISSING_SOURCE_TOPICS: 1,
  INCORRECTLY_PARTITIONED_TOPICS: 2,
  MISSING_INTERNAL_TOPICS: 3,
  SHUTDOWN_APPLICATION: 4,
  ASSIGNMENT_DELAYED: 5,
  MISSING_CLIENT_TAGS: 6,
} as const;

export interface StreamsStatus {
  readonly status: keyof typeof STREAMS_STATUSES;
  readonly detail: string;
}

export interface StreamsHeartbeatAnswer {
  readonly error: ErrorName;
  readonly message: string | null;
  readonly memberId: string;
  readonly memberEpoch: number;
  readonly heartbeatIntervalMs: number;
  readonly taskOffsetIntervalMs: number;
  /** In offsets; -1 where nothing is told. */
  readonly acceptableRecoveryLag: bigint;
  readonly statuses: readonly StreamsStatus[];
  /** Null where it is what the member knows. */
  readonly tasks: TasksTuple | null;
  readonly endpointInformationEpoch: number;
  /** One for each member that has an endpoint; null where it is what the member knows. */
  readonly partitionsByUserEndpoint:
    | readonly (EndpointPartitions & { readonly userEndpoint: Endpoint })[]
    | null;
}

export interface StreamsHeartbeatResult {
  readonly answer: StreamsHeartbeatAnswer;
  /** What the broker is to create once the answer is given. */
  readonly internalTopicsToCreate: readonly CreatableTopic[];
}

export const NO_STREAMS_ANSWER: StreamsHeartbeatAnswer = {
  ...{ error: 'NONE', message: null, memberId: '', memberEpoch: 0, heartbeatIntervalMs: 0 },
  ...{ taskOffsetIntervalMs: 0, acceptableRecoveryLag: -1n, statuses: [], tasks: null },
  ...{ endpointInformationEpoch: 0, partitionsByUserEndpoint: null },
};

export interface DescribedTasks {
  readonly activeTasks: readonly TaskIds[];
  readonly standbyTasks: readonly TaskIds[];
  readonly warmupTasks: readonly TaskIds[];
}

export interface DescribedStreamsMember {
  readonly memberId: string;
  readonly memberEpoch: number;
  readonly instanceId: string | null;
  readonly rackId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly topologyEpoch: number;
  readonly processId: string;
  readonly userEndpoint: Endpoint | null;
  readonly clientTags: readonly KeyValue[];
  readonly taskOffsets: readonly TaskOffset[];
  readonly taskEndOffsets: readonly TaskOffset[];
  readonly assignment: DescribedTasks;
  readonly targetAssignment: DescribedTasks;
}

export type DescribedSubtopology = Pick<
  Subtopology,
  | 'subtopologyId'
  | 'sourceTopics'
  | 'repartitionSinkTopics'
  | 'stateChangelogTopics'
  | 'repartitionSourceTopics'
>;

export interface DescribedStreamsGroup {
  readonly groupId: string;
  readonly error: ErrorName;
  readonly message: string | null;
  /** Empty where the group cannot be described. */
  readonly state: StreamsGroupState | '';
  readonly groupEpoch: number;
  readonly assignmentEpoch: number;
  readonly assignorName: string | null;
  readonly topology: {
    readonly epoch: number;
    readonly subtopologies: readonly DescribedSubtopology[];
  } | null;
  readonly members: readonly DescribedStreamsMember[];
}
