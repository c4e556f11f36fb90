import { expect, test } from 'vitest';
import { checkStreamsHeartbeat } from '../../../../src/domain/group/streams/check-streams-heartbeat.ts';
import type { StreamsHeartbeatCommand } from '../../../../src/domain/group/streams/streams-messages.ts';
import { configureTopology } from '../../../../src/domain/group/streams/topology/configure-topology.ts';
import { imageOf } from '../modern/topics.ts';
import { internal, joining, READS_T, subtopology, task } from './streams-harness.ts';

const command = (change: Partial<StreamsHeartbeatCommand>): StreamsHeartbeatCommand => ({
  ...{ groupId: 'g', memberId: 'm', memberEpoch: 0, endpointInformationEpoch: 0 },
  ...{ instanceId: null, rackId: null, clientId: 'c', clientHost: '/127.0.0.1' },
  ...{ userEndpoint: null, clientTags: null, taskOffsets: null, taskEndOffsets: null },
  ...{ shutdownApplication: false, knowsMissingClientTags: true },
  ...joining('m'),
  ...change,
});
const later = { memberEpoch: 1, topology: null };

test('who joins, stays and leaves as it should is let through', () => {
  const away = { ...later, memberEpoch: -2, instanceId: 'i' };
  for (const change of [{}, later, away, { ...later, memberEpoch: -1 }]) {
    expect(() => checkStreamsHeartbeat(command(change))).not.toThrow();
  }
});

test.each([
  [{ memberId: '' }, "MemberId can't be empty."],
  [{ groupId: '' }, "GroupId can't be empty."],
  [{ instanceId: '' }, "InstanceId can't be empty."],
  [{ rackId: '' }, "RackId can't be empty."],
  [{ rebalanceTimeoutMs: -1 }, 'RebalanceTimeoutMs must be provided in first request.'],
  [{ activeTasks: [task('0', 0)] }, 'ActiveTasks must be empty when (re-)joining.'],
  [{ standbyTasks: [task('0', 0)] }, 'StandbyTasks must be empty when (re-)joining.'],
  [{ warmupTasks: [task('0', 0)] }, 'WarmupTasks must be empty when (re-)joining.'],
  [{ topology: null }, 'Topology must be non-null when (re-)joining.'],
  [{ ...later, memberEpoch: -2 }, "InstanceId can't be null."],
  [{ ...later, memberEpoch: -3 }, 'MemberEpoch is -3, but must be greater than or equal to -2.'],
  [{ ...later, standbyTasks: null }, 'If one task-type is non-null, all must be non-null.'],
  [{ ...later, topology: READS_T }, 'Topology can only be provided when (re-)joining.'],
] satisfies [Partial<StreamsHeartbeatCommand>, string][])('%j is refused', (change, message) => {
  expect(() => checkStreamsHeartbeat(command(change))).toThrow(
    expect.objectContaining({ errorName: 'INVALID_REQUEST', message }),
  );
});

test('a topology larger than any application is refused before it is looked at', () => {
  const sinks = (count: number) => Array.from({ length: count }, (_, i) => `s${i}`);
  const of = (count: number) => ({
    epoch: 0,
    subtopologies: [subtopology('0', { sourceTopics: ['t'], repartitionSinkTopics: sinks(count) })],
  });
  expect(() => checkStreamsHeartbeat(command({ topology: of(4_998) }))).not.toThrow();
  expect(() => checkStreamsHeartbeat(command({ topology: of(4_999) }))).toThrow(
    expect.objectContaining({ errorName: 'STREAMS_INVALID_TOPOLOGY' }),
  );
  const many = Array.from({ length: 5_001 }, (_, i) => subtopology(`${i}`));
  expect(() =>
    checkStreamsHeartbeat(command({ topology: { epoch: 0, subtopologies: many } })),
  ).toThrow('A topology may have 5000');
});

test('one as large as can be is taken, in the order that takes longest', () => {
  const length = 1_660;
  const chain = Array.from({ length }, (_, i) =>
    subtopology(`${i}`, {
      sourceTopics: i === 0 ? ['t'] : [],
      repartitionSourceTopics: i === 0 ? [] : [internal(`r${i}`)],
      repartitionSinkTopics: i === length - 1 ? [] : [`r${i + 1}`],
    }),
  ).reverse();
  const topology = { epoch: 0, subtopologies: chain };
  expect(() => checkStreamsHeartbeat(command({ topology }))).not.toThrow();
  const { problem, internalTopicsToCreate } = configureTopology(topology, imageOf({ t: 3 }));
  expect(problem?.status).toBe('MISSING_INTERNAL_TOPICS');
  expect(internalTopicsToCreate).toHaveLength(length - 1);
});
