import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { batchOf, produce } from '../fidelity/batches.ts';
import { Scene } from '../fidelity/scene.ts';
import { type BrokerProcess, startBrokerProcess } from '../support/broker-process.ts';
import { kafkaToolAvailable } from './run-client.ts';
import { QUICK_STREAMS_GROUPS, StreamsApplication } from './streams/streams-application.ts';

/** What an instance says that all of them have: of each its port, and partitions of active and of standby tasks. */
type Instances = readonly { port: string; active: readonly string[]; standby: readonly string[] }[];

function lastInstances(lines: readonly string[]): Instances {
  const line = lines.findLast((each) => each.startsWith('INSTANCES')) ?? '';
  return [...line.matchAll(/(\d+) active (\S*) standby (\S*)/g)].map((each) => {
    const [, port = '', active = '', standby = ''] = each;
    const partitions = (text: string) => text.split(',').filter((name) => name !== '');
    return { port, active: partitions(active), standby: partitions(standby) };
  });
}

describe.skipIf(!kafkaToolAvailable())('instances of Kafka Streams', { timeout: 240_000 }, () => {
  let broker: BrokerProcess;
  let folder: string;
  let scene: Scene;
  let running: StreamsApplication[];

  beforeEach(async () => {
    running = [];
    broker = await startBrokerProcess({ settings: QUICK_STREAMS_GROUPS });
    folder = await mkdtemp(join(tmpdir(), 'kawadb-streams-'));
    scene = new Scene(Number(broker.bootstrap.split(':').at(-1)));
    await scene.create('streams-source', { partitions: 2 });
    await scene.create('streams-target', { partitions: 2 });
  });

  afterEach(async () => {
    scene.close();
    await Promise.all(running.map((each) => each.kill()));
    await broker[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  function start(name: string, settings: Readonly<Record<string, string>>): StreamsApplication {
    const instance = StreamsApplication.start({
      ...{ bootstrap: broker.bootstrap, applicationId: 'counter', source: 'streams-source' },
      ...{ target: 'streams-target', stateFolder: join(folder, name), protocol: 'streams' },
      settings,
    });
    running.push(instance);
    return instance;
  }

  test('know of each other what each has; a standby task takes over', async () => {
    const configs = [{ name: 'streams.num.standby.replicas', configOperation: 0, value: '1' }];
    await scene.quietly('IncrementalAlterConfigs', 1, {
      resources: [{ resourceType: 32, resourceName: 'counter', configs }],
      validateOnly: false,
    });
    const first = start('first', { 'application.server': 'localhost:7001' });
    const second = start('second', { 'application.server': 'localhost:7002' });
    const repartition = (partitions: readonly string[]) =>
      partitions.filter((each) => each.startsWith('repartition'));
    const all = ['repartition0', 'repartition1', 'source0', 'source1'];
    for (const instance of [first, second]) {
      await instance.until((lines) => {
        const instances = lastInstances(lines);
        const active = instances.flatMap((each) => each.active).sort();
        // Tasks with a store have their copy in the other instance, which reads the same partitions.
        const hasCopies =
          instances.length === 2 &&
          instances.every(({ standby }, index) => {
            const other = instances[1 - index]?.active ?? [];
            return standby.join() === repartition(other).join();
          });
        return hasCopies && active.join() === all.join();
      });
    }
    await first.kill();
    await second.until((lines) => {
      const [only, other] = lastInstances(lines);
      return other === undefined && only?.port === '7002' && only.active.join() === all.join();
    });
  });

  test('end all when one that fails asks for it', async () => {
    const [first, second] = [start('first', { poisoned: 'true' }), start('second', {})];
    await Promise.all([first.isRunning(), second.isRunning()]);
    for (const partition of [0, 1]) {
      const poison = produce('streams-source', batchOf(['poison']), { partition });
      await scene.quietly('Produce', 9, poison);
    }
    for (const instance of [first, second]) {
      await instance.until((lines) => lines.includes('PENDING_ERROR'));
    }
    expect(broker.process.exitCode).toBeNull();
  });

  test('are told of an internal topic that has other partitions than it must', async () => {
    const changelog = 'counter-KSTREAM-AGGREGATE-STATE-STORE-0000000002-changelog';
    await scene.create(changelog, { partitions: 3 });
    const message = `Existing topic ${changelog} has different number of partitions: expected 2, found 3`;
    await start('first', {}).until((lines) => lines.some((line) => line.includes(message)));
  });
});
