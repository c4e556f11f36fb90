import type { ShareGroupOptions, ShareOffsetReset } from '../share/share-group-options.ts';
import type { BrokerConfig } from './broker-config.ts';
import type { ConfigKey } from './config-key.ts';
import { CONFIG_TABLE } from './config-table.ts';
import { resolveWithBroker } from './topic-config.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const SECOND_MS = 1_000;

/**
 * A share group's configs in force: its own, held within what the broker allows by now, else the broker's (Kafka's
 * ShareGroupConfigProvider).
 */
export function shareGroupOptionsOf(
  own: ReadonlyMap<string, string>,
  brokerConfig: BrokerConfig,
): ShareGroupOptions {
  const text = (name: string) => {
    const key = CONFIG_TABLE.group.get(name) as ConfigKey;
    return resolveWithBroker(name, key, own, brokerConfig) ?? '';
  };
  const bounded = (name: string) => {
    const value = Number(text(`share.${name}`));
    if (!own.has(`share.${name}`)) return value;
    const min = Number(brokerConfig.text(`group.share.min.${name}`));
    const max = Number(brokerConfig.text(`group.share.max.${name}`));
    return Math.min(Math.max(value, min), max);
  };
  const topicName = text('errors.deadletterqueue.topic.name').trim();
  return {
    maxInFlightRecords: bounded('partition.max.record.locks'),
    maxDeliveryCount: bounded('delivery.count.limit'),
    recordLockDurationMs: bounded('record.lock.duration.ms'),
    isRenewEnabled: text('share.renew.acknowledge.enable') === 'true',
    isolation:
      text('share.isolation.level') === 'read_committed' ? 'read_committed' : 'read_uncommitted',
    offsetReset: shareOffsetReset(text('share.auto.offset.reset')),
    hasDeadLetterQueue: topicName !== '',
    deadLetters: {
      topicName,
      copiesRecords: text('errors.deadletterqueue.copy.record.enable') === 'true',
    },
  };
}

/** `earliest`, `latest`, or `by_duration:` and a duration as ISO 8601 writes it. */
export function shareOffsetReset(text: string): ShareOffsetReset {
  const lower = text.toLowerCase();
  if (lower === 'earliest') return { kind: 'earliest' };
  const match = /^by_duration:p(\d+d)?(?:t(\d+h)?(\d+m)?([\d.]+s)?)?$/.exec(lower);
  if (match === null) return { kind: 'latest' };
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match
    .slice(1)
    .map((part) => Number.parseFloat(part ?? '0'));
  const durationMs = days * DAY_MS + hours * HOUR_MS + minutes * MINUTE_MS + seconds * SECOND_MS;
  return { kind: 'by_duration', durationMs };
}
