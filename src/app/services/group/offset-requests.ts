import type { ErrorName } from '../../../domain/error-code.ts';
import type { GroupShard } from '../../../domain/group/group-shard.ts';
import type {
  OffsetCommitPartition,
  PartitionOffset,
} from '../../../domain/group/offsets/offset-messages.ts';
import { KafkaError } from '../../../domain/kafka-error.ts';
import { ZERO_TOPIC_ID } from '../../../domain/topic-partition.ts';
import type { Catalog, TopicMetadata } from '../../../ports/catalog.ts';
import type {
  CommitOffsetsCommand,
  DeleteOffsetsAnswer,
  DeleteOffsetsCommand,
  FetchOffsetsAnswer,
  FetchOffsetsCommand,
  PartitionErrors,
} from '../../../ports/group-coordinator.ts';
import type { CoordinatorRuntime } from '../coordinator/coordinator-runtime.ts';

/** What the coordinator needs to know of topics. */
export type TopicCatalog = Pick<Catalog, 'metadata'>;

type Runtime = CoordinatorRuntime<GroupShard>;

function topicOf(
  { metadata }: TopicCatalog,
  byTopicId: boolean,
  topic: { readonly name: string; readonly topicId: string },
): TopicMetadata | undefined {
  return byTopicId ? metadata.topicsById.get(topic.topicId) : metadata.topicsByName.get(topic.name);
}

/** Partitions that do not exist are refused here, the others by the group, if at all. */
export async function commitOffsets(
  runtime: Runtime,
  catalog: TopicCatalog,
  command: CommitOffsetsCommand,
): Promise<PartitionErrors> {
  const { groupId, byTopicId } = command;
  const partitions: OffsetCommitPartition[] = [];
  const known = command.topics.map((topic) => {
    const found = topicOf(catalog, byTopicId, topic);
    return topic.partitions.map((partition) => {
      if (found === undefined) return byTopicId ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION';
      if (found.partitions[partition.partition] === undefined) return 'UNKNOWN_TOPIC_OR_PARTITION';
      partitions.push({ ...partition, topic: found.name, topicId: found.id });
      return undefined;
    });
  });
  const errors = await errorsOf(partitions.length, () =>
    runtime.submit(groupId, (shard, reply) =>
      shard.commitOffsets({ ...command, partitions }, reply),
    ),
  );
  let next = 0;
  return command.topics.map(({ name, topicId, partitions: asked }, index) => ({
    name,
    topicId,
    partitions: asked.map(({ partition }, at) => ({
      partition,
      error: known[index]?.[at] ?? (errors[next++] as ErrorName),
    })),
  }));
}

/** The errors of so many partitions; the same for all when the group could not be asked. */
async function errorsOf(
  count: number,
  ask: () => Promise<readonly ErrorName[]>,
): Promise<readonly ErrorName[]> {
  if (count === 0) return [];
  try {
    return await ask();
  } catch (error) {
    const { errorName } = KafkaError.from(error);
    return Array.from({ length: count }, () => errorName);
  }
}

export async function fetchOffsets(
  runtime: Runtime,
  catalog: TopicCatalog,
  command: FetchOffsetsCommand,
): Promise<FetchOffsetsAnswer> {
  const { groupId, byTopicId } = command;
  try {
    const shard = await runtime.shardOf(groupId);
    const { memberId = null, memberEpoch = -1 } = command;
    shard.checkOffsetFetch(groupId, memberId, memberEpoch);
    if (command.topics === null) {
      return {
        error: 'NONE',
        topics: allTopics(
          catalog,
          byTopicId,
          shard.fetchAllOffsets(groupId, command.requireStable),
        ),
      };
    }
    return {
      error: 'NONE',
      topics: command.topics.map((topic) => ({
        name: topic.name,
        topicId: topic.topicId,
        partitions: fetchTopic(shard, catalog, command, topic),
      })),
    };
  } catch (error) {
    return { error: KafkaError.from(error).errorName, topics: [] };
  }
}

type FetchedPartition = FetchOffsetsAnswer['topics'][number]['partitions'][number];

function fetchTopic(
  shard: GroupShard,
  catalog: TopicCatalog,
  command: FetchOffsetsCommand,
  topic: NonNullable<FetchOffsetsCommand['topics']>[number],
): readonly FetchedPartition[] {
  const name = command.byTopicId ? topicOf(catalog, true, topic)?.name : topic.name;
  if (name === undefined) {
    return topic.partitions.map((partition) => noOffset(partition, 'UNKNOWN_TOPIC_ID'));
  }
  const wanted = topic.partitions.map((partition) => ({ topic: name, partition }));
  return shard.fetchOffsets(command.groupId, wanted, command.requireStable).map((found) => {
    // The offset of an earlier topic of the same name tells nothing about this one.
    const isForeign =
      command.byTopicId && found.topicId !== undefined && found.topicId !== topic.topicId;
    return isForeign ? noOffset(found.partition, 'NONE') : fetched(found);
  });
}

function allTopics(
  catalog: TopicCatalog,
  byTopicId: boolean,
  offsets: readonly PartitionOffset[],
): FetchOffsetsAnswer['topics'] {
  const byName = new Map<string, FetchedPartition[]>();
  for (const offset of offsets) {
    const partitions = byName.get(offset.topic) ?? [];
    const topicId = catalog.metadata.topicsByName.get(offset.topic)?.id;
    const isForeign = offset.topicId !== undefined && offset.topicId !== topicId;
    if (byTopicId && (topicId === undefined || isForeign)) continue;
    partitions.push(fetched(offset));
    byName.set(offset.topic, partitions);
  }
  return [...byName].map(([name, partitions]) => ({
    name,
    topicId: catalog.metadata.topicsByName.get(name)?.id ?? ZERO_TOPIC_ID,
    partitions,
  }));
}

function fetched(found: PartitionOffset): FetchedPartition {
  const { partition, offset, leaderEpoch, metadata, error } = found;
  return { partition, offset, leaderEpoch, metadata, error };
}

function noOffset(partition: number, error: ErrorName): FetchedPartition {
  return { partition, offset: -1n, leaderEpoch: -1, metadata: '', error };
}

export async function deleteOffsets(
  runtime: Runtime,
  catalog: TopicCatalog,
  command: DeleteOffsetsCommand,
): Promise<DeleteOffsetsAnswer> {
  const { groupId } = command;
  if (groupId === '') return { error: 'INVALID_GROUP_ID', topics: [] };
  const isKnown = (topic: string, partition: number) =>
    catalog.metadata.topicsByName.get(topic)?.partitions[partition] !== undefined;
  const partitions = command.topics.flatMap(({ name, partitions: asked }) =>
    asked
      .filter((partition) => isKnown(name, partition))
      .map((partition) => ({ topic: name, partition })),
  );
  let errors: readonly ErrorName[];
  try {
    errors = await runtime.submit<readonly ErrorName[]>(groupId, (shard, reply) =>
      shard.deleteOffsets(groupId, partitions, reply),
    );
  } catch (error) {
    return { error: KafkaError.from(error).errorName, topics: [] };
  }
  const errorOf = new Map(
    partitions.map(({ topic, partition }, index) => [`${partition}/${topic}`, errors[index]]),
  );
  return {
    error: 'NONE',
    topics: command.topics.map(({ name, partitions: asked }) => ({
      name,
      partitions: asked.map((partition) => ({
        partition,
        error: errorOf.get(`${partition}/${name}`) ?? 'UNKNOWN_TOPIC_OR_PARTITION',
      })),
    })),
  };
}
