import { fileURLToPath } from 'node:url';
import { Consumer, Producer, stringDeserializers, stringSerializers } from '@platformatic/kafka';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Peer } from '../fidelity/peer.ts';
import { type BrokerProcess, startBrokerProcess } from '../support/broker-process.ts';
import { available, KAFKA_TOOL, kafkaTool, kafkaToolAvailable, PYTHON } from './run-client.ts';
import { RunningClient } from './running-client.ts';

const PARTITIONS = 4;
const script = fileURLToPath(new URL('./python/confluent_group.py', import.meta.url));
const hasPython = available('confluent-kafka', PYTHON);

// biome-ignore lint/suspicious/noExplicitAny: answers of several APIs
type Answer = any;

const portOf = (bootstrap: string): number => Number(bootstrap.split(':')[1]);

/** Asks on a connection of its own, for brokers go and come back here. */
async function ask(bootstrap: string, api: string, version: number, request: object) {
  const peer = new Peer(portOf(bootstrap));
  try {
    return (await peer.ask(api, version, request, 'test')) as Answer;
  } finally {
    peer.close();
  }
}

async function createTopic(bootstrap: string, name: string): Promise<void> {
  const topic = { name, numPartitions: PARTITIONS, replicationFactor: 1 };
  const topics = [{ ...topic, assignments: [], configs: [] }];
  await ask(bootstrap, 'CreateTopics', 7, { topics, timeoutMs: 10_000 });
}

async function describeGroup(bootstrap: string, groupId: string): Promise<Answer> {
  const answer = await ask(bootstrap, 'ConsumerGroupDescribe', 1, { groupIds: [groupId] });
  return answer.groups[0];
}

async function listedType(bootstrap: string, groupId: string): Promise<string> {
  const { groups } = await ask(bootstrap, 'ListGroups', 5, { statesFilter: [], typesFilter: [] });
  return groups.find((group: Answer) => group.groupId === groupId)?.groupType;
}

const confluent = (bootstrap: string, group: string, topic: string, protocol = 'consumer') =>
  new RunningClient(PYTHON, [script, bootstrap, group, topic, protocol]);

const owns = (count: number) => (lines: readonly string[]) =>
  lines.filter((line) => line.startsWith('owns')).at(-1) === `owns ${count}`;

