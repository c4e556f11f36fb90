import type { DelegationTokens } from '../delegation-token/delegation-token.ts';
import type { FeatureLevels } from '../feature/features.ts';
import type { ClientQuotas } from '../quota/client-quotas.ts';
import type { ScramCredentials } from '../scram-credential/scram-credential.ts';
import type { TopicId, TopicIdPartition } from '../topic-partition.ts';
import type { ConfigResourceType } from './metadata-record.ts';
import { VersionedMap } from './versioned-map.ts';

export const CLUSTER_METADATA_TOPIC = '__cluster_metadata';
/** Kafka's `Uuid.METADATA_TOPIC_ID`. */
export const CLUSTER_METADATA_TOPIC_ID: TopicId = 'AAAAAAAAAAAAAAAAAAAAAQ';

/** One node keeps the log and never loses an election; Kafka's first leader has epoch 1 too. */
export const CLUSTER_METADATA_LEADER_EPOCH = 1;

/** The metadata log is kept beside the topics' logs but is no topic. */
export function isClusterMetadataLog(id: TopicIdPartition): boolean {
  return id.topicId === CLUSTER_METADATA_TOPIC_ID;
}

export interface PartitionMetadata {
  readonly partition: number;
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly replicas: readonly number[];
}

export type ResourceConfigs = ReadonlyMap<string, string>;

export interface TopicMetadata {
  readonly id: TopicId;
  readonly name: string;
  /** In rising order from 0. */
  readonly partitions: readonly PartitionMetadata[];
  readonly configs: ResourceConfigs;
  readonly internal: boolean;
}

/** The state of the cluster at one version; never changed in place (Kafka's MetadataImage). */
export interface ClusterMetadata {
  /** Rises with every change: the offset after the last record of the metadata log. */
  readonly version: bigint;
  readonly clusterId: string;
  readonly topicsByName: ReadonlyMap<string, TopicMetadata>;
  readonly topicsById: ReadonlyMap<TopicId, TopicMetadata>;
  /** Dynamic broker configs by node id; '' holds those of the whole cluster. */
  readonly brokerConfigs: ReadonlyMap<string, ResourceConfigs>;
  readonly groupConfigs: ReadonlyMap<string, ResourceConfigs>;
  readonly clientMetricsConfigs: ReadonlyMap<string, ResourceConfigs>;
  readonly clientQuotas: ClientQuotas;
  readonly delegationTokens: DelegationTokens;
  readonly scramCredentials: ScramCredentials;
  /** The levels that were chosen; features without one have their default. */
  readonly featureLevels: FeatureLevels;
  /** The first producer id that no broker was given yet. */
  readonly nextProducerId: bigint;
}

export function emptyClusterMetadata(clusterId: string): ClusterMetadata {
  return {
    version: 0n,
    clusterId,
    topicsByName: VersionedMap.of(new Map()),
    topicsById: VersionedMap.of(new Map()),
    brokerConfigs: new Map(),
    groupConfigs: new Map(),
    clientMetricsConfigs: new Map(),
    clientQuotas: new Map(),
    delegationTokens: new Map(),
    scramCredentials: VersionedMap.of(new Map()),
    featureLevels: new Map(),
    nextProducerId: 0n,
  };
}

/** The configs a resource has of its own; empty for one without. */
export function configsOf(
  metadata: ClusterMetadata,
  type: ConfigResourceType,
  name: string,
): ResourceConfigs {
  switch (type) {
    case 'topic':
      return metadata.topicsByName.get(name)?.configs ?? NO_CONFIGS;
    case 'broker':
      return metadata.brokerConfigs.get(name) ?? NO_CONFIGS;
    case 'group':
      return metadata.groupConfigs.get(name) ?? NO_CONFIGS;
    case 'clientMetrics':
      return metadata.clientMetricsConfigs.get(name) ?? NO_CONFIGS;
  }
}

const NO_CONFIGS: ResourceConfigs = new Map();
