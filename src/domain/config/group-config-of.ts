import type {
  ConsumerGroupConfig,
  GroupConfig,
  GroupTimings,
  MigrationPolicy,
  ModernProtocol,
} from '../group/group-config.ts';
import type { BrokerConfig } from './broker-config.ts';
import type { ConfigKey } from './config-key.ts';
import { CONFIG_TABLE } from './config-table.ts';
import { resolveWithBroker } from './topic-config.ts';

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
    consumer: consumerGroupConfigOf(brokerConfig),
    share: {
      maxSize: brokerConfig.get('group.share.max.size'),
      initializeRetryIntervalMs: brokerConfig.get('group.share.initialize.retry.interval.ms'),
    },
    streams: { maxSize: brokerConfig.get('group.streams.max.size') },
  };
}

function consumerGroupConfigOf(brokerConfig: BrokerConfig): ConsumerGroupConfig {
  const policy = brokerConfig.get('group.consumer.migration.policy');
  return {
    maxSize: brokerConfig.get('group.consumer.max.size'),
    assignors: brokerConfig.get('group.consumer.assignors').map(assignorName),
    migrationPolicy: policy.toLowerCase() as MigrationPolicy,
    regexRefreshIntervalMs: brokerConfig.get('group.consumer.regex.refresh.interval.ms'),
  };
}

/** Kafka takes the names of its classes as well. */
function assignorName(name: string): string {
  return name.replace(/^org\.apache\.kafka\..*\.(Uniform|Range)Assignor$/, '$1').toLowerCase();
}

/**
 * What is set for one group: its own configs over the broker's, held within what the broker allows by now, which may be less
 * than when they were set (Kafka's `GroupConfig.evaluate`).
 */
export function groupTimingsOf(
  brokerConfig: BrokerConfig,
  own: ReadonlyMap<string, string>,
  protocol: ModernProtocol,
): GroupTimings {
  const amount = (timing: string): number => {
    const name = `${protocol}.${timing}`;
    const key = CONFIG_TABLE.group.get(name) as ConfigKey;
    const value = Number(resolveWithBroker(name, key, own, brokerConfig));
    if (!own.has(name)) return value;
    const min = Number(brokerConfig.text(`group.${protocol}.min.${timing}`));
    const max = Number(brokerConfig.text(`group.${protocol}.max.${timing}`));
    return Math.min(Math.max(value, min), max);
  };
  return {
    sessionTimeoutMs: amount('session.timeout.ms'),
    heartbeatIntervalMs: amount('heartbeat.interval.ms'),
    assignmentIntervalMs: amount('assignment.interval.ms'),
  };
}
