import type { ErrorName } from '../../../domain/error-code.ts';
import { joinError, syncError } from '../../../domain/group/classic/classic-group.ts';
import type {
  DescribedGroup,
  HeartbeatCommand,
  JoinGroupAnswer,
  JoinGroupCommand,
  LeaveGroupAnswer,
  LeaveGroupCommand,
  SyncGroupAnswer,
  SyncGroupCommand,
} from '../../../domain/group/classic/classic-messages.ts';
import { checkConsumerHeartbeat } from '../../../domain/group/consumer/check-consumer-heartbeat.ts';
import { undescribedConsumerGroup } from '../../../domain/group/consumer/consumer-group-description.ts';
import { heartbeatError } from '../../../domain/group/consumer/consumer-heartbeat.ts';
import type {
  ConsumerGroupHeartbeatAnswer,
  ConsumerGroupHeartbeatCommand,
  DescribedConsumerGroup,
} from '../../../domain/group/consumer/consumer-messages.ts';
import type { ListedGroup } from '../../../domain/group/group.ts';
import {
  DEFAULT_GROUP_CONFIG,
  DEFAULT_GROUP_TIMINGS,
  DEFAULT_STREAMS_GROUP_OPTIONS,
  type GroupConfig,
  type GroupTimings,
  type ModernProtocol,
  type StreamsGroupOptions,
} from '../../../domain/group/group-config.ts';
import { GroupShard } from '../../../domain/group/group-shard.ts';
import { KafkaError } from '../../../domain/kafka-error.ts';
import { coordinatorPartition } from '../../../domain/protocol/hashing.ts';
import type { ClusterMetadata } from '../../../ports/catalog.ts';
import type {
  CommitOffsetsCommand,
  DeleteOffsetsAnswer,
  DeleteOffsetsCommand,
  FetchOffsetsAnswer,
  FetchOffsetsCommand,
  GroupCoordinator,
  PartitionErrors,
} from '../../../ports/group-coordinator.ts';
import type { TransactionEnd } from '../coordinator/coordinator-partition.ts';
import {
  CoordinatorRuntime,
  type CoordinatorRuntimeOptions,
} from '../coordinator/coordinator-runtime.ts';
import {
  commitOffsets,
  deleteOffsets,
  fetchOffsets,
  type TopicCatalog,
} from './offset-requests.ts';

export type GroupCoordinatorOptions = Omit<CoordinatorRuntimeOptions<GroupShard>, 'newShard'> & {
  readonly catalog: TopicCatalog;
  readonly config?: Partial<GroupConfig>;
  /** What is set for a group by now. */
  readonly timings?: (protocol: ModernProtocol, groupId: string) => GroupTimings;
  readonly streamsOptions?: (groupId: string) => StreamsGroupOptions;
};

/**
 * Kafka's GroupCoordinatorService: checks what needs no state and asks the shard that owns the
 * group.
 */
export class GroupCoordinatorService implements GroupCoordinator {
  private readonly runtime: CoordinatorRuntime<GroupShard>;
  private readonly catalog: TopicCatalog;
  private readonly assignors: readonly string[];

  constructor(options: GroupCoordinatorOptions) {
    const config: GroupConfig = { ...DEFAULT_GROUP_CONFIG, ...options.config };
    this.catalog = options.catalog;
    const image = () => this.catalog.metadata;
    const { timings = () => DEFAULT_GROUP_TIMINGS } = options;
    const { streamsOptions = () => DEFAULT_STREAMS_GROUP_OPTIONS } = options;
    this.assignors = config.consumer.assignors;
    this.runtime = new CoordinatorRuntime({
      ...options,
      newShard: (context) => new GroupShard({ context, config, image, timings, streamsOptions }),
    });
  }

  /** For those who ask groups of one kind more than is asked of all. */
  get shards(): Pick<CoordinatorRuntime<GroupShard>, 'submit' | 'shardOf'> {
    return this.runtime;
  }

  /** Loads the groups of the partitions that are there. */
  open(): Promise<void> {
    return this.runtime.open();
  }

  close(): Promise<void> {
    return this.runtime.close();
  }

  async prepare(): Promise<ErrorName> {
    try {
      await this.runtime.ensure();
      return 'NONE';
    } catch (error) {
      return KafkaError.from(error).errorName;
    }
  }

  async joinGroup(command: JoinGroupCommand): Promise<JoinGroupAnswer> {
    const { groupId, memberId } = command;
    if (groupId === '') return joinError(memberId, 'INVALID_GROUP_ID');
    try {
      return await this.runtime.submit<JoinGroupAnswer>(groupId, (shard, reply) =>
        shard.joinGroup(command, reply),
      );
    } catch (error) {
      return joinError(memberId, KafkaError.from(error).errorName);
    }
  }

  async syncGroup(command: SyncGroupCommand): Promise<SyncGroupAnswer> {
    if (command.groupId === '') return syncError('INVALID_GROUP_ID');
    try {
      return await this.runtime.submit<SyncGroupAnswer>(command.groupId, (shard, reply) =>
        shard.syncGroup(command, reply),
      );
    } catch (error) {
      return syncError(KafkaError.from(error).errorName);
    }
  }

