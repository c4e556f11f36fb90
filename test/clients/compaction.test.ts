import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Consumer as PlatformaticConsumer, stringDeserializers } from '@platformatic/kafka';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BrokerProcess, startBrokerProcess } from '../support/broker-process.ts';
import { kafkaTool, kafkaToolAvailable } from './run-client.ts';

const TOPIC = 'compacted';
const KEYS = 20;
const ROUNDS = 60;
const PER_ROUND = 20;

/** A segment every few milliseconds, each compacted as soon as it is closed. */
const SETTINGS = {
  'log.roll.ms': '5',
  'log.cleaner.backoff.ms': '10',
  'log.cleaner.min.cleanable.ratio': '0',
  'log.cleaner.delete.retention.ms': '60000',
};

describe('clients of a topic that is being compacted', { timeout: 120_000 }, () => {
  let broker: BrokerProcess;
  let kafka: Kafka;
  /** The last value of each key. */
  const expected = new Map<string, string | null>();
  beforeAll(async () => {
    broker = await startBrokerProcess({ settings: SETTINGS });
    kafka = new Kafka({ brokers: [broker.bootstrap], logLevel: logLevel.NOTHING });
  });
  afterAll(() => broker[Symbol.asyncDispose]());

  async function produceAll(producer: Producer): Promise<void> {
    for (let round = 0; round < ROUNDS; round++) {
      const messages = Array.from({ length: PER_ROUND }, (_, n) => {
        const key = `key-${(round * 7 + n) % KEYS}`;
        const value = (round + n) % 11 === 0 ? null : `value-${round}-${n}`;
        expected.set(key, value);
        return { key, value };
      });
      await producer.send({ topic: TOPIC, messages });
    }
    // One that nothing follows, so that a reader knows when it has all.
    await producer.send({ topic: TOPIC, messages: [{ key: 'end', value: 'end' }] });
    expected.set('end', 'end');
  }

  async function segments(): Promise<readonly string[]> {
    const folder = join(broker.dataDir, `${TOPIC}-0`);
    const names = await readdir(folder);
    return names.filter((name) => name.endsWith('.log')).map((name) => join(folder, name));
  }

  async function compactedSegments(): Promise<number> {
    const names = await readdir(join(broker.dataDir, `${TOPIC}-0`));
    return names.filter((name) => name.endsWith('.compacted')).length;
  }

  function withoutTombstones(values: ReadonlyMap<string, string | null>) {
    return [...values].filter(([, value]) => value !== null).sort();
  }

  test('kafkajs reads all of it while it is written and compacted', async () => {
    const admin = kafka.admin();
    await admin.connect();
    const configEntries = [{ name: 'cleanup.policy', value: 'compact' }];
    await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: 1, configEntries }] });
    await admin.disconnect();
    const consumer = kafka.consumer({ groupId: 'live' });
    await consumer.connect();
    await consumer.subscribe({ topic: TOPIC, fromBeginning: true });
    const seen = new Map<string, string | null>();
    let last = -1;
    const ended = new Promise<void>((resolve) => {
      void consumer.run({
        eachMessage: async ({ message }) => {
          expect(Number(message.offset)).toBeGreaterThan(last);
          last = Number(message.offset);
          seen.set(message.key!.toString(), message.value?.toString() ?? null);
          if (message.key!.toString() === 'end') resolve();
        },
      });
    });
    const producer = kafka.producer({ idempotent: true });
    await producer.connect();
    await produceAll(producer);
    await ended;
    await consumer.disconnect();
    await producer.disconnect();
    expect(withoutTombstones(seen)).toEqual(withoutTombstones(expected));
    await expect.poll(compactedSegments, { timeout: 30_000 }).toBeGreaterThan(0);
  });

  test('@platformatic/kafka and kafkajs read what is left', async () => {
    const consumer = new PlatformaticConsumer({
      groupId: 'late',
      clientId: 'late',
      bootstrapBrokers: [broker.bootstrap],
      deserializers: stringDeserializers,
      autocreateTopics: false,
    });
    const stream = await consumer.consume({ topics: [TOPIC], mode: 'earliest', autocommit: false });
    const seen = new Map<string, string | null>();
    let count = 0;
    for await (const { key, value } of stream) {
      seen.set(key, value ?? null);
      count += 1;
      if (key === 'end') break;
    }
    await consumer.close(true);
    expect(withoutTombstones(seen)).toEqual(withoutTombstones(expected));
    expect(count).toBeLessThan(ROUNDS * PER_ROUND);
  });

  test.skipIf(!kafkaToolAvailable())("Kafka's console consumer and DumpLogSegments", async () => {
    const consumed = await kafkaTool('console-consumer', [
      ...['--bootstrap-server', broker.bootstrap, '--topic', TOPIC, '--from-beginning'],
      ...['--formatter-property', 'print.key=true', '--timeout-ms', '8000'],
      ...['--isolation-level', 'read_committed'],
    ]);
    const seen = new Map<string, string | null>();
    for (const line of consumed.output.trim().split('\n')) {
      const [key = '', value = ''] = line.split('\t');
      seen.set(key, value === 'null' ? null : value);
    }
    expect(withoutTombstones(seen)).toEqual(withoutTombstones(expected));
    const files = await segments();
    const dumped = await kafkaTool('dump-log', [
      ...['--deep-iteration', '--files', files.slice(0, 5).join(',')],
    ]);
    expect(dumped.code, dumped.errors).toBe(0);
    expect(dumped.output).toMatch(/isvalid: true/);
    expect(dumped.output).not.toMatch(/isvalid: false|Found \d+ invalid|mismatch/i);
    expect(dumped.output).toMatch(/deleteHorizonMs: OptionalLong\[\d+\]/);
  });
});
