import type { DelegationToken, DelegationTokens } from '../delegation-token/delegation-token.ts';
import type { FeatureLevels } from '../feature/features.ts';
import type { ClientQuota, ClientQuotas } from '../quota/client-quotas.ts';
import { type QuotaEntity, quotaEntityKey } from '../quota/quota-entity.ts';
import type { QuotaKey } from '../quota/quota-value.ts';
import { type ScramCredential, scramCredentialKey } from '../scram-credential/scram-credential.ts';
import type { TopicId } from '../topic-partition.ts';
import type {
  ClusterMetadata,
  PartitionMetadata,
  ResourceConfigs,
  TopicMetadata,
} from './cluster-metadata.ts';
import { isInternalTopic } from './internal-topics.ts';
import type { ConfigResourceType, MetadataRecord } from './metadata-record.ts';
import { VersionedMap } from './versioned-map.ts';

/**
 * Applies records in their order and gives the state afterwards. The same for a change and for the replay at start,
 * so that what was answered and what a restart finds cannot differ. Throws for records no state allows.
 */
export function replayMetadata(
  metadata: ClusterMetadata,
  records: Iterable<MetadataRecord>,
  version: bigint,
): ClusterMetadata {
  const draft = new ClusterMetadataDraft(metadata);
  for (const record of records) draft.apply(record);
  return draft.finish(version);
}

/** A topic that only the draft holds, and so may change in place. */
interface DraftTopic extends TopicMetadata {
  readonly partitions: PartitionMetadata[];
  readonly configs: Map<string, string>;
}

type OtherResource = Exclude<ConfigResourceType, 'topic'>;

/** Topics that were put or, where there is none, removed. */
interface DraftTopics {
  readonly byName: Map<string, TopicMetadata | undefined>;
  readonly byId: Map<TopicId, TopicMetadata | undefined>;
}

/**
 * A state that records are being applied to (Kafka's MetadataDelta). Maps of configs and topics are copied when they first
 * change: what does not change stays the same object, and ten thousand partitions of one topic do not copy one another.
 */
export class ClusterMetadataDraft {
  readonly #base: ClusterMetadata;
  readonly #configs: Record<OtherResource, ReadonlyMap<string, ResourceConfigs>>;
  readonly #ownConfigs: { [Type in OtherResource]?: Map<string, ResourceConfigs> } = {};
  readonly #own = new Map<TopicId, DraftTopic>();
  readonly #topics: DraftTopics = { byName: new Map(), byId: new Map() };
  /** Records of one topic mostly follow one another. */
  #last: DraftTopic | undefined;
  #quotas: ClientQuotas;
  #ownQuotas: Map<string, ClientQuota> | undefined;
  #tokens: DelegationTokens;
  /** Credentials that were put or, where there is none, removed. */
  readonly #scram = new Map<string, ScramCredential | undefined>();
  #featureLevels: FeatureLevels;
  #nextProducerId: bigint;

