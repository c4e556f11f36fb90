import type { BrokerConfig } from '../../../domain/config/broker-config.ts';
import { KafkaError } from '../../../domain/kafka-error.ts';
import type { Catalog, TopicMetadata } from '../../../ports/catalog.ts';
import type { MutationPermits } from '../../../ports/client-throttle.ts';
import type { Logger } from '../../../ports/logger.ts';
import type { Random } from '../../../ports/random.ts';
import type {
  CreatePartitionsResult,
  CreateTopicResult,
  DeleteTopicResult,
  NewPartitions,
  NewTopic,
  TopicAdmin,
  TopicChangeOptions,
  TopicSelector,
} from '../../../ports/topic-admin.ts';
import { changeCatalog } from '../catalog/change-catalog.ts';
import { automaticTopic } from './automatic-topic.ts';
import { planPartitionCreations } from './create-partitions-plan.ts';
import { planTopicCreations } from './create-topics-plan.ts';
import { planTopicDeletions } from './delete-topics-plan.ts';
import type { PartitionLogs } from './partition-logs.ts';
import { TopicLogs } from './topic-logs.ts';

export interface TopicAdminOptions {
  readonly catalog: Catalog;
  readonly logs: PartitionLogs;
  readonly brokerConfig: BrokerConfig;
  readonly random: Random;
  readonly logger: Logger;
  /** The brokers replicas can be placed on. */
  readonly brokers: () => readonly number[];
}

/** Topics as the catalog has them, and their partitions' logs in step with it. */
export class TopicAdminService implements TopicAdmin {
  readonly #options: TopicAdminOptions;
  readonly #topicLogs: TopicLogs;
  /** Topics that are being made, so that whoever needs one at the same moment waits for it. */
  readonly #ensuring = new Map<string, Promise<TopicMetadata>>();

  #last: Promise<unknown> = Promise.resolve();

  constructor(options: TopicAdminOptions) {
    this.#options = options;
    this.#topicLogs = new TopicLogs(options.logs, options.brokerConfig, options.logger);
  }

  /** Brings the logs in step with the catalog after a stop. Once, after both are open. */
  open(): Promise<void> {
    const { metadata, removedTopics } = this.#options.catalog;
    return this.#topicLogs.reconcile(metadata, removedTopics);
  }

  createTopics(
    topics: readonly NewTopic[],
    options: TopicChangeOptions,
  ): Promise<readonly CreateTopicResult[]> {
    return this.#serially(() => this.#createTopics(topics, options));
  }

  deleteTopics(
    topics: readonly TopicSelector[],
    { permits }: Pick<TopicChangeOptions, 'permits'> = {},
  ): Promise<readonly DeleteTopicResult[]> {
    return this.#serially(() => this.#deleteTopics(topics, permits));
  }

  createPartitions(
    topics: readonly NewPartitions[],
    options: TopicChangeOptions,
  ): Promise<readonly CreatePartitionsResult[]> {
    return this.#serially(() => this.#createPartitions(topics, options));
  }

  ensureTopic(name: string): Promise<TopicMetadata> {
    const pending = this.#ensuring.get(name);
    if (pending !== undefined) return pending;
    const existing = this.#options.catalog.metadata.topicsByName.get(name);
    if (existing !== undefined) return Promise.resolve(existing);
    const creating = this.#ensure(name).finally(() => this.#ensuring.delete(name));
    this.#ensuring.set(name, creating);
    return creating;
  }

  /** A deleted topic's logs must be gone before one of the same name gets new ones. */
  #serially<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #createTopics(
    topics: readonly NewTopic[],
    { validateOnly, permits }: TopicChangeOptions,
  ): Promise<readonly CreateTopicResult[]> {
    const { catalog, brokerConfig, random } = this.#options;
    const environment = {
      brokerConfig,
      brokers: this.#options.brokers(),
      newTopicId: () => random.topicId(),
      permits: validateOnly ? undefined : permits,
    };
    const results = await changeCatalog(catalog, (metadata) => {
      const plan = planTopicCreations(metadata, topics, environment);
      return { records: validateOnly ? [] : plan.records, result: plan.results };
    });
    if (validateOnly) return results;
    return Promise.all(results.map((result) => this.#createLogs(result)));
  }

  async #deleteTopics(
    topics: readonly TopicSelector[],
    permits?: MutationPermits,
  ): Promise<readonly DeleteTopicResult[]> {
    const allowed = this.#options.brokerConfig.get('delete.topic.enable');
    const { results, removed } = await changeCatalog(this.#options.catalog, (metadata) => {
      const plan = planTopicDeletions(metadata, topics, allowed, permits);
      return { records: plan.records, result: plan };
    });
    for (const topicId of removed) {
      try {
        await this.#topicLogs.delete(topicId);
      } catch (error) {
        // The topic is gone from the catalog; its files go at the next start.
        this.#options.logger.error({ topicId, error }, 'could not remove the logs of a topic');
      }
    }
    return results;
  }

  async #createPartitions(
    topics: readonly NewPartitions[],
    { validateOnly, permits }: TopicChangeOptions,
  ): Promise<readonly CreatePartitionsResult[]> {
    const brokers = this.#options.brokers();
    const results = await changeCatalog(this.#options.catalog, (metadata) => {
      const granting = validateOnly ? undefined : permits;
      const plan = planPartitionCreations(metadata, topics, brokers, granting);
      return { records: validateOnly ? [] : plan.records, result: plan.results };
    });
    if (validateOnly) return results;
    return Promise.all(
      results.map(async ({ name, error }) => {
        if (error !== undefined) return { name, error };
        const topic = this.#options.catalog.metadata.topicsByName.get(name);
        const failed = topic && (await this.#tryCreateLogs(topic));
        return failed === undefined ? { name } : { name, error: failed };
      }),
    );
  }

  async #ensure(name: string): Promise<TopicMetadata> {
    const topic = automaticTopic(name, this.#options.brokerConfig);
    const [result] = await this.createTopics([topic], { validateOnly: false });
    const made = this.#options.catalog.metadata.topicsByName.get(name);
    // Somebody else may have made it in between: that is as good.
    if (made !== undefined) return made;
    throw result?.error ?? new KafkaError('UNKNOWN_TOPIC_OR_PARTITION');
  }

  async #createLogs(result: CreateTopicResult): Promise<CreateTopicResult> {
    const topic =
      result.created && this.#options.catalog.metadata.topicsById.get(result.created.id);
    if (topic === undefined) return result;
    const error = await this.#tryCreateLogs(topic);
    if (error === undefined) return result;
    await this.#undoCreation(topic);
    return { name: result.name, error };
  }

  async #tryCreateLogs(topic: TopicMetadata): Promise<KafkaError | undefined> {
    try {
      await this.#topicLogs.create(topic);
      // Configs that changed meanwhile found no logs to change.
      const now = this.#options.catalog.metadata.topicsById.get(topic.id);
      if (now !== undefined) this.#topicLogs.configure(now);
      return undefined;
    } catch (error) {
      this.#options.logger.error(
        { topic: topic.name, error },
        'could not make the logs of a topic',
      );
      return new KafkaError('KAFKA_STORAGE_ERROR', 'the logs of the topic could not be made', {
        cause: error,
      });
    }
  }

  async #undoCreation({ id, name }: TopicMetadata): Promise<void> {
    try {
      await this.#deleteTopics([{ name: null, id }]);
    } catch (error) {
      this.#options.logger.error({ topic: name, error }, 'could not take a failed topic back');
    }
  }
}
