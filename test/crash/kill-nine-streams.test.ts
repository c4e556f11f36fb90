import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { kafkaTool, kafkaToolAvailable } from '../clients/run-client.ts';
import {
  QUICK_STREAMS_GROUPS,
  StreamsApplication,
} from '../clients/streams/streams-application.ts';
import { batchOf, produce } from '../fidelity/batches.ts';
import { type Answer, Scene } from '../fidelity/scene.ts';
import { type BrokerProcess, startBrokerProcess } from '../support/broker-process.ts';

const PARTITIONS = 6;
const ROUNDS = 5;
const RECORDS_A_ROUND = 300;
const settings = QUICK_STREAMS_GROUPS;

/** Feeds each partition, and waits until some of it was counted, so that what is killed then is at work. */
async function feed(port: number, round: number): Promise<void> {
  const scene = new Scene(port);
  const written = async (): Promise<bigint> => {
    const partitions = Array.from({ length: PARTITIONS }, (_, partitionIndex) => ({
      ...{ partitionIndex, timestamp: -1n },
    }));
    const answer: Answer = await scene.quietly('ListOffsets', 7, {
      ...{ replicaId: -1, isolationLevel: 0, topics: [{ name: 'streams-target', partitions }] },
    });
    const offsets: bigint[] = answer.topics[0].partitions.map(({ offset }: Answer) => offset);
    return offsets.reduce((sum, offset) => sum + offset, 0n);
  };
  const before = await written();
  const each = RECORDS_A_ROUND / PARTITIONS;
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const from = round * RECORDS_A_ROUND + partition * each;
    const values = Array.from({ length: each }, (_, n) => `value-${from + n}`);
    await scene.quietly('Produce', 9, produce('streams-source', batchOf(values), { partition }));
  }
  while ((await written()) === before) await sleep(20);
  scene.close();
}

test.skipIf(!kafkaToolAvailable())(
  'instances of Kafka Streams and their broker are killed by turns: every record is counted once',
  { timeout: 600_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kawadb-streams-'));
    let broker: BrokerProcess = await startBrokerProcess({ settings });
    const { bootstrap, dataDir } = broker;
    const port = Number(bootstrap.split(':').at(-1));
    const start = (place: number) =>
      StreamsApplication.start({
        ...{ bootstrap, applicationId: 'counter', source: 'streams-source' },
        ...{ target: 'streams-target', stateFolder: join(folder, `instance-${place}`) },
        ...{ protocol: 'streams', settings: { 'num.stream.threads': '2' } },
      });
    const scene = new Scene(port);
    for (const topic of ['streams-source', 'streams-target']) {
      await scene.create(topic, { partitions: PARTITIONS });
    }
    const configs = [{ name: 'streams.num.standby.replicas', configOperation: 0, value: '1' }];
    await scene.quietly('IncrementalAlterConfigs', 1, {
      resources: [{ resourceType: 32, resourceName: 'counter', configs }],
      validateOnly: false,
    });
    scene.close();
    const instances = [start(0), start(1), start(2)];
    try {
      for (let round = 0; round < ROUNDS; round++) {
        await feed(port, round);
        if (round % 2 === 0) {
          const place = round % instances.length;
          await instances[place]?.kill();
          instances[place] = start(place);
        } else {
          await broker.stop('SIGKILL');
          broker = await startBrokerProcess({ dataDir, port, settings });
        }
      }
      const records = ROUNDS * RECORDS_A_ROUND;
      const consumed = await kafkaTool('console-consumer', [
        ...['--bootstrap-server', bootstrap, '--topic', 'streams-target', '--from-beginning'],
        ...['--isolation-level', 'read_committed', '--property', 'print.key=true'],
        ...['--max-messages', String(records), '--timeout-ms', '60000'],
      ]);
      const counts = consumed.output.split('\n').filter((line) => line.startsWith('key-'));
      // A key is counted from 1 up to its last record without a gap, and no count is there twice.
      expect(counts).toHaveLength(records);
      expect(new Set(counts).size).toBe(records);
      const last = new Map<string, number>();
      for (const [key = '', count] of counts.map((line) => line.split('\t'))) {
        last.set(key, Math.max(last.get(key) ?? 0, Number(count)));
      }
      expect([...last.values()].reduce((sum, count) => sum + count, 0)).toBe(records);
    } finally {
      await Promise.all(instances.map((each) => each.kill()));
      await broker[Symbol.asyncDispose]();
      await rm(dataDir, { recursive: true, force: true });
      await rm(folder, { recursive: true, force: true });
    }
  },
);
