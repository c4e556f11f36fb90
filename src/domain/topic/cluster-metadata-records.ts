import type { ClusterMetadata, ResourceConfigs } from './cluster-metadata.ts';
import type { ConfigResourceType, MetadataRecord } from './metadata-record.ts';

/** Kafka's images name no broker either: the ids are those the cluster gave, whoever took the last of them. */
const NO_BROKER = -1;

/** The fewest records that add up to a state (what Kafka's MetadataImage writes into a snapshot); one at least. */
export function* metadataRecordsOf(metadata: ClusterMetadata): Generator<MetadataRecord> {
  for (const { id, name, partitions, configs } of metadata.topicsById.values()) {
    yield { kind: 'topic', topicId: id, name };
    for (const partition of partitions) yield { kind: 'partition', topicId: id, ...partition };
    yield* configRecords('topic', name, configs);
  }
  for (const [type, resources] of [
    ['broker', metadata.brokerConfigs],
    ['group', metadata.groupConfigs],
    ['clientMetrics', metadata.clientMetricsConfigs],
  ] as const) {
    for (const [name, configs] of resources) yield* configRecords(type, name, configs);
  }
  for (const { entity, values } of metadata.clientQuotas.values()) {
    for (const [key, value] of values) yield { kind: 'clientQuota', entity, key, value };
  }
  for (const token of metadata.delegationTokens.values()) yield { kind: 'delegationToken', token };
  for (const credential of metadata.scramCredentials.values()) {
    yield { kind: 'scramCredential', credential };
  }
  for (const [name, level] of metadata.featureLevels) yield { kind: 'featureLevel', name, level };
  const { nextProducerId } = metadata;
  yield { kind: 'producerIds', brokerId: NO_BROKER, nextProducerId };
}

function* configRecords(
  resourceType: ConfigResourceType,
  resourceName: string,
  configs: ResourceConfigs,
): Generator<MetadataRecord> {
  for (const [name, value] of configs) {
    yield { kind: 'config', resourceType, resourceName, name, value };
  }
}
