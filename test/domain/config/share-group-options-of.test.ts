import { expect, test } from 'vitest';
import { BrokerConfig } from '../../../src/domain/config/broker-config.ts';
import { validateGroupConfigs } from '../../../src/domain/config/group-config-limits.ts';
import {
  shareGroupOptionsOf,
  shareOffsetReset,
} from '../../../src/domain/config/share-group-options-of.ts';

const own = (configs: Readonly<Record<string, string>>) => new Map(Object.entries(configs));

test("a group's configs come before the broker's", () => {
  const broker = new BrokerConfig(own({ 'group.share.delivery.count.limit': '7' }));
  expect(shareGroupOptionsOf(own({}), broker)).toEqual({
    ...{ maxInFlightRecords: 2_000, maxDeliveryCount: 7, recordLockDurationMs: 30_000 },
    ...{ isRenewEnabled: true, isolation: 'read_uncommitted', offsetReset: { kind: 'latest' } },
    hasDeadLetterQueue: false,
    deadLetters: { topicName: '', copiesRecords: false },
  });
  const configs = own({
    'share.partition.max.record.locks': '300',
    'share.delivery.count.limit': '3',
    'share.record.lock.duration.ms': '15000',
    'share.renew.acknowledge.enable': 'false',
    'share.isolation.level': 'read_committed',
    'share.auto.offset.reset': 'earliest',
    'errors.deadletterqueue.topic.name': ' dlq.letters ',
    'errors.deadletterqueue.copy.record.enable': 'true',
  });
  expect(shareGroupOptionsOf(configs, broker)).toEqual({
    ...{ maxInFlightRecords: 300, maxDeliveryCount: 3, recordLockDurationMs: 15_000 },
    ...{ isRenewEnabled: false, isolation: 'read_committed', offsetReset: { kind: 'earliest' } },
    hasDeadLetterQueue: true,
    deadLetters: { topicName: 'dlq.letters', copiesRecords: true },
  });
});

test('what a group set before the broker allowed less is held within what it allows now', () => {
  const configs = own({
    'share.partition.max.record.locks': '9000',
    'share.delivery.count.limit': '20',
    'share.record.lock.duration.ms': '1000',
  });
  expect(shareGroupOptionsOf(configs, new BrokerConfig())).toMatchObject({
    ...{ maxInFlightRecords: 4_000, maxDeliveryCount: 10, recordLockDurationMs: 15_000 },
  });
});

test.each([
  ['share.record.lock.duration.ms', '14999', 'group.share.min.record.lock.duration.ms is 15000'],
  ['share.record.lock.duration.ms', '60001', 'group.share.max.record.lock.duration.ms is 60000'],
  ['share.delivery.count.limit', '11', 'group.share.max.delivery.count.limit is 10'],
  [
    'share.partition.max.record.locks',
    '4001',
    'group.share.max.partition.max.record.locks is 4000',
  ],
  ['share.heartbeat.interval.ms', '4999', 'group.share.min.heartbeat.interval.ms is 5000'],
])('%s=%s is more or less than the broker allows', (name, value, message) => {
  const validate = () => validateGroupConfigs(own({ [name]: value }), new BrokerConfig());
  expect(validate).toThrow(message);
});

test.each([
  ['earliest', { kind: 'earliest' }],
  ['LATEST', { kind: 'latest' }],
  ['by_duration:PT1H', { kind: 'by_duration', durationMs: 3_600_000 }],
  ['by_duration:P1DT2H3M4.5S', { kind: 'by_duration', durationMs: 93_784_500 }],
])('share.auto.offset.reset %s', (text, reset) => {
  expect(shareOffsetReset(text)).toEqual(reset);
});
