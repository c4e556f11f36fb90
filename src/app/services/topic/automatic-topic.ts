import type { BrokerConfig } from '../../../domain/config/broker-config.ts';
import { internalTopicDefaults } from '../../../domain/topic/internal-topic-defaults.ts';
import { isInternalTopic } from '../../../domain/topic/internal-topics.ts';
import type { NewTopic } from '../../../ports/topic-admin.ts';

/** A topic nobody described: the broker's defaults, and Kafka's own for the coordinators' topics. */
export function automaticTopic(name: string, brokerConfig: BrokerConfig): NewTopic {
  if (!isInternalTopic(name)) {
    return { name, partitions: -1, replicationFactor: -1, assignments: [], configs: [] };
  }
  const { partitions, replicationFactor, configs } = internalTopicDefaults(name, brokerConfig);
  const named = [...configs].map(([config, value]) => ({ name: config, value }));
  return { name, partitions, replicationFactor, assignments: [], configs: named };
}
