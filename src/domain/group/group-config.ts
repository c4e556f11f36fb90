/** The broker's settings for groups, by Kafka's names. */
export interface GroupConfig {
  /** group.initial.rebalance.delay.ms */
  readonly initialRebalanceDelayMs: number;
  /** group.min.session.timeout.ms */
  readonly minSessionTimeoutMs: number;
  /** group.max.session.timeout.ms */
  readonly maxSessionTimeoutMs: number;
  /** group.max.size */
  readonly maxSize: number;
  /** offset.metadata.max.bytes */
  readonly offsetMetadataMaxBytes: number;
  /** offsets.retention.minutes, in milliseconds */
  readonly offsetsRetentionMs: number;
  /** offsets.retention.check.interval.ms */
  readonly offsetsRetentionCheckIntervalMs: number;
  /** How long a member that joins for the first time may wait for its group. */
  readonly newMemberJoinTimeoutMs: number;
  readonly consumer: ConsumerGroupConfig;
  readonly share: ShareGroupConfig;
  readonly streams: StreamsGroupConfig;
}

/** The settings of consumer groups (KIP-848) that are the same for all of them. */
export interface ConsumerGroupConfig {
  /** group.consumer.max.size */
  readonly maxSize: number;
  /** group.consumer.assignors: their names, the default first. */
  readonly assignors: readonly string[];
  /** group.consumer.migration.policy */
  readonly migrationPolicy: MigrationPolicy;
  /** group.consumer.regex.refresh.interval.ms */
  readonly regexRefreshIntervalMs: number;
}

/** Which way a group may change between the classic and the consumer protocol while it has members. */
export type MigrationPolicy = 'disabled' | 'downgrade' | 'upgrade' | 'bidirectional';

/** The settings of share groups (KIP-932) that are the same for all of them. */
export interface ShareGroupConfig {
  /** group.share.max.size */
  readonly maxSize: number;
  /** group.share.initialize.retry.interval.ms */
  readonly initializeRetryIntervalMs: number;
}

/** The settings of streams groups (KIP-1071) that are the same for all of them. */
export interface StreamsGroupConfig {
  /** group.streams.max.size */
  readonly maxSize: number;
}

/** The protocols whose groups have settings of their own. */
export type ModernProtocol = 'consumer' | 'share' | 'streams';

/** What the broker or the group itself sets for a group, by Kafka's names: `consumer.session.timeout.ms` and so on. */
export interface GroupTimings {
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly assignmentIntervalMs: number;
}

/** What the broker or the group itself sets for a streams group, by Kafka's names: `streams.task.offset.interval.ms` and so on. */
export interface StreamsGroupOptions extends GroupTimings {
  readonly initialRebalanceDelayMs: number;
  readonly taskOffsetIntervalMs: number;
  /** In offsets. */
  readonly acceptableRecoveryLag: bigint;
  readonly numStandbyReplicas: number;
  readonly rackAwareAssignmentTags: readonly string[];
  readonly assignorName: string;
}

/** Kafka's defaults. */
export const DEFAULT_GROUP_CONFIG: GroupConfig = {
  initialRebalanceDelayMs: 3_000,
  minSessionTimeoutMs: 6_000,
  maxSessionTimeoutMs: 1_800_000,
  maxSize: 2_147_483_647,
  offsetMetadataMaxBytes: 4_096,
  offsetsRetentionMs: 10_080 * 60_000,
  offsetsRetentionCheckIntervalMs: 600_000,
  newMemberJoinTimeoutMs: 5 * 60_000,
  consumer: {
    maxSize: 2_147_483_647,
    assignors: ['uniform', 'range'],
    migrationPolicy: 'bidirectional',
    regexRefreshIntervalMs: 600_000,
  },
  share: { maxSize: 200, initializeRetryIntervalMs: 30_000 },
  streams: { maxSize: 2_147_483_647 },
};

export const DEFAULT_GROUP_TIMINGS: GroupTimings = {
  sessionTimeoutMs: 45_000,
  heartbeatIntervalMs: 5_000,
  assignmentIntervalMs: 1_000,
};

export const DEFAULT_STREAMS_GROUP_OPTIONS: StreamsGroupOptions = {
  ...DEFAULT_GROUP_TIMINGS,
  initialRebalanceDelayMs: 3_000,
  taskOffsetIntervalMs: 60_000,
  acceptableRecoveryLag: 10_000n,
  numStandbyReplicas: 0,
  rackAwareAssignmentTags: [],
  assignorName: 'sticky',
};
