import type {
  CoordinatorContext,
  CoordinatorRecord,
  CoordinatorShard,
  Reply,
} from '../coordinator/coordinator-shard.ts';
import type { ErrorName } from '../error-code.ts';
import { KafkaError } from '../kafka-error.ts';
import { leadingInt16 } from '../protocol/record-codec.ts';
import type { ScannedRecord } from '../record/records-scan.ts';
import { ClassicGroup, joinError, syncError } from './classic/classic-group.ts';
import { ClassicGroups } from './classic/classic-groups.ts';
import type {
  DescribedGroup,
  HeartbeatCommand,
  JoinGroupAnswer,
  JoinGroupCommand,
  LeaveGroupAnswer,
  LeaveGroupCommand,
  SyncGroupAnswer,
  SyncGroupCommand,
} from './classic/classic-messages.ts';
import { ConsumerGroup } from './consumer/consumer-group.ts';
import { ConsumerGroups } from './consumer/consumer-groups.ts';
import type {
  ConsumerGroupHeartbeatAnswer,
  ConsumerGroupHeartbeatCommand,
  DescribedConsumerGroup,
} from './consumer/consumer-messages.ts';
import type { Group, ListedGroup } from './group.ts';
import type { GroupConfig } from './group-config.ts';
import type { GroupEnvironment, GroupMetadata } from './group-environment.ts';
import type { GroupKind } from './group-kind.ts';
import { GroupOffsets } from './offsets/group-offsets.ts';
import type {
  OffsetCommitCommand,
  PartitionOffset,
  TopicPartitionName,
} from './offsets/offset-messages.ts';
import {
  decodeOffsetRecord,
  EncodedOffset,
  OFFSET_RECORD_TYPES,
  type OffsetRecord,
} from './offsets/offset-record.ts';
import { ShareGroup } from './share/share-group.ts';
import { ShareGroups } from './share/share-groups.ts';
import { StreamsGroup } from './streams/streams-group.ts';
import { StreamsGroups } from './streams/streams-groups.ts';

/**
 * The groups of one partition of `__consumer_offsets` (Kafka's GroupCoordinatorShard): which kind a command is for, and
 * what is the same for all kinds. Each kind keeps its groups in `groups`.
 */
export class GroupShard implements CoordinatorShard {
  readonly groups = new Map<string, Group>();
  private readonly context: CoordinatorContext;
  private readonly config: GroupConfig;
  private readonly image: () => GroupMetadata;
  /** Commands for share groups go there. */
  readonly share: ShareGroups;
  /** And those for streams groups. */
  readonly streams: StreamsGroups;
  private readonly classic: ClassicGroups;
  private readonly consumer: ConsumerGroups;
  private readonly kinds: readonly GroupKind[];
  private readonly offsets: GroupOffsets;

  constructor(environment: GroupEnvironment) {
    const { context, config, image } = environment;
    this.context = context;
    this.config = config;
    this.image = image;
    this.classic = new ClassicGroups(this.groups, context, config);
    this.consumer = new ConsumerGroups(this.groups, environment, this.classic);
    this.share = new ShareGroups(this.groups, environment);
    this.streams = new StreamsGroups(this.groups, environment, this.classic);
    this.kinds = [this.classic, this.consumer, this.share, this.streams];
    this.offsets = new GroupOffsets(context, config, (groupId) => void this.groupOrNew(groupId));
  }

  joinGroup(command: JoinGroupCommand, reply: Reply<JoinGroupAnswer>): void {
    const { groupId, memberId, sessionTimeoutMs } = command;
    const { minSessionTimeoutMs, maxSessionTimeoutMs } = this.config;
    if (sessionTimeoutMs < minSessionTimeoutMs || sessionTimeoutMs > maxSessionTimeoutMs) {
      reply(joinError(memberId, 'INVALID_SESSION_TIMEOUT'));
      return;
    }
    let group = memberId === '' ? this.groupOrNew(groupId) : this.groups.get(groupId);
    if (group instanceof ConsumerGroup && group.isEmpty) group = this.consumer.makeRoom(group);
    if (group instanceof StreamsGroup && group.isEmpty) group = this.streams.makeRoom(group);
    if (group instanceof ConsumerGroup) {
      this.consumer.classicMembers.join(group, command, reply);
    } else if (group instanceof ClassicGroup) {
      this.classic.join(group, command, reply);
      this.forgetIfUnused(group);
    } else {
      const error = group === undefined ? 'UNKNOWN_MEMBER_ID' : 'INCONSISTENT_GROUP_PROTOCOL';
      reply(joinError(memberId, error));
    }
  }

