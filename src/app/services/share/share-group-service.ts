import type { ErrorName } from '../../../domain/error-code.ts';
import type { GroupShard } from '../../../domain/group/group-shard.ts';
import type { TopicPartitions } from '../../../domain/group/modern/topic-partitions.ts';
import { topicPartitionsOf } from '../../../domain/group/modern/topic-partitions.ts';
import type {
  DescribedShareGroup,
  ShareHeartbeatAnswer,
  ShareHeartbeatCommand,
  ShareInitialization,
} from '../../../domain/group/share/share-messages.ts';
import { KafkaError } from '../../../domain/kafka-error.ts';
import { type TopicId, ZERO_TOPIC_ID } from '../../../domain/topic-partition.ts';
import type { TopicMetadata } from '../../../ports/catalog.ts';
import type { GroupCoordinator } from '../../../ports/group-coordinator.ts';
import type {
  AlteredShareOffsets,
  DeletedShareOffsets,
  DescribedShareOffsets,
  DescribedSharePartition,
  ShareGroupCoordinator,
  ShareTopicName,
  ShareTopicStarts,
  Told,
} from '../../../ports/share-groups.ts';
import type { SharePersister } from '../../../ports/share-persister.ts';
import type { CoordinatorRuntime } from '../coordinator/coordinator-runtime.ts';
import type { PartitionFinder } from '../partition/partition-finder.ts';

export interface ShareGroupServiceOptions {
  readonly groups: Pick<GroupCoordinator, 'deleteGroups'>;
  readonly shards: Pick<CoordinatorRuntime<GroupShard>, 'submit' | 'shardOf'>;
  readonly persister: SharePersister;
  readonly partitions: PartitionFinder;
}

const NONE: Told = { error: 'NONE', message: null };
const UNKNOWN_PARTITION: Told = {
  error: 'UNKNOWN_TOPIC_OR_PARTITION',
  message: 'This server does not host this topic-partition.',
};
const NOT_LEFT = 0;
const LEAVE = -1;

/** What Kafka's GroupCoordinatorService does for share groups: the group's part, then the share coordinator's. */
export class ShareGroupService implements ShareGroupCoordinator {
  readonly #o: ShareGroupServiceOptions;

  constructor(options: ShareGroupServiceOptions) {
    this.#o = options;
  }

