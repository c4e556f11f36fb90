import type {
  CoordinatorContext,
  CoordinatorRecord,
  Reply,
} from '../../coordinator/coordinator-shard.ts';
import type { ErrorName } from '../../error-code.ts';
import { appendErrorForClients } from '../append-error.ts';
import type { Group } from '../group.ts';
import type { GroupConfig } from '../group-config.ts';
import type {
  OffsetCommitCommand,
  OffsetCommitPartition,
  PartitionOffset,
  TopicPartitionName,
} from './offset-messages.ts';
import { type CommittedOffset, offsetRecord } from './offset-record.ts';
import { OffsetStore } from './offset-store.ts';

/** Committing, fetching, deleting and expiring offsets (Kafka's OffsetMetadataManager). */
export class GroupOffsets {
  readonly store: OffsetStore;
  private readonly context: CoordinatorContext;
  private readonly config: GroupConfig;

  /** `onLoadedGroup` is told of groups whose offsets are found when the coordinator starts. */
  constructor(
    context: CoordinatorContext,
    config: GroupConfig,
    onLoadedGroup: (groupId: string) => void,
  ) {
    this.context = context;
    this.store = new OffsetStore(onLoadedGroup);
    this.config = config;
  }

  /**
   * Replies with an error per partition, in the order of the command. One that may not be committed has none committed, as in
   * Kafka: who commits it is behind, and has to hear so.
   */
  commit(group: Group, command: OffsetCommitCommand, reply: Reply<readonly ErrorName[]>): void {
    const { groupId, partitions } = command;
    const check = group.commitCheck(command);
    const nowMs = this.context.nowMs();
    const refused = partitions.map((partition) =>
      this.metadataError(partition) === 'NONE' ? check(partition) : undefined,
    );
    const reason = refused.find((error) => error !== undefined);
    const errors = partitions.map((partition) => reason ?? this.metadataError(partition));
    const accepted = partitions.filter((_, index) => errors[index] === 'NONE');
    const records = accepted.map((partition) =>
      offsetRecord(
        groupId,
        partition.topic,
        partition.partition,
        committedOf(partition, command, nowMs),
      ),
    );
    if (records.length === 0) {
      reply(errors);
      return;
    }
    this.store.begin(groupId, accepted);
    this.context.append(
      records,
      (error) => {
        this.store.end(groupId, accepted);
        if (error === undefined) reply(errors);
        else reply(errors.map((own) => (own === 'NONE' ? appendErrorForClients(error) : own)));
      },
      { producer: command.producer },
    );
  }

  private metadataError({ metadata }: OffsetCommitPartition): ErrorName {
    const length = metadata?.length ?? 0;
    return length > this.config.offsetMetadataMaxBytes ? 'OFFSET_METADATA_TOO_LARGE' : 'NONE';
  }

  /** Offsets that an open transaction is about to change are not told to who wants stable ones. */
  fetch(
    groupId: string,
    partitions: readonly TopicPartitionName[],
    requireStable: boolean,
  ): PartitionOffset[] {
    return partitions.map(({ topic, partition }) => {
      const unstable = requireStable && this.store.isUnstable(groupId, topic, partition);
      const value = unstable ? undefined : this.store.get(groupId, topic, partition);
      return {
        topic,
        partition,
        offset: value?.offset ?? -1n,
        leaderEpoch: value?.leaderEpoch ?? -1,
        metadata: value?.metadata ?? '',
        topicId: value?.topicId,
        error: unstable ? 'UNSTABLE_OFFSET_COMMIT' : 'NONE',
      };
    });
  }

  fetchAll(groupId: string, requireStable: boolean): PartitionOffset[] {
    return this.fetch(groupId, [...this.store.of(groupId)], requireStable);
  }

  delete(
    group: Group,
    partitions: readonly TopicPartitionName[],
    reply: Reply<readonly ErrorName[]>,
  ): void {
    const { groupId } = group;
    const subscribed = group.subscribedTopics();
    const errors = partitions.map(({ topic }): ErrorName => {
      const isFree = subscribed !== undefined && !subscribed.has(topic);
      return isFree ? 'NONE' : 'GROUP_SUBSCRIBED_TO_TOPIC';
    });
    const records = partitions
      .filter((_, index) => errors[index] === 'NONE')
      .filter(({ topic, partition }) => this.exists(groupId, topic, partition))
      .map(({ topic, partition }) => offsetRecord(groupId, topic, partition, undefined));
    if (records.length === 0) {
      reply(errors);
      return;
    }
    this.context.append(records, (error) => {
      const told = error === undefined ? undefined : appendErrorForClients(error);
      reply(errors.map((own) => (own === 'NONE' ? (told ?? own) : own)));
    });
  }

  private exists(groupId: string, topic: string, partition: number): boolean {
    const { store } = this;
    return (
      store.get(groupId, topic, partition) !== undefined ||
      store.isPending(groupId, topic, partition)
    );
  }

  /** Tombstones for the offsets that are meant: all of the group's, those about to be stored as well. */
  tombstones(
    groupId: string,
    isMeant: (offset: TopicPartitionName) => boolean = () => true,
  ): CoordinatorRecord[] {
    return this.store
      .partitionsOf(groupId)
      .filter(isMeant)
      .map(({ topic, partition }) => offsetRecord(groupId, topic, partition, undefined));
  }

  /** Tombstones for the offsets of topics that are gone. */
  tombstonesOfLost(groupId: string, isTopic: (topicId: string) => boolean): CoordinatorRecord[] {
    const records: CoordinatorRecord[] = [];
    for (const { topic, partition } of this.store.lostOf(groupId, isTopic)) {
      records.push(offsetRecord(groupId, topic, partition, undefined));
    }
    return records;
  }

  /** Tombstones for what has expired, and whether nothing is left then. */
  expire(group: Group): { records: CoordinatorRecord[]; allExpired: boolean } {
    const { groupId } = group;
    const records: CoordinatorRecord[] = [];
    const nowMs = this.context.nowMs();
    const retentionMs = this.config.offsetsRetentionMs;
    const agingFrom = group.offsetAging();
    let kept = 0;
    for (const { topic, partition, value } of this.store.of(groupId)) {
      const fromMs = agingFrom(topic, value);
      const expired = fromMs !== undefined && isOver(value, fromMs, nowMs, retentionMs);
      if (expired && !this.store.isPending(groupId, topic, partition)) {
        records.push(offsetRecord(groupId, topic, partition, undefined));
      } else {
        kept++;
      }
    }
    const pending = this.store.partitionsOf(groupId).length > kept + records.length;
    return { records, allExpired: kept === 0 && !pending };
  }
}

/** A commit of an old client may bring a time of its own. */
function isOver(
  { expireTimestampMs }: CommittedOffset,
  fromMs: number,
  nowMs: number,
  retentionMs: number,
): boolean {
  if (expireTimestampMs !== undefined) return BigInt(nowMs) >= expireTimestampMs;
  return nowMs - fromMs >= retentionMs;
}

function committedOf(
  partition: OffsetCommitPartition,
  command: OffsetCommitCommand,
  nowMs: number,
): CommittedOffset {
  const commitTimestampMs = BigInt(nowMs);
  const { retentionTimeMs } = command;
  return {
    offset: partition.offset,
    leaderEpoch: partition.leaderEpoch,
    metadata: partition.metadata ?? '',
    commitTimestampMs,
    expireTimestampMs: retentionTimeMs < 0n ? undefined : commitTimestampMs + retentionTimeMs,
    topicId: partition.topicId,
  };
}
