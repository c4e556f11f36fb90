import { KafkaError } from '../../../domain/kafka-error.ts';
import {
  CONFIG_RESOURCE_TYPES,
  type ConfigResourceType,
} from '../../../domain/topic/metadata-record.ts';
import { topicNameProblem } from '../../../domain/topic/topic-name.ts';
import type { ClusterMetadata } from '../../../ports/catalog.ts';
import type { ConfigResource } from '../../../ports/config-admin.ts';

/** Kafka's number for the log levels of a broker; they are not kept anywhere. */
export const BROKER_LOGGER = 8;

const BY_NUMBER = new Map<number, ConfigResourceType>(
  Object.entries(CONFIG_RESOURCE_TYPES).map(([type, id]) => [id, type as ConfigResourceType]),
);

export const CONFIG_RESOURCE_NUMBERS: readonly number[] = [
  CONFIG_RESOURCE_TYPES.topic,
  CONFIG_RESOURCE_TYPES.broker,
  BROKER_LOGGER,
  CONFIG_RESOURCE_TYPES.clientMetrics,
  CONFIG_RESOURCE_TYPES.group,
];

/** The kind of a resource that exists and is this broker's to tell of; throws a KafkaError otherwise. */
export function checkResource(
  { type, name }: ConfigResource,
  metadata: ClusterMetadata,
  nodeId: number,
): ConfigResourceType {
  const kind = BY_NUMBER.get(type);
  switch (kind) {
    case 'topic':
      checkTopic(name, metadata);
      return kind;
    case 'broker':
      checkBroker(name, nodeId);
      return kind;
    case 'group':
    case 'clientMetrics':
      if (name !== '') return kind;
      throw new KafkaError(
        'INVALID_REQUEST',
        `a ${kind === 'group' ? 'group' : 'subscription'} must have a name`,
      );
    case undefined:
      throw new KafkaError('INVALID_REQUEST', `resources of type ${type} have no configs`);
  }
}

function checkTopic(name: string, metadata: ClusterMetadata): void {
  if (metadata.topicsByName.has(name)) return;
  const problem = topicNameProblem(name);
  if (problem !== undefined) {
    throw new KafkaError('INVALID_TOPIC_EXCEPTION', `no topic can have this name: ${problem}`);
  }
  throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `there is no topic ${name}`);
}

export function checkBroker(name: string, nodeId: number): void {
  if (name === '' || name === String(nodeId)) return;
  if (!/^-?\d+$/.test(name)) {
    throw new KafkaError('INVALID_REQUEST', `a broker is named by its number, not by '${name}'`);
  }
  throw new KafkaError(
    'INVALID_REQUEST',
    `this is broker ${nodeId}, not ${name}; an empty name stands for all brokers`,
  );
}
