import type { ErrorName } from '../domain/error-code.ts';
import type {
  DescribedGroup,
  HeartbeatCommand,
  JoinGroupAnswer,
  JoinGroupCommand,
  LeaveGroupAnswer,
  LeaveGroupCommand,
  SyncGroupAnswer,
  SyncGroupCommand,
} from '../domain/group/classic/classic-messages.ts';
import type {
  ConsumerGroupHeartbeatAnswer,
  ConsumerGroupHeartbeatCommand,
  DescribedConsumerGroup,
} from '../domain/group/consumer/consumer-messages.ts';
import type { ListedGroup } from '../domain/group/group.ts';

export type {
  DescribedGroup,
  JoinGroupAnswer,
  JoinGroupCommand,
  LeaveGroupAnswer,
  SyncGroupAnswer,
  SyncGroupCommand,
} from '../domain/group/classic/classic-messages.ts';
export type {
  ConsumerGroupHeartbeatAnswer,
  ConsumerGroupHeartbeatCommand,
  DescribedConsumerGroup,
} from '../domain/group/consumer/consumer-messages.ts';
export type { ListedGroup } from '../domain/group/group.ts';

/** A topic as a request names it: by id where `byTopicId` is set, else by name. */
interface NamedTopic<Partition> {
  readonly name: string;
  readonly topicId: string;
  readonly partitions: readonly Partition[];
}

export interface CommitOffsetsCommand {
  readonly groupId: string;
  readonly generationId: number;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly retentionTimeMs: bigint;
  readonly supportsConsumerGroups: boolean;
  readonly byTopicId: boolean;
  /** Set where the offsets are part of a transaction and become visible with its end. */
  readonly producer?: { readonly producerId: bigint; readonly producerEpoch: number } | undefined;
  readonly topics: readonly NamedTopic<{
    readonly partition: number;
    readonly offset: bigint;
    readonly leaderEpoch: number;
    readonly metadata: string | null;
  }>[];
}

/** Topics and partitions in the order of the command. */
export type PartitionErrors = readonly NamedTopic<{
  readonly partition: number;
  readonly error: ErrorName;
}>[];

export interface FetchOffsetsCommand {
  readonly groupId: string;
  /** Who asks, where it says so (version 9 on): a member of a consumer group has to be at its epoch. */
  readonly memberId?: string | null;
  readonly memberEpoch?: number;
  readonly byTopicId: boolean;
  readonly requireStable: boolean;
  /** Null asks for every offset the group has. */
  readonly topics: readonly NamedTopic<number>[] | null;
}

export interface FetchOffsetsAnswer {
  readonly error: ErrorName;
  readonly topics: readonly NamedTopic<{
    readonly partition: number;
    readonly offset: bigint;
    readonly leaderEpoch: number;
    readonly metadata: string;
    readonly error: ErrorName;
  }>[];
}

export interface DeleteOffsetsCommand {
  readonly groupId: string;
  readonly topics: readonly { readonly name: string; readonly partitions: readonly number[] }[];
}

export interface DeleteOffsetsAnswer {
  readonly error: ErrorName;
  readonly topics: readonly {
    readonly name: string;
    readonly partitions: readonly { readonly partition: number; readonly error: ErrorName }[];
  }[];
}

/**
 * Consumer groups and their offsets. Nothing rejects for what a client did: every answer has its
 * error. Byte views in commands are copied where they are kept.
 */
export interface GroupCoordinator {
  /** Makes sure that groups can be served: NONE or COORDINATOR_NOT_AVAILABLE. */
  prepare(): Promise<ErrorName>;
  joinGroup(command: JoinGroupCommand): Promise<JoinGroupAnswer>;
  syncGroup(command: SyncGroupCommand): Promise<SyncGroupAnswer>;
  heartbeat(command: HeartbeatCommand): Promise<ErrorName>;
  leaveGroup(command: LeaveGroupCommand): Promise<LeaveGroupAnswer>;
  /** The one request of a member of the consumer protocol (KIP-848): it joins, stays and leaves with it. */
  consumerGroupHeartbeat(
    command: ConsumerGroupHeartbeatCommand,
    o: { readonly isMemberIdRequired: boolean },
  ): Promise<ConsumerGroupHeartbeatAnswer>;
  describeConsumerGroups(groupIds: readonly string[]): Promise<readonly DescribedConsumerGroup[]>;
  commitOffsets(command: CommitOffsetsCommand): Promise<PartitionErrors>;
  fetchOffsets(command: FetchOffsetsCommand): Promise<FetchOffsetsAnswer>;
  deleteOffsets(command: DeleteOffsetsCommand): Promise<DeleteOffsetsAnswer>;
  describeGroups(groupIds: readonly string[]): Promise<readonly DescribedGroup[]>;
  /** Empty filters let everything through; both ignore case. */
  listGroups(filter: { readonly states: readonly string[]; readonly types: readonly string[] }): {
    readonly error: ErrorName;
    readonly groups: readonly ListedGroup[];
  };
  deleteGroups(
    groupIds: readonly string[],
  ): Promise<readonly { readonly groupId: string; readonly error: ErrorName }[]>;
}
