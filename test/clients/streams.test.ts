import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { batchOf, produce } from '../fidelity/batches.ts';
import { type Answer, Scene } from '../fidelity/scene.ts';
import { type BrokerProcess, startBrokerProcess } from '../support/broker-process.ts';
import { kafkaTool, kafkaToolAvailable } from './run-client.ts';
import {
  type GroupProtocol,
  QUICK_STREAMS_GROUPS,
  StreamsApplication,
} from './streams/streams-application.ts';

const RECORDS = 3_000;
/** Of the store that `count` makes, as Kafka Streams names it. */
const STORE = 'counter-KSTREAM-AGGREGATE-STATE-STORE-0000000002';
const settings = QUICK_STREAMS_GROUPS;

type Counts = readonly (readonly [string, number])[];

/** So many counts as they were written, in the order of their partitions. */
async function counted(bootstrap: string, records: number): Promise<Counts> {
  const consumed = await kafkaTool('console-consumer', [
    ...['--bootstrap-server', bootstrap, '--topic', 'streams-target', '--from-beginning'],
    ...['--isolation-level', 'read_committed', '--property', 'print.key=true'],
    ...['--max-messages', String(records), '--timeout-ms', '60000'],
  ]);
  const lines = consumed.output.split('\n').filter((line) => line.startsWith('key-'));
  return lines.map((line) => {
    const [key = '', count] = line.split('\t');
    return [key, Number(count)] as const;
  });
}

/** How far the application has written, committed or not. */
async function writtenOffset(port: number): Promise<bigint> {
  const scene = new Scene(port);
  const partitions = [0, 1].map((partitionIndex) => ({ partitionIndex, timestamp: -1n }));
  const answer = await scene.quietly('ListOffsets', 7, {
    ...{ replicaId: -1, isolationLevel: 0, topics: [{ name: 'streams-target', partitions }] },
  });
  scene.close();
  const [one, other] = answer.topics[0].partitions;
  return one.offset + other.offset;
}

/** Every count of every key is there once: nothing was lost, and nothing counted twice. */
function expectExactlyOnce(counts: Counts, records: number): void {
  expect(counts).toHaveLength(records);
  const byKey = new Map<string, Set<number>>();
  for (const [key, count] of counts) byKey.set(key, (byKey.get(key) ?? new Set()).add(count));
  const last = [...byKey.values()].map((seen) => Math.max(...seen));
  expect(last.reduce((sum, count) => sum + count, 0)).toBe(records);
  expect([...byKey.values()].map(({ size }) => size)).toEqual(last);
}

/** Of the application's group; who reads the counts has one too. */
async function typeAndState(port: number): Promise<string> {
  const scene = new Scene(port);
  const listed = await scene.quietly('ListGroups', 5, { statesFilter: [], typesFilter: [] });
  scene.close();
  const group = listed.groups.find((each: Answer) => each.groupId === 'counter');
  const { groupType, groupState } = group;
  return `${groupType} ${groupState}`;
}

/** Partitions and clean-up of the application's internal topics. */
async function internalTopics(port: number): Promise<object> {
  const scene = new Scene(port);
  const names = [`${STORE}-changelog`, `${STORE}-repartition`];
  const metadata = await scene.quietly('Metadata', 12, {
    ...{ topics: names.map((name) => ({ topicId: 'AAAAAAAAAAAAAAAAAAAAAA', name })) },
    ...{ allowAutoTopicCreation: false, includeTopicAuthorizedOperations: false },
  });
  const configs = await scene.quietly('DescribeConfigs', 4, {
    resources: names.map((resourceName) => ({
      ...{ resourceType: 2, resourceName, configurationKeys: ['cleanup.policy'] },
    })),
    ...{ includeSynonyms: false, includeDocumentation: false },
  });
  scene.close();
  return names.map((_, index) => ({
    partitions: metadata.topics[index].partitions.length,
    cleanupPolicy: configs.results[index].configs[0]?.value,
  }));
}

