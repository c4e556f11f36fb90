import type { BrokerConfig } from '../../../domain/config/broker-config.ts';
import { logConfigOf } from '../../../domain/config/log-config-of.ts';
import type { LogConfig } from '../../../domain/log/log-config.ts';
import { isClusterMetadataLog } from '../../../domain/topic/cluster-metadata.ts';
import type { TopicId } from '../../../domain/topic-partition.ts';
import type { ClusterMetadata, TopicMetadata } from '../../../ports/catalog.ts';
import type { Logger } from '../../../ports/logger.ts';
import { inParallel } from '../in-parallel.ts';
import type { PartitionLogs } from './partition-logs.ts';

/** Logs made at once: each costs the engine files and syncs. */
const CREATE_PARALLEL = 32;

/** Keeps the partitions' logs as the catalog says: there for each partition of a topic, gone with it. */
export class TopicLogs {
  readonly #logs: PartitionLogs;
  readonly #brokerConfig: BrokerConfig;
  readonly #logger: Logger;

  constructor(logs: PartitionLogs, brokerConfig: BrokerConfig, logger: Logger) {
    this.#logs = logs;
    this.#brokerConfig = brokerConfig;
    this.#logger = logger;
  }

  /** Makes the logs a topic misses, and leads them. */
  async create(topic: TopicMetadata): Promise<void> {
    if (this.#logs.makesOnDemand) return;
    const missing = topic.partitions.filter(
      ({ partition }) => this.#logs.existing(topic.id, partition) === undefined,
    );
    const config = logConfigOf(this.#brokerConfig, topic.configs);
    await inParallel(missing, CREATE_PARALLEL, async ({ partition, leaderEpoch }) => {
      const id = { topicId: topic.id, topic: topic.name, partition };
      const log = await this.#logs.create(id, config);
      log.becomeLeader(leaderEpoch);
    });
  }

  delete(topicId: TopicId): Promise<void> {
    return this.#logs.deleteTopic(topicId);
  }

  configure(topic: TopicMetadata): void {
    let config: LogConfig | undefined;
    for (const { partition } of topic.partitions) {
      const log = this.#logs.existing(topic.id, partition);
      if (log === undefined) continue;
      config ??= logConfigOf(this.#brokerConfig, topic.configs);
      log.updateConfig(config);
    }
  }

  /**
   * After a stop between a change of the catalog and that of the logs: the catalog is right. Logs of removed topics go,
   * missing ones are made, and all have their topic's configs and leader epochs.
   */
  async reconcile(metadata: ClusterMetadata, removed: ReadonlySet<TopicId>): Promise<void> {
    const orphans = new Map<TopicId, string>();
    for (const { id } of this.#logs.logs()) {
      if (isClusterMetadataLog(id) || metadata.topicsById.has(id.topicId)) continue;
      orphans.set(id.topicId, id.topic);
    }
    for (const [topicId, topic] of orphans) {
      // Data nobody deleted are never removed, whatever became of the metadata (Kafka sets stray logs aside).
      if (!removed.has(topicId)) {
        this.#logger.warn({ topic, topicId }, 'logs of a topic nobody knows are left alone');
        continue;
      }
      this.#logger.info({ topic, topicId }, 'removing the logs of a deleted topic');
      await this.delete(topicId);
    }
    for (const topic of metadata.topicsById.values()) {
      this.configure(topic);
      this.#lead(topic);
      await this.create(topic);
    }
  }

  #lead(topic: TopicMetadata): void {
    for (const { partition, leaderEpoch } of topic.partitions) {
      this.#logs.existing(topic.id, partition)?.becomeLeader(leaderEpoch);
    }
  }
}
