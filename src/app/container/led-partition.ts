import type { BrokerConfig } from '../../domain/config/broker-config.ts';
import { logConfigOf } from '../../domain/config/log-config-of.ts';
import type { TopicId } from '../../domain/topic-partition.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { LedPartition } from '../services/log/log-manager.ts';

/** What the catalog says of a partition, if this broker leads it. */
export function ledPartition(
  catalog: Pick<Catalog, 'metadata'>,
  config: BrokerConfig,
  nodeId: number,
  topicId: TopicId,
  partition: number,
): LedPartition | undefined {
  const topic = catalog.metadata.topicsById.get(topicId);
  const led = topic?.partitions[partition];
  if (topic === undefined || led?.leader !== nodeId) return undefined;
  return {
    id: { topicId, topic: topic.name, partition },
    config: logConfigOf(config, topic.configs),
    leaderEpoch: led.leaderEpoch,
  };
}
