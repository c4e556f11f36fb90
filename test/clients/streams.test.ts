import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Scene } from '../fidelity/scene.ts';
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

/** Counts as they were written, in the order of their partitions. */
async function counted(bootstrap: string): Promise<readonly (readonly [string, number])[]> {
  const consumed = await kafkaTool('console-consumer', [
    ...['--bootstrap-server', bootstrap, '--topic', 'streams-target', '--from-beginning'],
    ...['--isolation-level', 'read_committed', '--property', 'print.key=true'],
    ...['--max-messages', String(RECORDS), '--timeout-ms', '60000'],
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
function expectExactlyOnce(counts: readonly (readonly [string, number])[]): void {
  expect(counts).toHaveLength(RECORDS);
  const byKey = new Map<string, Set<number>>();
  for (const [key, count] of counts) byKey.set(key, (byKey.get(key) ?? new Set()).add(count));
  const last = [...byKey.values()].map((seen) => Math.max(...seen));
  expect(last.reduce((sum, count) => sum + count, 0)).toBe(RECORDS);
  expect([...byKey.values()].map(({ size }) => size)).toEqual(last);
}

async function groupType(port: number): Promise<string> {
  const scene = new Scene(port);
  const listed = await scene.quietly('ListGroups', 5, { statesFilter: [], typesFilter: [] });
  scene.close();
  return listed.groups[0].groupType;
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
      expect(await groupType(port)).toBe(protocol);
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
      expectExactlyOnce(await counted(bootstrap));
    } finally {
      await Promise.all(running.map((each) => each.kill()));
      await broker[Symbol.asyncDispose]();
      await rm(dataDir, { recursive: true, force: true });
      await rm(folder, { recursive: true, force: true });
    }
  },
);
