// CreateTopics, versions 2 to 7.
// KIP-4 (errors with messages), KIP-464 (broker defaults by -1), KIP-525 (partitions, replication factor and configs in
// the answer since 5), KIP-599 (refused beyond a quota since 6), KIP-516 (topic id since 7).
import { CONFIG_SOURCES } from '../../../domain/config/config-source.ts';
import { CreateTopicsApi } from '../../../domain/protocol/messages/create-topics.ts';
import type { RequestOf, ResponseInput } from '../../../domain/protocol/schema.ts';
import { ZERO_TOPIC_ID } from '../../../domain/topic-partition.ts';
import type { CreateTopicResult, NewTopic, TopicAdmin } from '../../../ports/topic-admin.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

type RequestTopic = RequestOf<typeof CreateTopicsApi>['topics'][number];
type ResponseTopic = ResponseInput<typeof CreateTopicsApi>['topics'][number];

/** Clients of this version know THROTTLING_QUOTA_EXCEEDED (KIP-599). */
const STRICT_SINCE = 6;

export function createTopicsHandler({
  topics,
}: {
  readonly topics: Pick<TopicAdmin, 'createTopics'>;
}): RequestHandler {
  return handler(CreateTopicsApi, async (request, { apiVersion, quota }) => {
    const { validateOnly } = request;
    const permits = quota?.mutations({ strict: apiVersion >= STRICT_SINCE });
    const results = await topics.createTopics(request.topics.map(newTopic), {
      ...{ validateOnly, permits },
    });
    const answer = (result: CreateTopicResult): ResponseTopic =>
      responseTopic(result, validateOnly, apiVersion);
    return { throttleTimeMs: 0, topics: results.map(answer) };
  });
}

function newTopic(topic: RequestTopic): NewTopic {
  return {
    name: topic.name,
    partitions: topic.numPartitions,
    replicationFactor: topic.replicationFactor,
    assignments: topic.assignments.map(({ partitionIndex, brokerIds }) => ({
      partition: partitionIndex,
      replicas: brokerIds,
    })),
    configs: topic.configs,
  };
}

function responseTopic(
  { name, error, created }: CreateTopicResult,
  validateOnly: boolean,
  apiVersion: number,
): ResponseTopic {
  if (error !== undefined || created === undefined) {
    return {
      name,
      errorCode: error?.code ?? -1,
      errorMessage: error?.message ?? null,
      configs: [],
    };
  }
  return {
    name,
    topicId: validateOnly ? ZERO_TOPIC_ID : created.id,
    errorCode: 0,
    errorMessage: null,
    numPartitions: created.partitions,
    replicationFactor: created.replicationFactor,
    configs:
      apiVersion < 5
        ? null
        : created.configs.map((config) => ({
            name: config.name,
            value: config.value,
            readOnly: config.readOnly,
            configSource: CONFIG_SOURCES[config.source],
            isSensitive: config.sensitive,
          })),
  };
}
