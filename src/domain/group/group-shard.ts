import type {
  CoordinatorContext,
  CoordinatorRecord,
  CoordinatorShard,
  Reply,
} from '../coordinator/coordinator-shard.ts';
import type { ErrorName } from '../error-code.ts';
import { KafkaError } from '../kafka-error.ts';
import {
  ClassicGroup,
  completeJoin,
  completeSync,
  joinError,
  syncError,
} from './classic/classic-group.ts';
import { GroupMembership } from './classic/group-membership.ts';
import { JoinGroup } from './classic/join-group.ts';
import { appendErrorForClients, Rebalance } from './classic/rebalance.ts';
import type { GroupConfig } from './group-config.ts';
import type {
  DescribedGroup,
  HeartbeatCommand,
  JoinGroupAnswer,
  JoinGroupCommand,
  LeaveGroupAnswer,
  LeaveGroupCommand,
  ListedGroup,
  OffsetCommitCommand,
  PartitionOffset,
  SyncGroupAnswer,
  SyncGroupCommand,
  TopicPartitionName,
} from './group-messages.ts';
import { decodeGroupRecord, groupRecord, offsetRecord } from './group-records.ts';
import { GroupOffsets } from './offsets/group-offsets.ts';

/** The groups of one partition of `__consumer_offsets` (Kafka's GroupCoordinatorShard). */
export class GroupShard implements CoordinatorShard {
  readonly groups = new Map<string, ClassicGroup>();
  private readonly context: CoordinatorContext;
  private readonly config: GroupConfig;
  private readonly topicExists: (topicId: string) => boolean;
  private readonly rebalance: Rebalance;
  private readonly joining: JoinGroup;
  private readonly membership: GroupMembership;
  private readonly offsets: GroupOffsets;

  constructor(
    context: CoordinatorContext,
    config: GroupConfig,
    topicExists: (topicId: string) => boolean = () => true,
  ) {
    this.context = context;
    this.config = config;
    this.topicExists = topicExists;
    this.rebalance = new Rebalance(context, config);
    this.joining = new JoinGroup(context, config, this.rebalance);
    this.membership = new GroupMembership(this.rebalance);
    this.offsets = new GroupOffsets(context, config);
  }

  joinGroup(command: JoinGroupCommand, reply: Reply<JoinGroupAnswer>): void {
    const { groupId, memberId, sessionTimeoutMs } = command;
    const { minSessionTimeoutMs, maxSessionTimeoutMs } = this.config;
    if (sessionTimeoutMs < minSessionTimeoutMs || sessionTimeoutMs > maxSessionTimeoutMs) {
      reply(joinError(memberId, 'INVALID_SESSION_TIMEOUT'));
      return;
    }
    const group = memberId === '' ? this.groupOrNew(groupId) : this.groups.get(groupId);
    if (group === undefined) {
      reply(joinError(memberId, 'UNKNOWN_MEMBER_ID'));
      return;
    }
    // The request's bytes are gone once it is answered; the member's metadata stay.
    const protocols = command.protocols.map(({ name, metadata }) => ({
      name,
      metadata: metadata.slice(),
    }));
    this.joining.join(group, { ...command, protocols }, reply);
    this.forgetIfUnused(group);
  }

  syncGroup(command: SyncGroupCommand, reply: Reply<SyncGroupAnswer>): void {
    const group = this.groups.get(command.groupId);
    if (group === undefined) {
      reply(syncError('UNKNOWN_MEMBER_ID'));
      return;
    }
    const assignments = command.assignments.map(({ memberId, assignment }) => ({
      memberId,
      assignment: assignment.slice(),
    }));
    this.membership.sync(group, { ...command, assignments }, reply);
  }

  heartbeat(command: HeartbeatCommand): ErrorName {
    const group = this.groups.get(command.groupId);
    return group === undefined ? 'UNKNOWN_MEMBER_ID' : this.membership.heartbeat(group, command);
  }

  leaveGroup(command: LeaveGroupCommand): LeaveGroupAnswer {
    const group = this.groups.get(command.groupId);
    if (group !== undefined) return this.membership.leave(group, command);
    const members = command.members.map(({ memberId, groupInstanceId }) => ({
      memberId,
      groupInstanceId,
      error: 'UNKNOWN_MEMBER_ID' as const,
    }));
    return { error: 'NONE', members };
  }

  commitOffsets(command: OffsetCommitCommand, reply: Reply<readonly ErrorName[]>): void {
    const { groupId, generationId, memberId } = command;
    let group = this.groups.get(groupId);
    if (group === undefined && generationId >= 0) {
      const error = command.supportsGroupIdNotFound ? 'GROUP_ID_NOT_FOUND' : 'ILLEGAL_GENERATION';
      reply(command.partitions.map(() => error));
      return;
    }
    group ??= this.groupOrNew(groupId);
    this.offsets.commit(group, command, reply);
    const isMember = command.producer === undefined && generationId === group.generationId;
    if (isMember) this.membership.touch(group, memberId);
    this.forgetIfUnused(group);
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
    if (group === undefined || group.state === 'Dead') {
      throw new KafkaError('GROUP_ID_NOT_FOUND', `Group ${groupId} not found.`);
    }
    if (group.state !== 'Empty' && !group.usesConsumerProtocol) {
      throw new KafkaError('NON_EMPTY_GROUP', `Group ${groupId} has members.`);
    }
    this.offsets.delete(group, partitions, reply);
  }

  deleteGroup(groupId: string, reply: Reply<ErrorName>): void {
    const group = this.groups.get(groupId);
    if (group === undefined || group.state === 'Dead') {
      reply('GROUP_ID_NOT_FOUND');
      return;
    }
    if (group.state !== 'Empty') {
      reply('NON_EMPTY_GROUP');
      return;
    }
    const records = [...this.offsets.tombstones(groupId), groupRecord(groupId, undefined)];
    this.removeGroup(group, records, (error) => reply(error));
  }

