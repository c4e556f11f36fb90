import { expect, test } from 'vitest';
import { BrokerConfig } from '../../../src/domain/config/broker-config.ts';
import { validateGroupConfigs } from '../../../src/domain/config/group-config-limits.ts';
import { streamsGroupOptionsOf } from '../../../src/domain/config/streams-group-options-of.ts';
import { DEFAULT_STREAMS_GROUP_OPTIONS } from '../../../src/domain/group/group-config.ts';

const own = (configs: Readonly<Record<string, string>>) => new Map(Object.entries(configs));

test("what nobody sets is Kafka's default", () => {
  expect(streamsGroupOptionsOf(own({}), new BrokerConfig())).toEqual(DEFAULT_STREAMS_GROUP_OPTIONS);
});

test("a group's configs come before the broker's", () => {
  const broker = new BrokerConfig(
    own({
      'group.streams.num.standby.replicas': '2',
      'group.streams.session.timeout.ms': '50000',
      'group.streams.rack.aware.assignment.tags': 'zone',
    }),
  );
  expect(streamsGroupOptionsOf(own({}), broker)).toMatchObject({
    ...{ numStandbyReplicas: 2, sessionTimeoutMs: 50_000, rackAwareAssignmentTags: ['zone'] },
  });
  const configs = own({
    'streams.num.standby.replicas': '1',
    'streams.session.timeout.ms': '55000',
    'streams.heartbeat.interval.ms': '7000',
    'streams.assignment.interval.ms': '0',
    'streams.initial.rebalance.delay.ms': '10',
    'streams.task.offset.interval.ms': '20000',
    'streams.acceptable.recovery.lag': '9007199254740993',
    'streams.rack.aware.assignment.tags': 'zone, cluster',
    'streams.assignor.name': 'sticky',
  });
  expect(streamsGroupOptionsOf(configs, broker)).toEqual({
    ...{ sessionTimeoutMs: 55_000, heartbeatIntervalMs: 7_000, assignmentIntervalMs: 0 },
    ...{ initialRebalanceDelayMs: 10, taskOffsetIntervalMs: 20_000 },
    ...{ acceptableRecoveryLag: 9_007_199_254_740_993n, numStandbyReplicas: 1 },
    ...{ rackAwareAssignmentTags: ['zone', 'cluster'], assignorName: 'sticky' },
  });
});

test('what a group set before the broker allowed less is held within what it allows now', () => {
  const configs = own({
    'streams.num.standby.replicas': '9',
    'streams.task.offset.interval.ms': '10',
    'streams.session.timeout.ms': '10',
    'streams.assignor.name': 'gone',
  });
  expect(streamsGroupOptionsOf(configs, new BrokerConfig())).toMatchObject({
    ...{ numStandbyReplicas: 2, taskOffsetIntervalMs: 15_000, sessionTimeoutMs: 45_000 },
    assignorName: 'sticky',
  });
});

test.each([
  ['streams.num.standby.replicas', '3', 'group.streams.max.standby.replicas is 2'],
  ['streams.num.warmup.replicas', '21', 'group.streams.max.warmup.replicas is 20'],
  ['streams.task.offset.interval.ms', '14999', 'min.task.offset.interval.ms is 15000'],
  ['streams.heartbeat.interval.ms', '4999', 'group.streams.min.heartbeat.interval.ms is 5000'],
  ['streams.session.timeout.ms', '60001', 'group.streams.max.session.timeout.ms is 60000'],
  ['streams.assignment.interval.ms', '15001', 'max.assignment.interval.ms is 15000'],
  ['streams.assignor.name', 'mine', 'group.streams.assignors are sticky'],
  ['streams.rack.aware.assignment.tags', 'zone, zone', 'the same tag key twice'],
])('%s=%s is not for a group to set', (name, value, message) => {
  const validate = () => validateGroupConfigs(own({ [name]: value }), new BrokerConfig());
  expect(validate).toThrow(message);
});