  constructor(base: ClusterMetadata) {
    this.#base = base;
    this.#configs = {
      broker: base.brokerConfigs,
      group: base.groupConfigs,
      clientMetrics: base.clientMetricsConfigs,
    };
    this.#quotas = base.clientQuotas;
    this.#tokens = base.delegationTokens;
    this.#featureLevels = base.featureLevels;
    this.#nextProducerId = base.nextProducerId;
  }

  /** Throws for a record no state allows; the draft is of no use afterwards. */
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
      case 'clientQuota':
        this.#setQuota(record.entity, record.key, record.value);
        return;
      case 'delegationToken':
        this.#setToken(record.token.tokenId, record.token);
        return;
      case 'removeDelegationToken':
        this.#setToken(record.tokenId, null);
        return;
      case 'scramCredential': {
        const { user, mechanism } = record.credential;
        this.#setScram(scramCredentialKey(user, mechanism), record.credential);
        return;
      }
      case 'removeScramCredential':
        this.#setScram(scramCredentialKey(record.user, record.mechanism), undefined);
        return;
      case 'featureLevel':
        this.#featureLevels = new Map(this.#featureLevels).set(record.name, record.level);
        return;
      case 'producerIds':
        this.#nextProducerId = record.nextProducerId;
    }
  }

  /** The state; the draft must not change any more. */
  finish(version: bigint): ClusterMetadata {
    return {
      version,
      clusterId: this.#base.clusterId,
      topicsByName: changed(this.#base.topicsByName, this.#topics.byName),
      topicsById: changed(this.#base.topicsById, this.#topics.byId),
      brokerConfigs: this.#configs.broker,
      groupConfigs: this.#configs.group,
      clientMetricsConfigs: this.#configs.clientMetrics,
      clientQuotas: this.#quotas,
      delegationTokens: this.#tokens,
      scramCredentials: changed(this.#base.scramCredentials, this.#scram),
      featureLevels: this.#featureLevels,
      nextProducerId: this.#nextProducerId,
    };
  }

  #addTopic(id: TopicId, name: string): void {
    if (this.#topicByName(name) !== undefined) throw new Error(`topic ${name} exists already`);
    if (this.#topicById(id) !== undefined) throw new Error(`topic id ${id} exists already`);
    this.#put({ id, name, partitions: [], configs: new Map(), internal: isInternalTopic(name) });
  }

  #putPartition(id: TopicId, partition: PartitionMetadata): void {
    const { name, partitions } = this.#ownTopic(id);
    const at = partition.partition;
    if (at < 0 || at > partitions.length) {
      throw new Error(`partition ${at} of ${name} comes out of turn`);
    }
    partitions[at] = partition;
  }

  #removeTopic(id: TopicId): void {
    const { name } = this.#topic(id);
    const { byName, byId } = this.#topics;
    byId.set(id, undefined);
    byName.set(name, undefined);
    this.#own.delete(id);
    this.#last = undefined;
  }

  #setConfig(type: ConfigResourceType, resource: string, name: string, value: string | null): void {
    if (type === 'topic') {
      const topic = this.#topicByName(resource);
      if (topic === undefined) throw new Error(`there is no topic ${resource} to configure`);
      setOrDelete(this.#ownTopic(topic.id).configs, name, value);
      return;
    }
    const ofType = this.#changedConfigs(type);
    const configs = new Map(ofType.get(resource));
    setOrDelete(configs, name, value);
    if (configs.size === 0) ofType.delete(resource);
    else ofType.set(resource, configs);
  }

  /** Tokens are few: each change copies them. */
  #setToken(tokenId: string, token: DelegationToken | null): void {
    const tokens = new Map(this.#tokens);
    setOrDelete(tokens, tokenId, token);
    this.#tokens = tokens;
  }

  #setScram(key: string, credential: ScramCredential | undefined): void {
    // One that was removed comes last, as it does where these are changes of their own.
    if (this.#scram.get(key) === undefined) this.#scram.delete(key);
    this.#scram.set(key, credential);
  }

  #setQuota(entity: QuotaEntity, key: QuotaKey, value: number | null): void {
    this.#ownQuotas ??= new Map(this.#quotas);
    this.#quotas = this.#ownQuotas;
    const name = quotaEntityKey(entity);
    const values = new Map(this.#ownQuotas.get(name)?.values);
    setOrDelete(values, key, value);
    if (values.size === 0) this.#ownQuotas.delete(name);
    else this.#ownQuotas.set(name, { entity, values });
  }

  #topicByName(name: string): TopicMetadata | undefined {
    const { byName } = this.#topics;
    return byName.has(name) ? byName.get(name) : this.#base.topicsByName.get(name);
  }

  #topicById(id: TopicId): TopicMetadata | undefined {
    const { byId } = this.#topics;
    return byId.has(id) ? byId.get(id) : this.#base.topicsById.get(id);
  }

  #changedConfigs(type: OtherResource): Map<string, ResourceConfigs> {
    let own = this.#ownConfigs[type];
    if (own === undefined) {
      own = new Map(this.#configs[type]);
      this.#ownConfigs[type] = own;
      this.#configs[type] = own;
    }
    return own;
  }

  #topic(id: TopicId): TopicMetadata {
    const topic = this.#topicById(id);
    if (topic === undefined) throw new Error(`no topic has id ${id}`);
    return topic;
  }

  #ownTopic(id: TopicId): DraftTopic {
    if (this.#last?.id === id) return this.#last;
    const own = this.#own.get(id);
    if (own === undefined) {
      const topic = this.#topic(id);
      return this.#put({
        ...topic,
        partitions: [...topic.partitions],
        configs: new Map(topic.configs),
      });
    }
    this.#last = own;
    return own;
  }

  #put(topic: DraftTopic): DraftTopic {
    const { byName, byId } = this.#topics;
    // One that was removed comes last, as it does where these are changes of their own.
    if (byId.get(topic.id) === undefined) byId.delete(topic.id);
    if (byName.get(topic.name) === undefined) byName.delete(topic.name);
    byId.set(topic.id, topic);
    byName.set(topic.name, topic);
    this.#own.set(topic.id, topic);
    this.#last = topic;
    return topic;
  }
}

function setOrDelete<Key, Value>(map: Map<Key, Value>, key: Key, value: Value | null): void {
  if (value === null) map.delete(key);
  else map.set(key, value);
}

function changed<K, V>(
  base: ReadonlyMap<K, V>,
  changes: ReadonlyMap<K, V | undefined>,
): ReadonlyMap<K, V> {
  return changes.size === 0 ? base : VersionedMap.of(base).with(changes);
}
