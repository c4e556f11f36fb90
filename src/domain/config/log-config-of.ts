import type { LogConfig } from '../log/log-config.ts';
import type { BrokerConfig } from './broker-config.ts';
import type { TopicConfigName, TopicConfigValue } from './config-table.ts';
import { topicConfig } from './topic-config.ts';

/** What a partition's log must know, from its topic's configs over the broker's (Kafka's LogConfig). */
export function logConfigOf(
  brokerConfig: BrokerConfig,
  topicConfigs: ReadonlyMap<string, string>,
): LogConfig {
  const get = <Name extends TopicConfigName>(name: Name): TopicConfigValue<Name> =>
    topicConfig(name, topicConfigs, brokerConfig);
  return {
    retentionMs: get('retention.ms'),
    retentionBytes: get('retention.bytes'),
    segmentBytes: get('segment.bytes'),
    segmentMs: get('segment.ms'),
    indexIntervalBytes: get('index.interval.bytes'),
    maxMessageBytes: get('max.message.bytes'),
    messageTimestampType: get('message.timestamp.type') as LogConfig['messageTimestampType'],
    messageTimestampBeforeMaxMs: get('message.timestamp.before.max.ms'),
    messageTimestampAfterMaxMs: get('message.timestamp.after.max.ms'),
    cleanupPolicy: get('cleanup.policy') as LogConfig['cleanupPolicy'],
    flushMessages: get('flush.messages'),
    flushMs: get('flush.ms'),
    compressionType: get('compression.type') as LogConfig['compressionType'],
    minInSyncReplicas: get('min.insync.replicas'),
  };
}