  async heartbeat(command: ShareHeartbeatCommand): Promise<ShareHeartbeatAnswer> {
    const { groupId } = command;
    try {
      checkHeartbeat(command);
      const { answer, initialization } = await this.#o.shards.submit<{
        answer: ShareHeartbeatAnswer;
        initialization: ShareInitialization | undefined;
      }>(groupId, (shard, reply) => shard.share.heartbeat(command, reply));
      // The member need not wait: it gets the partitions with a later heartbeat.
      if (initialization !== undefined) void this.#initialize(groupId, initialization);
      return answer;
    } catch (error) {
      const { errorName, message } = KafkaError.from(error);
      return {
        ...{ error: errorName, message: message === errorName ? null : message },
        ...{ memberId: null, memberEpoch: 0, heartbeatIntervalMs: 0, assignment: null },
      };
    }
  }

  /** Has the states made, and notes in the group whether they are. */
  async #initialize(groupId: string, { stateEpoch, partitions }: ShareInitialization) {
    const answers = await Promise.all(
      partitions.map(({ topicId, partition, startOffset }) =>
        this.#o.persister.initialize({ groupId, topicId, partition }, { stateEpoch, startOffset }),
      ),
    );
    const asked = topicPartitionsOf(
      partitions.map(({ topicId, partition }) => ({ topicId, partitions: [partition] })),
    );
    const failed = answers.some(({ error }) => error !== 'NONE');
    await this.#submit(groupId, (shard, reply) => {
      if (failed) shard.share.stateNotInitialized(groupId, asked, reply);
      else shard.share.stateInitialized(groupId, asked, reply);
    });
    return answers;
  }

  async #submit(
    groupId: string,
    command: (shard: GroupShard, reply: (error: ErrorName) => void) => void,
  ): Promise<ErrorName> {
    try {
      return await this.#o.shards.submit<ErrorName>(groupId, command);
    } catch (error) {
      return KafkaError.from(error).errorName;
    }
  }

  describe(groupIds: readonly string[]): Promise<readonly DescribedShareGroup[]> {
    return Promise.all(
      groupIds.map(async (groupId) => {
        try {
          if (groupId === '') throw new KafkaError('INVALID_GROUP_ID');
          return await this.#o.shards.submit<DescribedShareGroup>(groupId, (shard, reply) =>
            shard.share.describe(groupId, 'simple', reply),
          );
        } catch (error) {
          const { errorName } = KafkaError.from(error);
          return {
            ...({ groupId, error: errorName, message: null, state: 'Dead', members: [] } as const),
            ...{ groupEpoch: 0, assignmentEpoch: 0, assignorName: '' },
          };
        }
      }),
    );
  }

  async describeOffsets(
    groupId: string,
    topics: readonly ShareTopicName[] | undefined,
  ): Promise<DescribedShareOffsets> {
    try {
      const wanted = topics ?? (await this.#topicsOf(groupId));
      const described = await Promise.all(
        wanted.map(async ({ topicName, partitions }) => {
          const topic = this.#o.partitions.topicByName(topicName);
          const each = partitions.map((partition) =>
            topic === undefined
              ? undescribed(partition)
              : this.#describePartition(groupId, topic, partition),
          );
          const topicId = topic?.id ?? ZERO_TOPIC_ID;
          return { topicName, topicId, partitions: await Promise.all(each) };
        }),
      );
      return { ...NONE, topics: described };
    } catch (error) {
      const { errorName, message } = KafkaError.from(error);
      return { error: errorName, message, topics: [] };
    }
  }

  async #topicsOf(groupId: string): Promise<ShareTopicName[]> {
    const shard = await this.#o.shards.shardOf(groupId);
    return [...shard.share.initialized(groupId)].flatMap(([topicId, partitions]) => {
      const topic = this.#o.partitions.topicById(topicId);
      return topic === undefined ? [] : [{ topicName: topic.name, partitions }];
    });
  }

  async #describePartition(
    groupId: string,
    topic: TopicMetadata,
    partition: number,
  ): Promise<DescribedSharePartition> {
    const summary = await this.#o.persister.summary({ groupId, topicId: topic.id, partition });
    const { error, startOffset, leaderEpoch, deliveryCompleteCount } = summary;
    if (error !== 'NONE') return undescribed(partition);
    const log = this.#o.partitions.log(topic, partition);
    const isKnown = startOffset !== -1n && deliveryCompleteCount !== -1;
    if (isKnown && typeof log === 'string') {
      return { ...undescribed(partition), error: log };
    }
    const lag =
      isKnown && typeof log !== 'string'
        ? log.highWatermark - startOffset - BigInt(deliveryCompleteCount)
        : -1n;
    return { ...NONE, partition, startOffset, leaderEpoch, lag };
  }

  async alterOffsets(
    groupId: string,
    topics: readonly ShareTopicStarts[],
  ): Promise<AlteredShareOffsets> {
    const found = topics.map(({ topicName, partitions }) => ({
      topicName,
      topic: this.#o.partitions.topicByName(topicName),
      partitions,
    }));
    const known = found.flatMap(({ topic, partitions }) =>
      topic === undefined
        ? []
        : partitions
            .filter(({ partition }) => topic.partitions[partition] !== undefined)
            .map(({ partition, startOffset }) => ({ topicId: topic.id, partition, startOffset })),
    );
    const { error, message, stateEpoch } = await this.#startReset(groupId, known);
    if (error !== 'NONE') return { error, message, topics: [] };
    const answers = await this.#initialize(groupId, { stateEpoch, partitions: known });
    const toldOf = new Map(
      known.map(({ topicId, partition }, index) => [`${topicId}:${partition}`, answers[index]!]),
    );
    const altered = found.map(({ topicName, topic, partitions }) => ({
      topicName,
      topicId: topic?.id ?? ZERO_TOPIC_ID,
      partitions: partitions.map(({ partition }) => ({
        partition,
        ...(toldOf.get(`${topic?.id}:${partition}`) ?? UNKNOWN_PARTITION),
      })),
    }));
    return { ...NONE, topics: altered };
  }

  async #startReset(
    groupId: string,
    known: readonly { readonly topicId: TopicId; readonly partition: number }[],
  ): Promise<Told & { readonly stateEpoch: number }> {
    if (groupId === '') {
      return { error: 'INVALID_GROUP_ID', message: 'A group has a name.', stateEpoch: 0 };
    }
    const partitions = topicPartitionsOf(
      known.map(({ topicId, partition }) => ({ topicId, partitions: [partition] })),
    );
    try {
      return await this.#o.shards.submit(groupId, (shard, reply) =>
        shard.share.startReset(groupId, partitions, reply),
      );
    } catch (error) {
      const { errorName, message } = KafkaError.from(error);
      return { error: errorName, message, stateEpoch: 0 };
    }
  }

  async deleteOffsets(groupId: string, topics: readonly string[]): Promise<DeletedShareOffsets> {
    const found = topics.map((topicName) => ({
      topicName,
      topicId: this.#o.partitions.topicByName(topicName)?.id,
    }));
    const topicIds = new Set(
      found.flatMap(({ topicId }) => (topicId === undefined ? [] : topicId)),
    );
    const { error, message, partitions } = await this.#startDelete(groupId, topicIds);
    if (error !== 'NONE') return { error, message, topics: [] };
    const failures = await this.#deleteStates(groupId, partitions);
    const deleted = found.map(({ topicName, topicId }) => {
      if (topicId === undefined) {
        return { topicName, topicId: ZERO_TOPIC_ID, ...UNKNOWN_PARTITION };
      }
      if (partitions.has(topicId)) {
        return { topicName, topicId, error: failures.get(topicId) ?? 'NONE', message: null };
      }
      const nothing = 'There is no offset information to delete.';
      const unknown = { error: 'UNKNOWN_TOPIC_OR_PARTITION', message: nothing } as const;
      return { topicName, topicId: ZERO_TOPIC_ID, ...unknown };
    });
    return { ...NONE, topics: deleted };
  }

  async #startDelete(
    groupId: string,
    topicIds: ReadonlySet<TopicId> | undefined,
  ): Promise<Told & { readonly partitions: TopicPartitions }> {
    try {
      if (groupId === '') throw new KafkaError('INVALID_GROUP_ID');
      return await this.#o.shards.submit(groupId, (shard, reply) =>
        shard.share.startDelete(groupId, topicIds, reply),
      );
    } catch (error) {
      const { errorName, message } = KafkaError.from(error);
      return { error: errorName, message, partitions: new Map() };
    }
  }

  /** Which topics' states could not be deleted, and why; the others are noted in the group. */
  async #deleteStates(
    groupId: string,
    partitions: TopicPartitions,
  ): Promise<ReadonlyMap<TopicId, ErrorName>> {
    const failures = new Map<TopicId, ErrorName>();
    const deletions = [...partitions].flatMap(([topicId, numbers]) =>
      numbers.map(async (partition) => {
        const { error } = await this.#o.persister.delete({ groupId, topicId, partition });
        if (error !== 'NONE') failures.set(topicId, error);
      }),
    );
    await Promise.all(deletions);
    const deleted = [...partitions.keys()].filter((topicId) => !failures.has(topicId));
    if (deleted.length > 0) {
      await this.#submit(groupId, (shard, reply) =>
        shard.share.stateDeleted(groupId, deleted, reply),
      );
    }
    return failures;
  }

  async deleteGroups(
    groupIds: readonly string[],
  ): Promise<readonly { readonly groupId: string; readonly error: ErrorName }[]> {
    const ids = [...new Set(groupIds)];
    const failures = new Map<string, ErrorName>();
    await Promise.all(
      ids.map(async (groupId) => {
        const error = await this.#deleteStatesOf(groupId);
        if (error !== 'NONE') failures.set(groupId, error);
      }),
    );
    const left = ids.filter((groupId) => !failures.has(groupId));
    const deleted = new Map(
      (await this.#o.groups.deleteGroups(left)).map(({ groupId, error }) => [groupId, error]),
    );
    return ids.map((groupId) => ({
      groupId,
      error: failures.get(groupId) ?? deleted.get(groupId) ?? 'UNKNOWN_SERVER_ERROR',
    }));
  }

  /** What is not a share group has none; whether it may be deleted is for its own kind to say. */
  async #deleteStatesOf(groupId: string): Promise<ErrorName> {
    const { error, partitions } = await this.#startDelete(groupId, undefined);
    if (error !== 'NONE') return error === 'NON_EMPTY_GROUP' ? error : 'NONE';
    const failures = await this.#deleteStates(groupId, partitions);
    return [...failures.values()][0] ?? 'NONE';
  }
}

function checkHeartbeat(command: ShareHeartbeatCommand): void {
  const { groupId, memberId, memberEpoch, rackId, subscribedTopicNames } = command;
  if (memberId === '') throw new KafkaError('INVALID_REQUEST', "MemberId can't be empty.");
  if (groupId === '') throw new KafkaError('INVALID_REQUEST', "GroupId can't be empty.");
  if (rackId === '') throw new KafkaError('INVALID_REQUEST', "RackId can't be empty.");
  if (memberEpoch === NOT_LEFT && (subscribedTopicNames ?? []).length === 0) {
    throw new KafkaError('INVALID_REQUEST', 'SubscribedTopicNames must be set in first request.');
  }
  if (memberEpoch < LEAVE) throw new KafkaError('INVALID_REQUEST', 'MemberEpoch is invalid.');
}

function undescribed(partition: number): DescribedSharePartition {
  return { ...NONE, partition, startOffset: -1n, leaderEpoch: 0, lag: -1n };
}
