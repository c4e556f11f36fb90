import type { ErrorName } from '../../../domain/error-code.ts';
import type {
  OffsetCommitPartition,
  PartitionOffset,
} from '../../../domain/group/group-messages.ts';
import type { GroupShard } from '../../../domain/group/group-shard.ts';
import { KafkaError } from '../../../domain/kafka-error.ts';
import { ZERO_TOPIC_ID } from '../../../domain/topic-partition.ts';
import type {
  CommitOffsetsCommand,
  DeleteOffsetsAnswer,
  DeleteOffsetsCommand,
  FetchOffsetsAnswer,
  FetchOffsetsCommand,
  PartitionErrors,
} from '../../../ports/group-coordinator.ts';
import type { CoordinatorRuntime } from './coordinator-runtime.ts';

/** What the coordinator needs to know of topics. */
export interface TopicNames {
  idOf(name: string): string | undefined;
  nameOf(topicId: string): string | undefined;
}

type Runtime = CoordinatorRuntime<GroupShard>;

interface ResolvedTopic {
  readonly name: string;
  readonly topicId: string | undefined;
}

function resolve(
  topics: TopicNames,
  byTopicId: boolean,
  topic: { readonly name: string; readonly topicId: string },
): ResolvedTopic | undefined {
  if (!byTopicId) {
    const topicId = topics.idOf(topic.name);
    return topicId === undefined ? undefined : { name: topic.name, topicId };
  }
  const name = topics.nameOf(topic.topicId);
  return name === undefined ? undefined : { name, topicId: topic.topicId };
}

export async function commitOffsets(
  runtime: Runtime,
  topics: TopicNames,
  command: CommitOffsetsCommand,
): Promise<PartitionErrors> {
  const { groupId, byTopicId } = command;
  const partitions: OffsetCommitPartition[] = [];
  const known: boolean[] = command.topics.map((topic) => {
    const resolved = resolve(topics, byTopicId, topic);
    if (resolved === undefined) return false;
    const { name, topicId } = resolved;
    for (const partition of topic.partitions)
      partitions.push({ ...partition, topic: name, topicId });
    return true;
  });
  const errors = await errorsOf(partitions.length, () =>
    runtime.submit(groupId, (shard, reply) =>
      shard.commitOffsets({ ...command, partitions }, reply),
    ),
  );
  let next = 0;
  const unknown = byTopicId ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION';
  return command.topics.map(({ name, topicId, partitions: asked }, index) => ({
    name,
    topicId,
    partitions: asked.map(({ partition }) => ({
      partition,
      error: known[index] ? (errors[next++] as ErrorName) : unknown,
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
    return new Array<ErrorName>(count).fill(KafkaError.from(error).errorName);
  }
}

export async function fetchOffsets(
  runtime: Runtime,
  topics: TopicNames,
  command: FetchOffsetsCommand,
): Promise<FetchOffsetsAnswer> {
  const { groupId, byTopicId } = command;
  try {
    const shard = await runtime.shardOf(groupId);
    if (command.topics === null) {
      return {
        error: 'NONE',
        topics: allTopics(topics, byTopicId, shard.fetchAllOffsets(groupId)),
      };
    }
    return {
      error: 'NONE',
      topics: command.topics.map((topic) => ({
        name: topic.name,
        topicId: topic.topicId,
        partitions: fetchTopic(shard, topics, command, topic),
      })),
    };
  } catch (error) {
    return { error: KafkaError.from(error).errorName, topics: [] };
  }
}

type FetchedPartition = FetchOffsetsAnswer['topics'][number]['partitions'][number];

function fetchTopic(
  shard: GroupShard,
  topics: TopicNames,
  command: FetchOffsetsCommand,
  topic: NonNullable<FetchOffsetsCommand['topics']>[number],
): readonly FetchedPartition[] {
  const name = command.byTopicId ? topics.nameOf(topic.topicId) : topic.name;
  if (name === undefined) {
    return topic.partitions.map((partition) => noOffset(partition, 'UNKNOWN_TOPIC_ID'));
  }
  const wanted = topic.partitions.map((partition) => ({ topic: name, partition }));
  return shard.fetchOffsets(command.groupId, wanted).map((found) => {
    // The offset of an earlier topic of the same name tells nothing about this one.
    const isForeign =
      command.byTopicId && found.topicId !== undefined && found.topicId !== topic.topicId;
    return isForeign ? noOffset(found.partition, 'NONE') : fetched(found);
  });
}

function allTopics(
  topics: TopicNames,
  byTopicId: boolean,
  offsets: readonly PartitionOffset[],
): FetchOffsetsAnswer['topics'] {
  const byName = new Map<string, FetchedPartition[]>();
  for (const offset of offsets) {
    const partitions = byName.get(offset.topic) ?? [];
    const topicId = topics.idOf(offset.topic);
    const isForeign = offset.topicId !== undefined && offset.topicId !== topicId;
    if (byTopicId && (topicId === undefined || isForeign)) continue;
    partitions.push(fetched(offset));
    byName.set(offset.topic, partitions);
  }
  return [...byName].map(([name, partitions]) => ({
    name,
    topicId: topics.idOf(name) ?? ZERO_TOPIC_ID,
    partitions,
  }));
}

function fetched(found: PartitionOffset): FetchedPartition {
  const { partition, offset, leaderEpoch, metadata } = found;
  return { partition, offset, leaderEpoch, metadata, error: 'NONE' };
}

function noOffset(partition: number, error: ErrorName): FetchedPartition {
  return { partition, offset: -1n, leaderEpoch: -1, metadata: '', error };
}

export async function deleteOffsets(
  runtime: Runtime,
  topics: TopicNames,
  command: DeleteOffsetsCommand,
): Promise<DeleteOffsetsAnswer> {
  const { groupId } = command;
  const known = command.topics.map(({ name }) => topics.idOf(name) !== undefined);
  const partitions = command.topics.flatMap(({ name, partitions: asked }, index) =>
    known[index] ? asked.map((partition) => ({ topic: name, partition })) : [],
  );
  let errors: readonly ErrorName[];
  try {
    errors = await runtime.submit<readonly ErrorName[]>(groupId, (shard, reply) =>
      shard.deleteOffsets(groupId, partitions, reply),
    );
  } catch (error) {
    return { error: KafkaError.from(error).errorName, topics: [] };
  }
  let next = 0;
  return {
    error: 'NONE',
    topics: command.topics.map(({ name, partitions: asked }, index) => ({
      name,
      partitions: asked.map((partition) => ({
        partition,
        error: known[index] ? (errors[next++] as ErrorName) : 'UNKNOWN_TOPIC_OR_PARTITION',
      })),
    })),
  };
}