describe('consumer groups of the new protocol (KIP-848)', { timeout: 240_000 }, () => {
  let broker: BrokerProcess;
  beforeAll(async () => {
    broker = await startBrokerProcess();
  });
  afterAll(() => broker[Symbol.asyncDispose]());

  test.skipIf(!hasPython)(
    'confluent-kafka: shared, taken over, by regular expression',
    async () => {
      await createTopic(broker.bootstrap, 'shared');
      await using first = confluent(broker.bootstrap, 'shared-group', 'shared');
      await first.until('all partitions', owns(PARTITIONS));
      {
        await using second = confluent(broker.bootstrap, 'shared-group', '^shar.*');
        await second.until('half of them', owns(PARTITIONS / 2));
        await first.until('the other half', owns(PARTITIONS / 2));
        const group = await describeGroup(broker.bootstrap, 'shared-group');
        expect(group).toMatchObject({ errorCode: 0, assignorName: 'uniform' });
        expect(group.members).toHaveLength(2);
      }
      await first.until('all partitions again', owns(PARTITIONS));
    },
  );

  test.skipIf(!hasPython)('kill -9 of the broker: the group goes on where it was', async () => {
    let own = await startBrokerProcess();
    try {
      const port = portOf(own.bootstrap);
      await createTopic(own.bootstrap, 'killed');
      await using one = confluent(own.bootstrap, 'killed-group', 'killed');
      await using two = confluent(own.bootstrap, 'killed-group', 'killed');
      await one.until('a half', owns(PARTITIONS / 2));
      await two.until('a half', owns(PARTITIONS / 2));
      const before = await describeGroup(own.bootstrap, 'killed-group');
      await own.stop('SIGKILL');
      own = await startBrokerProcess({ port, dataDir: own.dataDir });
      let after = await describeGroup(own.bootstrap, 'killed-group');
      while (after.errorCode === 14) after = await describeGroup(own.bootstrap, 'killed-group');
      expect(after.members.map(whoHasWhat).toSorted()).toEqual(
        before.members.map(whoHasWhat).toSorted(),
      );
      expect(after.groupEpoch).toBe(before.groupEpoch);
      await using third = confluent(own.bootstrap, 'killed-group', 'killed');
      await third.until('its part', (lines) => lines.some((line) => /^owns [12]$/.test(line)));
    } finally {
      await own[Symbol.asyncDispose]();
    }
  });

  test('@platformatic/kafka', async () => {
    await createTopic(broker.bootstrap, 'platformatic');
    const consumer = new Consumer({
      ...{ clientId: 'p', bootstrapBrokers: [broker.bootstrap], groupId: 'platformatic-group' },
      ...{ groupProtocol: 'consumer', groupRemoteAssignor: 'range' },
      deserializers: stringDeserializers,
    });
    const stream = await consumer.consume({ topics: ['platformatic'], mode: 'earliest' });
    try {
      const group = await describeGroup(broker.bootstrap, 'platformatic-group');
      expect(group).toMatchObject({ groupState: 'Stable', assignorName: 'range' });
      expect(group.members[0].assignment.topicPartitions[0].partitions).toEqual([0, 1, 2, 3]);
    } finally {
      await stream.close();
      await consumer.close(true);
    }
  });

  describe.skipIf(!kafkaToolAvailable())("Kafka's Java consumer", () => {
    const consoleConsumer = (topic: string, group: string) =>
      new RunningClient(KAFKA_TOOL, [
        ...['console-consumer', '--bootstrap-server', broker.bootstrap, '--topic', topic],
        ...['--group', group, '--from-beginning'],
      ]);

    async function groups(...args: string[]): Promise<string> {
      const result = await kafkaTool('consumer-groups', [
        ...['--bootstrap-server', broker.bootstrap, ...args],
      ]);
      expect(result.code, `${result.output}${result.errors}`).toBe(0);
      return result.output;
    }

    async function produce(topic: string, values: readonly string[]): Promise<void> {
      const producer = new Producer({
        ...{ clientId: 'p', bootstrapBrokers: [broker.bootstrap] },
        serializers: stringSerializers,
      });
      await producer.send({ messages: values.map((value) => ({ topic, value })) });
      await producer.close();
    }

    test('reads, is described, and its offsets are reset', async () => {
      await createTopic(broker.bootstrap, 'java');
      await produce('java', ['one', 'two']);
      const consumed = await kafkaTool('console-consumer', [
        ...['--bootstrap-server', broker.bootstrap, '--topic', 'java', '--group', 'java-group'],
        ...['--consumer-property', 'group.protocol=consumer', '--from-beginning'],
        ...['--max-messages', '2', '--timeout-ms', '60000'],
      ]);
      expect(consumed.output).toContain('two');
      expect(await listedType(broker.bootstrap, 'java-group')).toBe('consumer');
      const offsets = ['--reset-offsets', '--group', 'java-group', '--topic', 'java'];
      const reset = await groups(...offsets, '--to-earliest', '--execute');
      expect(reset).toMatch(/java-group\s+java\s+\d\s+0/);
      expect(await groups('--describe', '--group', 'java-group', '--state')).toContain('Empty');
      await ask(broker.bootstrap, 'DeleteGroups', 2, { groupsNames: ['java-group'] });
      expect(await listedType(broker.bootstrap, 'java-group')).toBeUndefined();
    });

    test.skipIf(!hasPython)(
      'a classic one and one of the new protocol share a group, there and back',
      async () => {
        await createTopic(broker.bootstrap, 'migrated');
        await produce('migrated', ['before']);
        const classic = consoleConsumer('migrated', 'migrated-group');
        try {
          await classic.until('the first record', (lines) => lines.includes('before'));
          expect(await listedType(broker.bootstrap, 'migrated-group')).toBe('classic');
          {
            await using consumer = confluent(broker.bootstrap, 'migrated-group', 'migrated');
            await consumer.until('its half', owns(PARTITIONS / 2));
            const group = await describeGroup(broker.bootstrap, 'migrated-group');
            expect(group.members.map(({ memberType }: Answer) => memberType).toSorted()).toEqual([
              0, 1,
            ]);
          }
          while ((await listedType(broker.bootstrap, 'migrated-group')) !== 'classic') {
            await new Promise((resolve) => setTimeout(resolve, 100));
          }
          const lines = Array.from({ length: 40 }, (_, n) => `after-${n}`);
          await produce('migrated', lines);
          await classic.until('all records', (all) => lines.every((line) => all.includes(line)));
        } finally {
          classic.kill();
        }
      },
    );
  });
});

function whoHasWhat({ memberId, memberEpoch, assignment }: Answer): string {
  return JSON.stringify([memberId, memberEpoch, assignment]);
}
