import type { LogConfig } from '../log/log-config.ts';
import type { BrokerConfig } from './broker-config.ts';
import type { TopicConfigName, TopicConfigValue } from './config-table.ts';
import { topicConfig } from './topic-config.ts';

/** The longest array Java can make less some room. */
const NO_BOUND = 0x7fff_fff7;

/** What a partition's log must know, from its topic's configs over the broker's (Kafka's LogConfig). */
export function logConfigOf(
  brokerConfig: BrokerConfig,
  topicConfigs: ReadonlyMap<string, string>,
): LogConfig {
  const get = <Name extends TopicConfigName>(name: Name): TopicConfigValue<Name> =>
    topicConfig(name, topicConfigs, brokerConfig);
  const decompressed = get('max.decompressed.message.bytes');
  const cleanupPolicy = get('cleanup.policy') as LogConfig['cleanupPolicy'];
  const maxCompactionLagMs = get('max.compaction.lag.ms');
  const segmentMs = get('segment.ms');
  const compressionType = get('compression.type') as LogConfig['compressionType'];
  const levelOf = (): number | undefined => {
    if (compressionType === 'gzip') return get('compression.gzip.level');
    return compressionType === 'zstd' ? get('compression.zstd.level') : undefined;
  };
  return {
    // Kafka's default is no bound at all; then the log's own holds.
    ...(decompressed === NO_BOUND ? {} : { maxDecompressedMessageBytes: decompressed }),
    retentionMs: get('retention.ms'),
    retentionBytes: get('retention.bytes'),
    segmentBytes: get('segment.bytes'),
    // What is compacted is closed first (Kafka's LogConfig.maxSegmentMs).
    segmentMs: cleanupPolicy.includes('compact')
      ? Math.min(segmentMs, maxCompactionLagMs)
      : segmentMs,
    segmentJitterMs: get('segment.jitter.ms'),
    indexIntervalBytes: get('index.interval.bytes'),
    maxMessageBytes: get('max.message.bytes'),
    messageTimestampType: get('message.timestamp.type') as LogConfig['messageTimestampType'],
    messageTimestampBeforeMaxMs: get('message.timestamp.before.max.ms'),
    messageTimestampAfterMaxMs: get('message.timestamp.after.max.ms'),
    cleanupPolicy,
    deleteRetentionMs: get('delete.retention.ms'),
    minCleanableDirtyRatio: get('min.cleanable.dirty.ratio'),
    minCompactionLagMs: get('min.compaction.lag.ms'),
    maxCompactionLagMs,
    flushMessages: get('flush.messages'),
    flushMs: get('flush.ms'),
    compressionType,
    compressionLevel: levelOf(),
    minInSyncReplicas: get('min.insync.replicas'),
  };
}
