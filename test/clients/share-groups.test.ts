import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { batchOf, produce } from '../fidelity/batches.ts';
import { Scene } from '../fidelity/scene.ts';
import { type BrokerProcess, startBrokerProcess } from '../support/broker-process.ts';
import { kafkaTool, kafkaToolAvailable } from './run-client.ts';

const COMMON = fileURLToPath(new URL('../../../shared/peers/kafka/common.sh', import.meta.url));
const SOURCE = fileURLToPath(new URL('./share/ShareReader.java', import.meta.url));
const BATCH = 200;
// Members hear of their partitions soon, and what a dead one held is soon free.
const settings = {
  'group.share.min.heartbeat.interval.ms': '500',
  'group.share.heartbeat.interval.ms': '500',
  'group.share.assignment.interval.ms': '0',
  'group.share.min.record.lock.duration.ms': '1000',
  'group.share.record.lock.duration.ms': '3000',
};

/** Where Maven has put Kafka's jars, as its tools find them. */
function classPath(): string {
  const script = `here=$(dirname "$0"); . "$0" >&2; class_path tools`;
  return spawnSync('bash', ['-c', script, COMMON], { encoding: 'utf8' }).stdout.trim();
}

interface Delivery {
  readonly value: string;
  readonly atMs: number;
  readonly count: number;
}

/** A member of a group in a process of its own. */
class Reader {
  readonly got: Delivery[] = [];
  readonly done = new Map<string, number>();
  readonly #process: ChildProcess;

  constructor(...args: readonly string[]) {
    this.#process = spawn('java', ['-Xmx200m', '-cp', classPath(), SOURCE, ...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let rest = '';
    this.#process.stdout?.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#note(line);
    });
  }

  #note(line: string): void {
    const [event, value = '', atMs, count] = line.split(' ');
    if (event === 'got') this.got.push({ value, atMs: Number(atMs), count: Number(count) });
    else if (event === 'done') this.done.set(value, Number(atMs));
  }

  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill('SIGKILL');
    await once(this.#process, 'exit');
  }
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let left = 1_200; left > 0; left--) {
    if (await holds()) return;
    await sleep(100);
  }
  throw new Error(`waited in vain: ${what}`);
}

