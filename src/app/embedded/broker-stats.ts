import type { RunningBroker } from '../running-broker.ts';
import type { FoundTopic } from './embedded-topics.ts';

export interface BrokerStats {
  /** Open client connections. */
  readonly activeConnections: number;
  /** Without the broker's own topics, as the other counts. */
  readonly totalTopics: number;
  readonly totalPartitions: number;
  /** Offsets that can be read; control records and compacted ones are counted with them. */
  readonly totalMessages: bigint;
  readonly totalBytes: number;
  readonly uptimeMs: number;
}

export interface PartitionStats {
  readonly partition: number;
  readonly logStartOffset: bigint;
  readonly highWatermark: bigint;
  readonly sizeBytes: number;
}

export interface TopicStats {
  readonly name: string;
  readonly totalMessages: bigint;
  readonly totalBytes: number;
  readonly partitions: readonly PartitionStats[];
}

export function brokerStats(broker: RunningBroker): BrokerStats {
  const { catalog, clock } = broker.services;
  let totalTopics = 0;
  let totalPartitions = 0;
  let totalMessages = 0n;
  let totalBytes = 0;
  for (const topic of catalog.metadata.topicsByName.values()) {
    if (topic.internal) continue;
    const stats = topicStats(broker, topic);
    totalTopics += 1;
    totalPartitions += stats.partitions.length;
    totalMessages += stats.totalMessages;
    totalBytes += stats.totalBytes;
  }
  return {
    activeConnections: broker.connectionCount(),
    ...{ totalTopics, totalPartitions, totalMessages, totalBytes },
    uptimeMs: clock.nowMs() - broker.startedAtMs,
  };
}

export function topicStats({ services }: RunningBroker, topic: FoundTopic): TopicStats {
  const partitions: PartitionStats[] = [];
  let totalMessages = 0n;
  let totalBytes = 0;
  for (const { partition } of topic.partitions) {
    const log = services.partitions.log(topic, partition);
    if (typeof log === 'string') continue;
    const { logStartOffset, highWatermark, sizeBytes } = log;
    partitions.push({ partition, logStartOffset, highWatermark, sizeBytes });
    totalMessages += highWatermark - logStartOffset;
    totalBytes += sizeBytes;
  }
  return { name: topic.name, totalMessages, totalBytes, partitions };
}