  private removeGroup(
    group: ClassicGroup,
    records: readonly CoordinatorRecord[],
    done: (error: ErrorName) => void,
  ): void {
    const { groupId } = group;
    this.rebalance.kill(group);
    this.groups.delete(groupId);
    this.context.append(records, (error) => {
      if (error === undefined) {
        done('NONE');
        return;
      }
      // The group is still in the log: it must not seem deleted until the next start.
      if (!this.groups.has(groupId)) {
        const restored = new ClassicGroup(groupId);
        restored.generationId = group.generationId;
        restored.protocolType = group.protocolType;
        restored.stateTimestampMs = this.context.nowMs();
        this.groups.set(groupId, restored);
      }
      done(appendErrorForClients(error));
    });
  }

  describeGroup(groupId: string): DescribedGroup {
    const group = this.groups.get(groupId);
    if (group !== undefined) return group.describe();
    return {
      groupId,
      error: 'GROUP_ID_NOT_FOUND',
      errorMessage: `Group ${groupId} not found.`,
      state: 'Dead',
      protocolType: '',
      protocolData: '',
      members: [],
    };
  }

  listGroups(): ListedGroup[] {
    return [...this.groups.values()].map((group) => ({
      groupId: group.groupId,
      protocolType: group.protocolType ?? '',
      state: group.state,
      type: 'classic',
    }));
  }

  /** Forgets the offsets of deleted topics, in whatever state their groups are. */
  onTopicsDeleted(topics: ReadonlySet<string>): void {
    for (const groupId of this.groups.keys()) {
      const records = this.offsets.store
        .partitionsOf(groupId)
        .filter(({ topic }) => topics.has(topic))
        .map(({ topic, partition }) => offsetRecord(groupId, topic, partition, undefined));
      if (records.length > 0) this.context.append(records, () => {});
    }
  }

  /** A stop between a topic's deletion and these tombstones would hand its offsets to a new topic. */
  private forgetOffsetsOfMissingTopics(): void {
    for (const groupId of this.groups.keys()) {
      const records = [...this.offsets.store.of(groupId)]
        .filter(({ value }) => value.topicId !== undefined && !this.topicExists(value.topicId))
        .map(({ topic, partition }) => offsetRecord(groupId, topic, partition, undefined));
      if (records.length > 0) this.context.append(records, () => {});
    }
  }

  cleanupExpiredOffsets(): void {
    for (const group of this.groups.values()) {
      const { records, allExpired } = this.offsets.expire(group);
      const isUnused = group.state === 'Empty' && group.pendingJoinMembers.size === 0;
      if (allExpired && isUnused) {
        const all = [...records, groupRecord(group.groupId, undefined)];
        this.removeGroup(group, all, () => {});
      } else if (records.length > 0) {
        this.context.append(records, () => {});
      }
    }
  }

  /**
   * Groups change when commands are carried out, as Kafka's ClassicGroup does, for most of their
   * state is in no record; only while loading are they built from records. Offsets change when
   * their commit is stored.
   */
  replay(record: CoordinatorRecord, phase: 'loading' | 'committed', producerId?: bigint): void {
    const decoded = decodeGroupRecord(record);
    if (decoded === undefined) return;
    const { groupId } = decoded;
    if (decoded.kind === 'offset') {
      const { topic, partition, value } = decoded;
      if (producerId === undefined || value === undefined) {
        this.offsets.store.set(groupId, topic, partition, value);
      } else {
        this.offsets.store.setInTransaction(producerId, { groupId, topic, partition }, value);
      }
      if (phase === 'loading' && decoded.value !== undefined) this.groupOrNew(groupId);
    } else if (phase === 'loading') {
      if (decoded.value === undefined) this.groups.delete(groupId);
      else this.groups.set(groupId, ClassicGroup.fromRecord(groupId, decoded.value));
    }
  }

  replayEndOfTransaction(producerId: bigint, committed: boolean): void {
    this.offsets.store.endTransaction(producerId, committed);
  }

  loaded(): void {
    for (const group of this.groups.values()) {
      for (const member of group.members.values())
        this.rebalance.rescheduleHeartbeat(group, member);
      if (group.members.size > this.config.maxSize) this.rebalance.prepareRebalance(group);
    }
    this.forgetOffsetsOfMissingTopics();
    this.scheduleCleanup();
  }

  unloaded(): void {
    for (const group of this.groups.values()) {
      for (const member of group.members.values()) {
        completeJoin(member, joinError(member.memberId, 'NOT_COORDINATOR'));
        completeSync(member, syncError('NOT_COORDINATOR'));
      }
    }
  }

  private scheduleCleanup(): void {
    this.context.schedule('expire-offsets', this.config.offsetsRetentionCheckIntervalMs, () => {
      this.cleanupExpiredOffsets();
      this.scheduleCleanup();
    });
  }

  private groupOrNew(groupId: string): ClassicGroup {
    const known = this.groups.get(groupId);
    if (known !== undefined) return known;
    const group = new ClassicGroup(groupId);
    this.groups.set(groupId, group);
    return group;
  }

  /** A refused request must not leave a group behind that nobody ever joined. */
  private forgetIfUnused(group: ClassicGroup): void {
    const isUnused =
      group.state === 'Empty' &&
      group.generationId === 0 &&
      group.members.size === 0 &&
      group.pendingJoinMembers.size === 0 &&
      !this.offsets.store.has(group.groupId);
    if (isUnused) this.groups.delete(group.groupId);
  }
}