describe.skipIf(!kafkaToolAvailable())("Kafka's share consumers", { timeout: 300_000 }, () => {
  let broker: BrokerProcess;
  let at: readonly string[];
  beforeAll(async () => {
    broker = await startBrokerProcess({ settings });
    at = ['--bootstrap-server', broker.bootstrap];
  });
  afterAll(() => broker[Symbol.asyncDispose]());

  async function tool(name: string, args: readonly string[], input = ''): Promise<string> {
    const result = await kafkaTool(name, [...at, ...args], input);
    expect(result.code, `${name}: ${result.output}${result.errors}`).toBe(0);
    return result.output;
  }

  const portOf = ({ bootstrap }: BrokerProcess) => Number(bootstrap.split(':').at(-1));

  async function prepare(
    topic: string,
    group: string,
    more: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const scene = new Scene(portOf(broker));
    await scene.create(topic);
    const named = { 'share.auto.offset.reset': 'earliest', ...more };
    const configs = Object.entries(named).map(([name, value]) => ({
      ...{ name, value, configOperation: 0 },
    }));
    await scene.quietly('IncrementalAlterConfigs', 1, {
      resources: [{ resourceType: 32, resourceName: group, configs }],
      validateOnly: false,
    });
    scene.close();
  }

  /** How many records the group is not done with. */
  async function lag(topicName: string, groupId: string): Promise<bigint> {
    const scene = new Scene(portOf(broker));
    const topics = [{ topicName, partitions: [0] }];
    const request = { groups: [{ groupId, topics }] };
    const answer = await scene.quietly('DescribeShareGroupOffsets', 1, request);
    scene.close();
    return answer.groups[0].topics[0].partitions[0].lag;
  }

  /** Produces `count` records in small batches. */
  async function feed(topic: string, name: string, count: number): Promise<void> {
    const scene = new Scene(portOf(broker));
    for (let from = 0; from < count; from += 5) {
      const values = Array.from({ length: 5 }, (_, n) => `${name}-${from + n}`);
      await scene.quietly('Produce', 9, produce(topic, batchOf(values)));
    }
    scene.close();
  }

  test('the console consumer and kafka-share-groups', async () => {
    await prepare('shared', 'console');
    const lines = Array.from({ length: 30 }, (_, n) => `line-${n}`);
    await feed('shared', 'line', 30);
    const consumed = await tool('console-share-consumer', [
      ...['--topic', 'shared', '--group', 'console'],
      ...['--max-messages', '30', '--timeout-ms', '60000'],
    ]);
    expect(consumed.trim().split('\n').sort()).toEqual([...lines].sort());
    const group = ['--group', 'console'];
    expect(await tool('share-groups', ['--list', '--state'])).toMatch(/console +Empty/);
    expect(await tool('share-groups', ['--describe', ...group])).toMatch(/shared +0 +\d+ +0\n/);
    const reset = ['--reset-offsets', '--to-earliest', '--execute', '--topic', 'shared:0'];
    expect(await tool('share-groups', [...reset, ...group])).toMatch(/shared +0 +0/);
    expect(await tool('share-groups', ['--describe', ...group])).toMatch(/shared +0 +0 +30\n/);
    await tool('share-groups', ['--delete-offsets', '--topic', 'shared', ...group]);
    expect(await tool('share-groups', ['--delete', ...group])).toContain('successful');
  });

  test('what a consumer rejects is in the queue of dead letters', async () => {
    await prepare('orders', 'packers', {
      'errors.deadletterqueue.topic.name': 'dlq.orders',
      'errors.deadletterqueue.copy.record.enable': 'true',
    });
    const scene = new Scene(portOf(broker));
    const configs = { 'errors.deadletterqueue.group.enable': 'true' };
    await scene.create('dlq.orders', { configs });
    scene.close();
    await feed('orders', 'order', 10);
    await tool('console-share-consumer', [
      ...['--topic', 'orders', '--group', 'packers', '--reject'],
      ...['--max-messages', '10', '--timeout-ms', '60000'],
    ]);
    await until('all of it', async () => (await lag('orders', 'packers')) === 0n);
    const letters = await tool('console-consumer', [
      ...['--topic', 'dlq.orders', '--from-beginning', '--max-messages', '10'],
      ...['--timeout-ms', '60000', '--formatter-property', 'print.headers=true'],
    ]);
    const lines = letters.trim().split('\n');
    expect(lines.map((line) => line.split('\t').at(-1)).sort()).toEqual(
      Array.from({ length: 10 }, (_, n) => `order-${n}`).sort(),
    );
    expect(lines[0]).toMatch(/^__dlq.errors.topic:orders,__dlq.errors.partition:0,.*rejected/);
  });

  test('two members of one partition, over kill -9 of one of them and of the broker', async () => {
    await prepare('work', 'workers');
    const reader = () => new Reader(broker.bootstrap, 'workers', 'work');
    const readers = [reader(), reader()];
    const [first] = readers as [Reader, Reader];
    const done = () => new Set(readers.flatMap((each) => [...each.done.keys()]));
    let fed = 0;
    try {
      const feedMore = async () => {
        await feed('work', `value-${fed}`, BATCH);
        fed += 1;
      };
      // Each takes some at a time, so both get some sooner or later.
      while (readers.some(({ got }) => got.length === 0)) {
        await feedMore();
        expect(fed).toBeLessThan(100);
        await until('all so far', () => done().size === fed * BATCH);
      }
      await feedMore();
      await until('some more', () => done().size > (fed - 1) * BATCH);
      await first.kill();
      await feedMore();
      await until('some of the last', () => done().size > (fed - 1) * BATCH);
      await broker.stop('SIGKILL');
      const { dataDir } = broker;
      broker = await startBrokerProcess({ dataDir, port: portOf(broker), settings });
      readers.push(reader());
      await feedMore();
      // What is acknowledged while the broker dies may be stored without an answer.
      await until('all of it', async () => (await lag('work', 'workers')) === 0n);
    } finally {
      await Promise.all(readers.map((each) => each.kill()));
    }
    const deliveries = readers.flatMap(({ got }) => got);
    expect(new Set(deliveries.map(({ value }) => value)).size).toBe(fed * BATCH);
    expect(deliveries.some(({ count }) => count === 2)).toBe(true);
    const late = readers.flatMap((each) =>
      [...each.done].flatMap(([value, doneAtMs]) =>
        deliveries.filter((one) => one.value === value && one.atMs > doneAtMs),
      ),
    );
    expect(late).toEqual([]);
  });
});
