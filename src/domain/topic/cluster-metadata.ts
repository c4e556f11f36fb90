import type { TopicId, TopicIdPartition } from '../topic-partition.ts';
import { isInternalTopic } from './internal-topics.ts';
import type { ConfigResourceType, MetadataRecord } from './metadata-record.ts';

export const CLUSTER_METADATA_TOPIC = '__cluster_metadata';
/** Kafka's `Uuid.METADATA_TOPIC_ID`. */
export const CLUSTER_METADATA_TOPIC_ID: TopicId = 'AAAAAAAAAAAAAAAAAAAAAQ';

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
  /** The first producer id that no broker was given yet. */
  readonly nextProducerId: bigint;
}

export function emptyClusterMetadata(clusterId: string): ClusterMetadata {
  return {
    version: 0n,
    clusterId,
    topicsByName: new Map(),
    topicsById: new Map(),
    brokerConfigs: new Map(),
    groupConfigs: new Map(),
    clientMetricsConfigs: new Map(),
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

/**
 * Applies records in their order and gives the state afterwards. The same for a change and for the replay at start,
 * so that what was answered and what a restart finds cannot differ. Throws for records no state allows.
 */
export function replayMetadata(
  metadata: ClusterMetadata,
  records: Iterable<MetadataRecord>,
  version: bigint,
): ClusterMetadata {
  const draft = new MetadataDraft(metadata);
  for (const record of records) draft.apply(record);
  return draft.finish(version);
}

/** Kafka's MetadataDelta: maps are copied once per run of records, topics when they change. */
class MetadataDraft {
  readonly #clusterId: string;
  readonly #topicsByName: Map<string, TopicMetadata>;
  readonly #topicsById: Map<TopicId, TopicMetadata>;
  readonly #configs: {
    [Type in Exclude<ConfigResourceType, 'topic'>]: Map<string, ResourceConfigs>;
  };
  #nextProducerId: bigint;

  constructor(base: ClusterMetadata) {
    this.#clusterId = base.clusterId;
    this.#topicsByName = new Map(base.topicsByName);
    this.#topicsById = new Map(base.topicsById);
    this.#configs = {
      broker: new Map(base.brokerConfigs),
      group: new Map(base.groupConfigs),
      clientMetrics: new Map(base.clientMetricsConfigs),
    };
    this.#nextProducerId = base.nextProducerId;
  }

  apply(record: MetadataRecord): void {
    switch (record.kind) {
      case 'topic':
        this.#addTopic(record.topicId, record.name);
        return;
      case 'partition': {
        const { partition, leader, leaderEpoch, replicas } = record;
        this.#putPartition(record.topicId, { partition, leader, leaderEpoch, replicas });
        return;
      }
      case 'removeTopic':
        this.#removeTopic(record.topicId);
        return;
      case 'config':
        this.#setConfig(record.resourceType, record.resourceName, record.name, record.value);
        return;
      case 'producerIds':
        this.#nextProducerId = record.nextProducerId;
    }
  }

  finish(version: bigint): ClusterMetadata {
    return {
      version,
      clusterId: this.#clusterId,
      topicsByName: this.#topicsByName,
      topicsById: this.#topicsById,
      brokerConfigs: this.#configs.broker,
      groupConfigs: this.#configs.group,
      clientMetricsConfigs: this.#configs.clientMetrics,
      nextProducerId: this.#nextProducerId,
    };
  }

  #addTopic(id: TopicId, name: string): void {
    if (this.#topicsByName.has(name)) throw new Error(`topic ${name} exists already`);
    if (this.#topicsById.has(id)) throw new Error(`topic id ${id} exists already`);
    this.#put({ id, name, partitions: [], configs: new Map(), internal: isInternalTopic(name) });
  }

  #putPartition(id: TopicId, partition: PartitionMetadata): void {
    const topic = this.#topic(id);
    const at = partition.partition;
    if (at < 0 || at > topic.partitions.length) {
      throw new Error(`partition ${at} of ${topic.name} comes out of turn`);
    }
    const partitions = [...topic.partitions];
    partitions[at] = partition;
    this.#put({ ...topic, partitions });
  }

  #removeTopic(id: TopicId): void {
    const topic = this.#topic(id);
    this.#topicsById.delete(id);
    this.#topicsByName.delete(topic.name);
  }

  #setConfig(type: ConfigResourceType, resource: string, name: string, value: string | null): void {
    if (type === 'topic') {
      const topic = this.#topicsByName.get(resource);
      if (topic === undefined)
        throw new Error(`a config of topic ${resource}, which does not exist`);
      this.#put({ ...topic, configs: withConfig(topic.configs, name, value) });
      return;
    }
    const ofType = this.#configs[type];
    const configs = withConfig(ofType.get(resource) ?? NO_CONFIGS, name, value);
    if (configs.size === 0) ofType.delete(resource);
    else ofType.set(resource, configs);
  }

  #topic(id: TopicId): TopicMetadata {
    const topic = this.#topicsById.get(id);
    if (topic === undefined) throw new Error(`no topic has id ${id}`);
    return topic;
  }

  #put(topic: TopicMetadata): void {
    this.#topicsById.set(topic.id, topic);
    this.#topicsByName.set(topic.name, topic);
  }
}

function withConfig(configs: ResourceConfigs, name: string, value: string | null): ResourceConfigs {
  const changed = new Map(configs);
  if (value === null) changed.delete(name);
  else changed.set(name, value);
  return changed;
}
