// DescribeTopicPartitions, version 0 (KIP-966): topics page by page, in the order of their names.
import { ERROR_CODES, type ErrorName } from '../../../domain/error-code.ts';
import { DescribeTopicPartitionsApi } from '../../../domain/protocol/messages/describe-topic-partitions.ts';
import type { RequestOf, ResponseInput } from '../../../domain/protocol/schema.ts';
import { isInternalTopic } from '../../../domain/topic/internal-topics.ts';
import { topicNameProblem } from '../../../domain/topic/topic-name.ts';
import { ZERO_TOPIC_ID } from '../../../domain/topic-partition.ts';
import type { Catalog, TopicMetadata } from '../../../ports/catalog.ts';
import { handler, type RequestHandler } from '../request-handler.ts';
import { ALL_TOPIC_OPERATIONS } from './authorized-operations.ts';
import { describedPartition } from './described-partition.ts';

export interface DescribeTopicPartitionsDependencies {
  readonly catalog: Pick<Catalog, 'metadata'>;
  /** max.request.partition.size.limit */
  readonly partitionLimit: () => number;
}

type Request = RequestOf<typeof DescribeTopicPartitionsApi>;
type Response = ResponseInput<typeof DescribeTopicPartitionsApi>;
type ResponseTopic = Response['topics'][number];

export function describeTopicPartitionsHandler(
  dependencies: DescribeTopicPartitionsDependencies,
): RequestHandler {
  return handler(DescribeTopicPartitionsApi, (request) => {
    const limit = Math.max(
      1,
      Math.min(request.responsePartitionLimit, dependencies.partitionLimit()),
    );
    const problem = cursorProblem(request);
    if (problem) return refused(request);
    return page(request, dependencies.catalog.metadata.topicsByName, limit);
  });
}

/** A cursor says where the last page of these topics ended, so it is at one of them. */
function cursorProblem({ cursor, topics }: Request): boolean {
  if (cursor === null) return false;
  if (cursor.partitionIndex < 0) return true;
  if (topics.length === 0) return false;
  return !topics.some(({ name }) => name === cursor.topicName);
}

function refused({ topics }: Request): Response {
  const answers = topics.map(({ name }) => failed(name, 'INVALID_REQUEST'));
  return { throttleTimeMs: 0, topics: answers, nextCursor: null };
}

function page(
  request: Request,
  topicsByName: ReadonlyMap<string, TopicMetadata>,
  limit: number,
): Response {
  const { cursor } = request;
  const all = request.topics.length === 0;
  const names = all ? [...topicsByName.keys()] : request.topics.map(({ name }) => name);
  const from = cursor?.topicName ?? '';
  const ordered = [...new Set(names)].filter((name) => name >= from).sort();
  const topics: ResponseTopic[] = [];
  let left = limit;
  for (const name of ordered) {
    const topic = topicsByName.get(name);
    if (topic === undefined) {
      const valid = topicNameProblem(name) === undefined;
      const error = valid ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'INVALID_TOPIC_EXCEPTION';
      topics.push({ ...failed(name, error), topicAuthorizedOperations: ALL_TOPIC_OPERATIONS });
      continue;
    }
    const first = name === cursor?.topicName ? Math.max(0, cursor.partitionIndex) : 0;
    if (left === 0) {
      const nextCursor = { topicName: name, partitionIndex: first };
      return { throttleTimeMs: 0, topics, nextCursor };
    }
    const end = Math.min(topic.partitions.length, first + left);
    topics.push(present(topic, first, end));
    left -= Math.max(0, end - first);
    if (end < topic.partitions.length) {
      return { throttleTimeMs: 0, topics, nextCursor: { topicName: name, partitionIndex: end } };
    }
  }
  return { throttleTimeMs: 0, topics, nextCursor: null };
}

function present(topic: TopicMetadata, first: number, end: number): ResponseTopic {
  return {
    errorCode: 0,
    name: topic.name,
    topicId: topic.id,
    isInternal: topic.internal,
    partitions: topic.partitions.slice(first, end).map((partition) => ({
      ...describedPartition(partition),
      eligibleLeaderReplicas: [],
      lastKnownElr: [],
    })),
    topicAuthorizedOperations: ALL_TOPIC_OPERATIONS,
  };
}

function failed(name: string, error: ErrorName): ResponseTopic {
  return {
    errorCode: ERROR_CODES[error].code,
    name,
    topicId: ZERO_TOPIC_ID,
    isInternal: isInternalTopic(name),
    partitions: [],
  };
}
