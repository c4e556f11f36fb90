import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BrokerConnection } from '../../src/adapters/kafka-client/broker-connection.ts';
import { ERROR_CODES } from '../../src/domain/error-code.ts';
import { ConsumerGroupDescribeApi } from '../../src/domain/protocol/messages/consumer-group-describe.ts';
import { ConsumerGroupHeartbeatApi } from '../../src/domain/protocol/messages/consumer-group-heartbeat.ts';
import { JoinGroupApi } from '../../src/domain/protocol/messages/join-group.ts';
import { ListGroupsApi } from '../../src/domain/protocol/messages/list-groups.ts';
import { ShareGroupHeartbeatApi } from '../../src/domain/protocol/messages/share-group-heartbeat.ts';
import { StreamsGroupDescribeApi } from '../../src/domain/protocol/messages/streams-group-describe.ts';
import { StreamsGroupHeartbeatApi } from '../../src/domain/protocol/messages/streams-group-heartbeat.ts';
import { CONNECTION_OPTIONS } from '../crash/crash-connection.ts';
import { createTopic } from '../crash/crash-requests.ts';
import { type BrokerProcess, startBrokerProcess } from '../support/broker-process.ts';

const MANY = 10_000;
const PEAK_MB = 400;
const SHARE_MEMBERS_MAX = 200;
const FULL = ERROR_CODES.GROUP_MAX_SIZE_REACHED.code;
const AT_ONCE = 100;

let broker: BrokerProcess;
let connection: BrokerConnection;
beforeAll(async () => {
  broker = await startBrokerProcess({
    storage: 'memory',
    settings: {
      'group.consumer.max.size': String(MANY),
      'group.streams.max.size': String(MANY),
      'group.streams.initial.rebalance.delay.ms': '0',
    },
  });
  const [host = '', port = ''] = broker.bootstrap.split(':');
  connection = await BrokerConnection.open({ host, port: Number(port) }, CONNECTION_OPTIONS);
  await createTopic(connection, 't');
});
afterAll(async () => {
  connection.close();
  await broker[Symbol.asyncDispose]();
});

test('10,000 members in one consumer group, and not one more', { timeout: 240_000 }, async () => {
  const join = () =>
    connection.send(ConsumerGroupHeartbeatApi, {
      ...{ groupId: 'crowd', memberId: randomUUID(), memberEpoch: 0 },
      ...{ rebalanceTimeoutMs: 300_000, subscribedTopicNames: ['t'], topicPartitions: [] },
    });
  const answers = await inTurns(MANY, join);
  expect(answers.filter(({ errorCode }) => errorCode !== 0)).toEqual([]);
  expect(await join()).toMatchObject({ errorCode: FULL, memberId: null });
  const { groups } = await connection.send(ConsumerGroupDescribeApi, {
    ...{ groupIds: ['crowd'], includeAuthorizedOperations: false },
  });
  expect(groups[0]?.members).toHaveLength(MANY);
  expect(peakMb()).toBeLessThan(PEAK_MB);
});

test('10,000 groups', { timeout: 240_000 }, async () => {
  const answers = await inTurns(MANY, (n) =>
    connection.send(
      JoinGroupApi,
      {
        ...{ groupId: `group-${n}`, memberId: '', protocolType: 'consumer' },
        ...{ sessionTimeoutMs: 300_000, rebalanceTimeoutMs: 300_000 },
        protocols: [{ name: 'range', metadata: new Uint8Array(100) }],
      },
      // Without a second request for the id of the member.
      { maxVersion: 3 },
    ),
  );
  expect(answers.filter(({ errorCode }) => errorCode !== 0)).toEqual([]);
  const { groups } = await connection.send(ListGroupsApi, {
    ...{ statesFilter: [], typesFilter: ['classic'] },
  });
  expect(groups).toHaveLength(MANY);
  expect(peakMb()).toBeLessThan(PEAK_MB);
});

test('as many members in a share group as Kafka takes', async () => {
  const join = () =>
    connection.send(ShareGroupHeartbeatApi, {
      ...{ groupId: 'shared', memberId: randomUUID(), memberEpoch: 0 },
      subscribedTopicNames: ['t'],
    });
  const answers = await inTurns(SHARE_MEMBERS_MAX, join);
  expect(answers.filter(({ errorCode }) => errorCode !== 0)).toEqual([]);
  expect(await join()).toMatchObject({ errorCode: FULL });
});

test('10,000 members in one streams group, and not one more', { timeout: 240_000 }, async () => {
  const subtopology = {
    ...{ subtopologyId: '0', sourceTopics: ['t'], sourceTopicRegex: [] },
    ...{ stateChangelogTopics: [], repartitionSinkTopics: [], repartitionSourceTopics: [] },
    copartitionGroups: [],
  };
  const join = () =>
    connection.send(StreamsGroupHeartbeatApi, {
      ...{ groupId: 'application', memberId: randomUUID(), memberEpoch: 0 },
      ...{ endpointInformationEpoch: 0, rebalanceTimeoutMs: 300_000, processId: randomUUID() },
      ...{ activeTasks: [], standbyTasks: [], warmupTasks: [] },
      topology: { epoch: 0, subtopologies: [subtopology] },
    });
  const answers = await inTurns(MANY, join);
  expect(answers.filter(({ errorCode }) => errorCode !== 0)).toEqual([]);
  expect(await join()).toMatchObject({ errorCode: FULL });
  const { groups } = await connection.send(StreamsGroupDescribeApi, {
    ...{ groupIds: ['application'], includeAuthorizedOperations: false },
  });
  expect(groups[0]?.members).toHaveLength(MANY);
  expect(peakMb()).toBeLessThan(PEAK_MB);
});

async function inTurns<T>(count: number, ask: (n: number) => Promise<T>): Promise<T[]> {
  const answers: T[] = [];
  while (answers.length < count) {
    const some = Math.min(AT_ONCE, count - answers.length);
    answers.push(
      ...(await Promise.all(Array.from({ length: some }, (_, n) => ask(answers.length + n)))),
    );
  }
  return answers;
}

function peakMb(): number {
  const status = readFileSync(`/proc/${broker.process.pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
}
