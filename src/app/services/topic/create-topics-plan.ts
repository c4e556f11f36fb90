import type { BrokerConfig } from '../../../domain/config/broker-config.ts';
import { describeResourceConfigs } from '../../../domain/config/config-entry.ts';
import { validateTopicConfigs } from '../../../domain/config/validate-configs.ts';
import { KafkaError } from '../../../domain/kafka-error.ts';
import { CLUSTER_METADATA_TOPIC } from '../../../domain/topic/cluster-metadata.ts';
import {
  newTopicRecords,
  PARTITIONS_PER_REQUEST_MAX,
  placePartitions,
} from '../../../domain/topic/new-topic-plan.ts';
import {
  checkTopicName,
  collidingTopic,
  unifiedTopicName,
} from '../../../domain/topic/topic-name.ts';
import type { ClusterMetadata, MetadataRecord } from '../../../ports/catalog.ts';
import type { MutationPermits } from '../../../ports/client-throttle.ts';
import type { CreateTopicResult, NewTopic } from '../../../ports/topic-admin.ts';

export interface TopicCreationEnvironment {
  readonly brokerConfig: BrokerConfig;
  readonly brokers: readonly number[];
  newTopicId(): string;
  readonly permits?: MutationPermits | undefined;
}

export interface TopicCreationPlan {
  readonly records: readonly MetadataRecord[];
  readonly results: readonly CreateTopicResult[];
}

/** What CreateTopics changes and answers, decided on one state of the metadata. */
export function planTopicCreations(
  metadata: ClusterMetadata,
  topics: readonly NewTopic[],
  environment: TopicCreationEnvironment,
): TopicCreationPlan {
  const planner = new CreationPlanner(metadata, environment);
  const counts = new Map<string, number>();
  for (const { name } of topics) counts.set(name, (counts.get(name) ?? 0) + 1);
  const results: CreateTopicResult[] = [];
  const duplicates = new Set<string>();
  for (const topic of topics) {
    if ((counts.get(topic.name) ?? 0) === 1) results.push(planner.plan(topic));
    else duplicates.add(topic.name);
  }
  for (const name of duplicates) {
    const error = new KafkaError('INVALID_REQUEST', `topic ${name} is named more than once`);
    results.push({ name, error });
  }
  return { records: planner.records, results };
}

class CreationPlanner {
  readonly records: MetadataRecord[] = [];
  readonly #metadata: ClusterMetadata;
  readonly #environment: TopicCreationEnvironment;
  /** Names of this request by what they are in metrics. */
  readonly #unified = new Map<string, string>();
  #partitions = 0;

  constructor(metadata: ClusterMetadata, environment: TopicCreationEnvironment) {
    this.#metadata = metadata;
    this.#environment = environment;
  }

  plan(topic: NewTopic): CreateTopicResult {
    try {
      return this.#plan(topic);
    } catch (error) {
      return { name: topic.name, error: KafkaError.from(error) };
    }
  }

  #plan(topic: NewTopic): CreateTopicResult {
    const { name } = topic;
    const { brokerConfig, brokers } = this.#environment;
    this.#checkName(name);
    const configs = topicConfigs(topic);
    validateTopicConfigs(configs);
    const partitions = placePartitions(topic, {
      brokers,
      partitions: brokerConfig.get('num.partitions'),
      replicationFactor: brokerConfig.get('default.replication.factor'),
    });
    this.#partitions += partitions.length;
    if (this.#partitions > PARTITIONS_PER_REQUEST_MAX) {
      throw new KafkaError(
        'POLICY_VIOLATION',
        `one request makes ${PARTITIONS_PER_REQUEST_MAX} partitions at most`,
      );
    }
    const refusal = this.#environment.permits?.take(name, partitions.length);
    if (refusal !== undefined) throw refusal;
    const id = this.#environment.newTopicId();
    this.records.push(...newTopicRecords(id, name, partitions, configs));
    this.#unified.set(unifiedTopicName(name), name);
    const created = {
      id,
      partitions: partitions.length,
      replicationFactor: partitions[0]?.length ?? 0,
      configs: describeResourceConfigs('topic', configs, brokerConfig, {
        keys: null,
        synonyms: false,
        documentation: false,
      }),
    };
    return { name, created };
  }

  #checkName(name: string): void {
    if (name === CLUSTER_METADATA_TOPIC) {
      throw new KafkaError('INVALID_REQUEST', `${name} is the broker's own log and no topic`);
    }
    if (this.#metadata.topicsByName.has(name)) {
      throw new KafkaError('TOPIC_ALREADY_EXISTS', `there is a topic ${name} already`);
    }
    checkTopicName(name);
    const made = this.#unified.get(unifiedTopicName(name));
    const other = made ?? collidingTopic(name, this.#metadata.topicsByName);
    if (other !== undefined) {
      throw new KafkaError(
        'INVALID_TOPIC_EXCEPTION',
        `${name} and topic ${other} would be the same in metrics, where '.' and '_' do not differ`,
      );
    }
  }
}

function topicConfigs(topic: NewTopic): Map<string, string> {
  const configs = new Map<string, string>();
  const missing: string[] = [];
  for (const { name, value } of topic.configs) {
    if (value === null) missing.push(name);
    else configs.set(name, value);
  }
  if (missing.length === 0) return configs;
  throw new KafkaError('INVALID_CONFIG', `configs without a value: ${missing.join(', ')}`);
}