  syncGroup(command: SyncGroupCommand, reply: Reply<SyncGroupAnswer>): void {
    const group = this.groups.get(command.groupId);
    if (group instanceof ClassicGroup) this.classic.sync(group, command, reply);
    else if (group instanceof ConsumerGroup) {
      this.consumer.classicMembers.sync(group, command, reply);
    } else reply(syncError('UNKNOWN_MEMBER_ID'));
  }

  heartbeat(command: HeartbeatCommand): ErrorName {
    const group = this.groups.get(command.groupId);
    if (group instanceof ClassicGroup) return this.classic.heartbeat(group, command);
    if (group instanceof ConsumerGroup) {
      return this.consumer.classicMembers.heartbeat(group, command);
    }
    return 'UNKNOWN_MEMBER_ID';
  }

  leaveGroup(command: LeaveGroupCommand, reply: Reply<LeaveGroupAnswer>): void {
    const group = this.groups.get(command.groupId);
    if (group instanceof ClassicGroup) {
      reply(this.classic.leave(group, command));
    } else if (group instanceof ConsumerGroup) {
      this.consumer.classicMembers.leave(group, command, reply);
    } else {
      const members = command.members.map(({ memberId, groupInstanceId }) => ({
        memberId,
        groupInstanceId,
        error: 'UNKNOWN_MEMBER_ID' as const,
      }));
      reply({ error: 'NONE', members });
    }
  }

  consumerGroupHeartbeat(
    command: ConsumerGroupHeartbeatCommand,
    reply: Reply<ConsumerGroupHeartbeatAnswer>,
  ): void {
    this.consumer.heartbeat(command, reply);
  }

  describeConsumerGroup(groupId: string, reply: Reply<DescribedConsumerGroup>): void {
    this.consumer.describe(groupId, reply);
  }

  commitOffsets(command: OffsetCommitCommand, reply: Reply<readonly ErrorName[]>): void {
    const { groupId, generationId, memberId } = command;
    let group = this.groups.get(groupId);
    if (group === undefined && generationId >= 0) {
      const error = command.supportsConsumerGroups ? 'GROUP_ID_NOT_FOUND' : 'ILLEGAL_GENERATION';
      reply(command.partitions.map(() => error));
      return;
    }
    group ??= this.groupOrNew(groupId);
    this.offsets.commit(group, command, reply);
    if (!(group instanceof ClassicGroup)) return;
    const isMember = command.producer === undefined && generationId === group.generationId;
    if (isMember) this.classic.touch(group, memberId);
    this.forgetIfUnused(group);
  }

  /** Throws for who may not ask; an unknown group has no offsets. */
  checkOffsetFetch(groupId: string, memberId: string | null, memberEpoch: number): void {
    const error = this.groups.get(groupId)?.offsetFetchError(memberId, memberEpoch);
    if (error !== undefined) throw new KafkaError(error);
  }

  fetchOffsets(
    groupId: string,
    partitions: readonly TopicPartitionName[],
    requireStable = false,
  ): PartitionOffset[] {
    return this.offsets.fetch(groupId, partitions, requireStable);
  }

  fetchAllOffsets(groupId: string, requireStable = false): PartitionOffset[] {
    return this.offsets.fetchAll(groupId, requireStable);
  }

  /** Throws for the whole group; replies with an error per partition. */
  deleteOffsets(
    groupId: string,
    partitions: readonly TopicPartitionName[],
    reply: Reply<readonly ErrorName[]>,
  ): void {
    const group = this.groups.get(groupId);
    if (group === undefined || group.isDead) {
      throw new KafkaError('GROUP_ID_NOT_FOUND', `Group ${groupId} not found.`);
    }
    if (group.type === 'share') {
      throw new KafkaError('GROUP_ID_NOT_FOUND', `Group ${groupId} is not a consumer group.`);
    }
    if (group instanceof ClassicGroup && group.state !== 'Empty' && !group.usesConsumerProtocol) {
      throw new KafkaError('NON_EMPTY_GROUP', `Group ${groupId} has members.`);
    }
    this.offsets.delete(group, partitions, reply);
  }

  deleteGroup(groupId: string, reply: Reply<ErrorName>): void {
    const group = this.groups.get(groupId);
    if (group === undefined || group.isDead) reply('GROUP_ID_NOT_FOUND');
    else if (group.state !== 'Empty') reply('NON_EMPTY_GROUP');
    else this.removeGroup(group, this.offsets.tombstones(groupId), reply);
  }

