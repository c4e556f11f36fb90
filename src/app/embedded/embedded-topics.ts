import type { BrokerConfig } from '../../domain/config/broker-config.ts';
import type { TopicMetadata } from '../../ports/catalog.ts';
import type { BrokerServices } from '../running-broker.ts';
import { BrokerError, brokerErrorOf, type ErrorPlace, TopicNotFoundError } from './broker-error.ts';

export type FoundTopic = TopicMetadata;

export interface CreateTopicOptions {
  /** num.partitions when absent. */
  readonly partitions?: number;
  /** default.replication.factor when absent; one broker takes 1. */
  readonly replicationFactor?: number;
  /** Kafka's topic configs: `{ 'retention.ms': 60_000 }`. */
  readonly configs?: Readonly<Record<string, string | number | bigint | boolean>>;
}

/** Topics as callers name them. */
export class EmbeddedTopics {
  readonly #services: BrokerServices;
  readonly #config: BrokerConfig;

  constructor(services: BrokerServices, config: BrokerConfig) {
    this.#services = services;
    this.#config = config;
  }

  /** Throws a TopicNotFoundError. */
  find(name: string): FoundTopic {
    const topic = this.#services.catalog.metadata.topicsByName.get(name);
    if (topic === undefined) throw new TopicNotFoundError(name);
    return topic;
  }

  /** As a producer finds it: made with its defaults where auto.create.topics.enable allows. */
  async findOrCreate(name: string): Promise<FoundTopic> {
    const { topicsByName } = this.#services.catalog.metadata;
    if (topicsByName.has(name) || !this.#config.get('auto.create.topics.enable')) {
      return this.find(name);
    }
    try {
      return await this.#services.topics.ensureTopic(name);
    } catch (error) {
      throw brokerErrorOf(error);
    }
  }

  async create(name: string, options: CreateTopicOptions): Promise<void> {
    const configs = Object.entries(options.configs ?? {}).map(([key, value]) => ({
      name: key,
      value: String(value),
    }));
    const topic = {
      name,
      partitions: options.partitions ?? -1,
      replicationFactor: options.replicationFactor ?? -1,
      assignments: [],
      configs,
    };
    const [result] = await this.#services.topics.createTopics([topic], { validateOnly: false });
    if (result?.error !== undefined) throw brokerErrorOf(result.error);
  }

  async delete(name: string): Promise<void> {
    const [result] = await this.#services.topics.deleteTopics([{ name, id: null }]);
    const error = result?.error;
    if (error === undefined) return;
    if (error.errorName === 'UNKNOWN_TOPIC_OR_PARTITION') throw new TopicNotFoundError(name);
    throw new BrokerError(error.errorName, error.message, { cause: error });
  }

  /** Without the broker's own topics, in the order of their names. */
  names(): string[] {
    const topics = [...this.#services.catalog.metadata.topicsByName.values()];
    return topics
      .filter(({ internal }) => !internal)
      .map(({ name }) => name)
      .sort();
  }
}

export function placeIn(topic: FoundTopic, partition: number): ErrorPlace {
  return { topic: topic.name, partition, partitionCount: topic.partitions.length };
}