  async heartbeat(command: HeartbeatCommand): Promise<ErrorName> {
    if (command.groupId === '') return 'INVALID_GROUP_ID';
    try {
      return (await this.runtime.shardOf(command.groupId)).heartbeat(command);
    } catch (error) {
      const { errorName } = KafkaError.from(error);
      // A consumer takes COORDINATOR_LOAD_IN_PROGRESS for a fault; Kafka lets it go on.
      return errorName === 'COORDINATOR_LOAD_IN_PROGRESS' ? 'NONE' : errorName;
    }
  }

  async leaveGroup(command: LeaveGroupCommand): Promise<LeaveGroupAnswer> {
    if (command.groupId === '') return { error: 'INVALID_GROUP_ID', members: [] };
    try {
      return await this.runtime.submit<LeaveGroupAnswer>(command.groupId, (shard, reply) =>
        shard.leaveGroup(command, reply),
      );
    } catch (error) {
      return { error: KafkaError.from(error).errorName, members: [] };
    }
  }

  async consumerGroupHeartbeat(
    command: ConsumerGroupHeartbeatCommand,
    o: { readonly isMemberIdRequired: boolean },
  ): Promise<ConsumerGroupHeartbeatAnswer> {
    try {
      checkConsumerHeartbeat(command, { ...o, assignors: this.assignors });
      return await this.runtime.submit<ConsumerGroupHeartbeatAnswer>(
        command.groupId,
        (shard, reply) => shard.consumerGroupHeartbeat(command, reply),
      );
    } catch (error) {
      return heartbeatError(KafkaError.from(error));
    }
  }

  describeConsumerGroups(groupIds: readonly string[]): Promise<readonly DescribedConsumerGroup[]> {
    return Promise.all(
      groupIds.map(async (groupId) => {
        try {
          if (groupId === '') throw new KafkaError('INVALID_GROUP_ID');
          return await this.runtime.submit<DescribedConsumerGroup>(groupId, (shard, reply) =>
            shard.describeConsumerGroup(groupId, reply),
          );
        } catch (error) {
          return undescribedConsumerGroup(groupId, KafkaError.from(error));
        }
      }),
    );
  }

  commitOffsets(command: CommitOffsetsCommand): Promise<PartitionErrors> {
    return commitOffsets(this.runtime, this.catalog, command);
  }

  fetchOffsets(command: FetchOffsetsCommand): Promise<FetchOffsetsAnswer> {
    return fetchOffsets(this.runtime, this.catalog, command);
  }

  deleteOffsets(command: DeleteOffsetsCommand): Promise<DeleteOffsetsAnswer> {
    return deleteOffsets(this.runtime, this.catalog, command);
  }

  describeGroups(groupIds: readonly string[]): Promise<readonly DescribedGroup[]> {
    return Promise.all(groupIds.map((groupId) => this.describeGroup(groupId)));
  }

  private async describeGroup(groupId: string): Promise<DescribedGroup> {
    try {
      return (await this.runtime.shardOf(groupId)).describeGroup(groupId);
    } catch (error) {
      const { errorName } = KafkaError.from(error);
      return {
        groupId,
        error: errorName,
        errorMessage: null,
        state: 'Dead',
        protocolType: '',
        protocolData: '',
        members: [],
      };
    }
  }

  listGroups(filter: { readonly states: readonly string[]; readonly types: readonly string[] }): {
    readonly error: ErrorName;
    readonly groups: readonly ListedGroup[];
  } {
    const states = new Set(filter.states.map((state) => state.toLowerCase()));
    const types = new Set(filter.types.map((type) => type.toLowerCase()));
    const groups: ListedGroup[] = [];
    for (const shard of this.runtime.shards()) {
      if (shard === undefined) return { error: 'COORDINATOR_LOAD_IN_PROGRESS', groups: [] };
      for (const group of shard.listGroups()) {
        const wanted =
          (states.size === 0 || states.has(group.state.toLowerCase())) &&
          (types.size === 0 || types.has(group.type));
        if (wanted) groups.push(group);
      }
    }
    return { error: 'NONE', groups };
  }

  deleteGroups(
    groupIds: readonly string[],
  ): Promise<readonly { readonly groupId: string; readonly error: ErrorName }[]> {
    const deletions = [...new Set(groupIds)].map(async (groupId) => {
      try {
        const error = await this.runtime.submit<ErrorName>(groupId, (shard, reply) =>
          shard.deleteGroup(groupId, reply),
        );
        return { groupId, error };
      } catch (error) {
        return { groupId, error: KafkaError.from(error).errorName };
      }
    });
    return Promise.all(deletions);
  }

  /** The partition of `__consumer_offsets` that keeps the group. Rejects with a KafkaError. */
  async partitionOf(groupId: string): Promise<number> {
    return coordinatorPartition(groupId, await this.runtime.ensure());
  }

  /** Writes the marker that ends a producer's transaction; its offsets become visible or are forgotten. */
  endTransaction(partition: number, end: TransactionEnd): Promise<void> {
    return this.runtime.endTransaction(partition, end);
  }

  /** Told by whoever watches the catalog. */
  onTopicsDeleted(topics: ReadonlySet<string>): void {
    for (const shard of this.runtime.shards()) shard?.onTopicsDeleted(topics);
  }

  /** Told by whoever watches the catalog, of each change of it. */
  onMetadataChanged(now: ClusterMetadata, before: ClusterMetadata): void {
    for (const shard of this.runtime.shards()) shard?.onTopicsChanged(now, before);
  }
}