  private removeGroup(
    group: Group,
    others: readonly CoordinatorRecord[],
    done: (error: ErrorName) => void,
  ): void {
    if (group instanceof ClassicGroup) this.classic.remove(group, others, done);
    else if (group instanceof ConsumerGroup) this.consumer.remove(group, others, done);
    else if (group instanceof ShareGroup) this.share.remove(group, others, done);
    else if (group instanceof StreamsGroup) this.streams.remove(group, others, done);
  }

  /** As DescribeGroups tells it, which knows classic groups only. */
  describeGroup(groupId: string): DescribedGroup {
    const group = this.groups.get(groupId);
    if (group instanceof ClassicGroup) return group.describe();
    const problem = group === undefined ? 'not found' : 'is not a classic group';
    return {
      groupId,
      error: 'GROUP_ID_NOT_FOUND',
      errorMessage: `Group ${groupId} ${problem}.`,
      state: 'Dead',
      protocolType: '',
      protocolData: '',
      members: [],
    };
  }

  listGroups(): ListedGroup[] {
    return [...this.groups.values()].map(({ groupId, protocolType, state, type }) => ({
      groupId,
      protocolType: protocolType ?? '',
      state,
      type,
    }));
  }

  /** Forgets the offsets of deleted topics, in whatever state their groups are. */
  onTopicsDeleted(topics: ReadonlySet<string>): void {
    for (const groupId of this.groups.keys()) {
      this.append(this.offsets.tombstones(groupId, ({ topic }) => topics.has(topic)));
    }
  }

  onTopicsChanged(now: GroupMetadata, before: GroupMetadata): void {
    for (const kind of this.kinds) kind.onTopicsChanged(now, before);
  }

  cleanupExpiredOffsets(): void {
    for (const group of this.groups.values()) {
      const { records, allExpired } = this.offsets.expire(group);
      // A share group has no offsets here; it stays until it is deleted.
      const isUnused = allExpired && group.isEmpty && group.type !== 'share';
      if (isUnused) this.removeGroup(group, records, () => {});
      else this.append(records);
    }
  }

  private append(records: readonly CoordinatorRecord[]): void {
    if (records.length > 0) this.context.append(records, () => {});
  }

  load(bytes: Uint8Array, view: DataView, record: ScannedRecord): boolean {
    return this.offsets.store.load(bytes, view, record);
  }

  /** Offsets change when their commit is stored, groups as their kind says. */
  replay(record: CoordinatorRecord, phase: 'loading' | 'committed', producerId?: bigint): void {
    this.offsets.store.loader.forget();
    const offset = offsetOf(record);
    if (offset !== undefined) {
      this.offsets.store.replay(offset, producerId);
      if (phase === 'loading' && offset.value !== undefined) this.groupOrNew(offset.groupId);
    } else if (phase === 'loading') {
      const type = leadingInt16(record.key);
      for (const kind of this.kinds) if (kind.recordTypes.includes(type)) kind.replay(record);
    }
  }

  replayEndOfTransaction(producerId: bigint, committed: boolean): void {
    this.offsets.store.endTransaction(producerId, committed);
  }

  loaded(): void {
    for (const kind of this.kinds) kind.loaded();
    // A stop between a topic's deletion and these tombstones would hand its offsets to a new topic.
    const { topicsById } = this.image();
    for (const groupId of this.groups.keys()) {
      this.append(this.offsets.tombstonesOfLost(groupId, (topicId) => topicsById.has(topicId)));
    }
    this.scheduleCleanup();
  }

  unloaded(): void {
    for (const kind of this.kinds) kind.unloaded();
  }

  private scheduleCleanup(): void {
    this.context.schedule('expire-offsets', this.config.offsetsRetentionCheckIntervalMs, () => {
      this.cleanupExpiredOffsets();
      this.scheduleCleanup();
    });
  }

  private groupOrNew(groupId: string): Group {
    const known = this.groups.get(groupId);
    if (known !== undefined) return known;
    const group = new ClassicGroup(groupId);
    this.groups.set(groupId, group);
    return group;
  }

  /** A refused request must not leave a group behind that nobody ever joined. */
  private forgetIfUnused(group: ClassicGroup): void {
    const { groupId } = group;
    if (group.isSimple && !this.offsets.store.has(groupId)) this.groups.delete(groupId);
  }
}

function offsetOf(record: CoordinatorRecord): OffsetRecord | undefined {
  if (record instanceof EncodedOffset) return record.says;
  return OFFSET_RECORD_TYPES.includes(leadingInt16(record.key))
    ? decodeOffsetRecord(record)
    : undefined;
}
