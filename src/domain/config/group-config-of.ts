import type { GroupConfig } from '../group/group-config.ts';
import type { BrokerConfig } from './broker-config.ts';

const MINUTE_MS = 60_000;

/** What the group coordinator must know, from the broker's configs (Kafka's GroupCoordinatorConfig). */
export function groupConfigOf(brokerConfig: BrokerConfig): Partial<GroupConfig> {
  return {
    initialRebalanceDelayMs: brokerConfig.get('group.initial.rebalance.delay.ms'),
    minSessionTimeoutMs: brokerConfig.get('group.min.session.timeout.ms'),
    maxSessionTimeoutMs: brokerConfig.get('group.max.session.timeout.ms'),
    maxSize: brokerConfig.get('group.max.size'),
    offsetMetadataMaxBytes: brokerConfig.get('offset.metadata.max.bytes'),
    offsetsRetentionMs: brokerConfig.get('offsets.retention.minutes') * MINUTE_MS,
    offsetsRetentionCheckIntervalMs: Number(
      brokerConfig.get('offsets.retention.check.interval.ms'),
    ),
  };
}
