// Metadata, versions 0 to 13.
// KIP-4 (all topics by null), KIP-204 (auto-creation by request flag), KIP-430 (authorized operations), KIP-516 (topics by
// id since 10, without a name since 12), KIP-1102 (top-level error, never set here).
import { ERROR_CODES, type ErrorName } from '../../../domain/error-code.ts';
import { KafkaError } from '../../../domain/kafka-error.ts';
import { MetadataApi } from '../../../domain/protocol/messages/metadata.ts';
import type { RequestOf, ResponseInput } from '../../../domain/protocol/schema.ts';
import { isInternalTopic } from '../../../domain/topic/internal-topics.ts';
import { topicNameProblem } from '../../../domain/topic/topic-name.ts';
import { ZERO_TOPIC_ID } from '../../../domain/topic-partition.ts';
import type { BrokerIdentity } from '../../../ports/broker-identity.ts';
import type { Catalog, ClusterMetadata, TopicMetadata } from '../../../ports/catalog.ts';
import type { TopicAdmin } from '../../../ports/topic-admin.ts';
import { handler, type RequestHandler } from '../request-handler.ts';
import {
  ALL_CLUSTER_OPERATIONS,
  ALL_TOPIC_OPERATIONS,
  OPERATIONS_OMITTED,
} from './authorized-operations.ts';
import { describedPartition } from './described-partition.ts';

export interface MetadataDependencies {
  readonly catalog: Pick<Catalog, 'metadata'>;
  readonly topics: Pick<TopicAdmin, 'ensureTopic'>;
  /** How clients of a listener reach this broker. */
  readonly identity: (listenerName: string) => BrokerIdentity;
  /** auto.create.topics.enable */
  readonly autoCreateTopics: () => boolean;
}

type Request = RequestOf<typeof MetadataApi>;
type ResponseTopic = ResponseInput<typeof MetadataApi>['topics'][number];

export function metadataHandler(dependencies: MetadataDependencies): RequestHandler {
  return handler(MetadataApi, async (request, { apiVersion, listenerName }) => {
    const identity = dependencies.identity(listenerName);
    const { nodeId, host, port, clusterId, rack = null } = identity;
    const operations = request.includeClusterAuthorizedOperations
      ? ALL_CLUSTER_OPERATIONS
      : OPERATIONS_OMITTED;
    return {
      throttleTimeMs: 0,
      brokers: [{ nodeId, host, port, rack }],
      clusterId,
      controllerId: nodeId,
      topics: await topicsOf(request, apiVersion, dependencies),
      clusterAuthorizedOperations: operations,
      errorCode: 0,
    };
  });
}

async function topicsOf(
  request: Request,
  version: number,
  dependencies: MetadataDependencies,
): Promise<ResponseTopic[]> {
  const { metadata } = dependencies.catalog;
  const operations = request.includeTopicAuthorizedOperations
    ? ALL_TOPIC_OPERATIONS
    : OPERATIONS_OMITTED;
  const wanted = request.topics;
  // Version 0 has no null: there the empty list asks for all.
  if (wanted === null || (version === 0 && wanted.length === 0)) {
    return [...metadata.topicsByName.values()].map((topic) => present(topic, operations));
  }
  if (version < 12 && wanted.some(({ topicId, name }) => name === null || isSet(topicId))) {
    return wanted.map(({ topicId, name }) => failed('INVALID_REQUEST', name ?? '', topicId));
  }
  if (wanted.some(({ topicId }) => isSet(topicId))) {
    return byId(metadata, wanted, operations);
  }
  const names = new Set(wanted.map(({ name }) => name ?? ''));
  const autoCreate = request.allowAutoTopicCreation && dependencies.autoCreateTopics();
  return Promise.all(
    [...names].map(async (name) => {
      const topic = metadata.topicsByName.get(name);
      if (topic !== undefined) return present(topic, operations);
      const unknown = await missing(name, autoCreate, dependencies.topics);
      return { ...unknown, topicAuthorizedOperations: operations };
    }),
  );
}

function byId(
  metadata: ClusterMetadata,
  wanted: NonNullable<Request['topics']>,
  operations: number,
): ResponseTopic[] {
  const ids = new Set(wanted.map(({ topicId }) => topicId).filter(isSet));
  return [...ids].map((id) => {
    const topic = metadata.topicsById.get(id);
    return topic ? present(topic, operations) : failed('UNKNOWN_TOPIC_ID', null, id);
  });
}

/**
 * A created topic is told as unknown, as Kafka tells it (its AutoTopicCreationManager): the client asks again. Here
 * it is made before the answer, so that asking again once is enough.
 */
async function missing(
  name: string,
  autoCreate: boolean,
  topics: MetadataDependencies['topics'],
): Promise<ResponseTopic> {
  if (topicNameProblem(name) !== undefined) return failed('INVALID_TOPIC_EXCEPTION', name);
  if (!autoCreate) return failed('UNKNOWN_TOPIC_OR_PARTITION', name);
  try {
    await topics.ensureTopic(name);
    return failed('UNKNOWN_TOPIC_OR_PARTITION', name);
  } catch (error) {
    return failed(KafkaError.from(error).errorName, name);
  }
}

function present(topic: TopicMetadata, operations: number): ResponseTopic {
  return {
    errorCode: 0,
    name: topic.name,
    topicId: topic.id,
    isInternal: topic.internal,
    partitions: topic.partitions.map(describedPartition),
    topicAuthorizedOperations: operations,
  };
}

function failed(error: ErrorName, name: string | null, topicId = ZERO_TOPIC_ID): ResponseTopic {
  return {
    errorCode: ERROR_CODES[error].code,
    name,
    topicId,
    isInternal: name !== null && isInternalTopic(name),
    partitions: [],
  };
}

function isSet(topicId: string): boolean {
  return topicId !== ZERO_TOPIC_ID;
}