test.skipIf(!kafkaToolAvailable()).each<GroupProtocol>(['classic', 'streams'])(
  'Kafka Streams, exactly once, protocol %s: instances and broker are killed, nothing is lost or doubled',
  { timeout: 300_000 },
  async (protocol) => {
    const folder = await mkdtemp(join(tmpdir(), 'kawadb-streams-'));
    let broker: BrokerProcess = await startBrokerProcess({ settings });
    const { dataDir, bootstrap } = broker;
    const port = Number(bootstrap.split(':').at(-1));
    const at = ['--bootstrap-server', bootstrap];
    const start = (state: string) =>
      StreamsApplication.start({
        ...{ bootstrap, applicationId: 'counter', source: 'streams-source' },
        ...{ target: 'streams-target', stateFolder: join(folder, state), protocol },
      });
    const feed = (from: number) => {
      const lines = Array.from({ length: RECORDS / 3 }, (_, n) => `value-${from + n}`);
      const input = `${lines.join('\n')}\n`;
      return kafkaTool('console-producer', [...at, '--topic', 'streams-source'], input);
    };
    const running: StreamsApplication[] = [];
    try {
      for (const topic of ['streams-source', 'streams-target']) {
        await kafkaTool('topics', [...at, '--create', '--topic', topic, '--partitions', '2']);
      }
      await feed(0);
      const first = start('first');
      running.push(first);
      await first.isRunning();
      expect(await typeAndState(port)).toMatch(protocol);
      expect(await internalTopics(port)).toEqual([
        { partitions: 2, cleanupPolicy: 'compact' },
        { partitions: 2, cleanupPolicy: 'delete' },
      ]);
      const second = start('second');
      running.push(second);
      await second.isRunning();
      const before = await writtenOffset(port);
      const feeding = feed(RECORDS / 3);
      while ((await writtenOffset(port)) === before) await sleep(20);
      await first.kill();
      await feeding;
      const third = start('first');
      running.push(third);
      await third.isRunning();
      await broker.stop('SIGKILL');
      broker = await startBrokerProcess({ dataDir, port, settings });
      await feed((2 * RECORDS) / 3);
      expectExactlyOnce(await counted(bootstrap, RECORDS), RECORDS);
    } finally {
      await Promise.all(running.map((each) => each.kill()));
      await broker[Symbol.asyncDispose]();
      await rm(dataDir, { recursive: true, force: true });
      await rm(folder, { recursive: true, force: true });
    }
  },
);

test.skipIf(!kafkaToolAvailable())(
  'Kafka Streams goes on where it was when it changes its protocol, and back',
  { timeout: 300_000 },
  async () => {
    const stateFolder = await mkdtemp(join(tmpdir(), 'kawadb-streams-'));
    await using broker = await startBrokerProcess({ settings });
    const { bootstrap } = broker;
    const port = Number(bootstrap.split(':').at(-1));
    const scene = new Scene(port);
    for (const topic of ['streams-source', 'streams-target']) await scene.create(topic);
    let application: StreamsApplication | undefined;
    try {
      for (const [round, protocol] of (['classic', 'streams', 'classic'] as const).entries()) {
        application = StreamsApplication.start({
          ...{ bootstrap, applicationId: 'counter', source: 'streams-source' },
          ...{ target: 'streams-target', stateFolder, protocol },
        });
        const values = Array.from({ length: 100 }, (_, n) => `value-${round * 100 + n}`);
        await scene.quietly('Produce', 9, produce('streams-source', batchOf(values)));
        await application.isRunning();
        const records = (round + 1) * 100;
        expectExactlyOnce(await counted(bootstrap, records), records);
        await application.kill();
        // Only a group without members changes to the other protocol.
        while ((await typeAndState(port)) !== `${protocol} Empty`) await sleep(100);
      }
    } finally {
      scene.close();
      await application?.kill();
      await rm(stateFolder, { recursive: true, force: true });
    }
  },
);
