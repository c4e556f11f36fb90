import type { BrokerConfig } from '../../../domain/config/broker-config.ts';
import { configsOf } from '../../../domain/topic/cluster-metadata.ts';
import { changedKeys } from '../../../domain/topic/versioned-map.ts';
import type { Catalog, ClusterMetadata } from '../../../ports/catalog.ts';
import type { Logger } from '../../../ports/logger.ts';
import type { PartitionLogs } from '../topic/partition-logs.ts';
import { TopicLogs } from '../topic/topic-logs.ts';

export interface ConfigPropagationOptions {
  readonly catalog: Catalog;
  readonly brokerConfig: BrokerConfig;
  readonly logs: PartitionLogs;
  readonly nodeId: number;
  readonly logger: Logger;
}

/** Puts changed configs into force (Kafka's DynamicConfigPublisher): the broker's own and those of its logs. */
export class ConfigPropagation {
  readonly #options: ConfigPropagationOptions;
  readonly #topicLogs: TopicLogs;
  /** Names no table has are told once. */
  readonly #warned = new Set<string>();
  #stop: (() => void) | undefined;

  constructor(options: ConfigPropagationOptions) {
    this.#options = options;
    this.#topicLogs = new TopicLogs(options.logs, options.brokerConfig, options.logger);
  }

  /** Takes what the catalog holds and follows it. Once, after the catalog is open; logs that are open by then follow too. */
  start(): void {
    const { catalog } = this.#options;
    this.#updateBroker(catalog.metadata);
    for (const topic of catalog.metadata.topicsById.values()) this.#topicLogs.configure(topic);
    this.#stop = catalog.watch((now, before) => this.#follow(now, before));
  }

  stop(): void {
    this.#stop?.();
  }

  #follow(now: ClusterMetadata, before: ClusterMetadata): void {
    const node = String(this.#options.nodeId);
    const brokerChanged = ['', node].some(
      (name) => now.brokerConfigs.get(name) !== before.brokerConfigs.get(name),
    );
    if (brokerChanged) this.#updateBroker(now);
    const all = brokerChanged ? now.topicsById.keys() : undefined;
    for (const id of all ?? changedKeys(before.topicsById, now.topicsById)) {
      const topic = now.topicsById.get(id);
      const old = before.topicsById.get(id);
      if (topic === undefined || old === undefined) continue;
      if (brokerChanged || old.configs !== topic.configs) this.#topicLogs.configure(topic);
    }
  }

  #updateBroker(metadata: ClusterMetadata): void {
    const { brokerConfig, nodeId, logger } = this.#options;
    brokerConfig.updateDynamic({
      cluster: configsOf(metadata, 'broker', ''),
      broker: configsOf(metadata, 'broker', String(nodeId)),
    });
    for (const config of brokerConfig.unknownNames()) {
      if (this.#warned.has(config)) continue;
      this.#warned.add(config);
      logger.warn({ config }, 'a broker config was set that does not exist');
    }
  }
}
