import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { expect, test } from 'vitest';
import { startBrokerProcess } from '../../support/broker-process.ts';
import { cli } from '../cli/cli-run.ts';
import { temporaryFolder } from './filled-broker.ts';

const TOPIC = 'copied';

function producerOf(kafka: Kafka) {
  return kafka.producer({ transactionalId: 'copier', idempotent: true, maxInFlightRequests: 1 });
}

/** One transaction that is committed, one that is aborted, one that nobody ends. */
async function leaveTransactions(dataDir: string, storage: string): Promise<void> {
  await using broker = await startBrokerProcess({ dataDir, storage });
  const kafka = new Kafka({ brokers: [broker.bootstrap], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: 1 }] });
  await admin.disconnect();
  const producer = producerOf(kafka);
  await producer.connect();
  for (const end of ['commit', 'abort', undefined] as const) {
    const transaction = await producer.transaction();
    await transaction.send({ topic: TOPIC, messages: [{ value: end ?? 'open' }] });
    if (end !== undefined) await transaction[end]();
  }
  await broker.stop('SIGKILL');
  await producer.disconnect();
}

/** What a consumer of committed records reads up to `last`. */
async function committedValues(kafka: Kafka, last: string): Promise<string[]> {
  const consumer = kafka.consumer({ groupId: 'reader' });
  await consumer.connect();
  await consumer.subscribe({ topic: TOPIC, fromBeginning: true });
  const values: string[] = [];
  await new Promise<void>((resolve, reject) => {
    consumer.on('consumer.crash', ({ payload }) => reject(payload.error));
    void consumer.run({
      eachMessage: async ({ message }) => {
        values.push(String(message.value));
        if (values.at(-1) === last) resolve();
      },
    });
  });
  await consumer.disconnect();
  return values;
}

test.each([
  ['segment', 'rocksdb'],
  ['rocksdb', 'leveldb'],
  ['leveldb', 'segment'],
])(
  'a copy from %s to %s has all transactions as they were',
  { timeout: 120_000 },
  async (from, to) => {
    const source = await temporaryFolder();
    const target = join(await temporaryFolder(), 'copy');
    await leaveTransactions(source, from);
    const copied = await cli([
      ...['storage', 'copy', '--from-dir', source, '--to-dir', target, '--to-engine', to],
    ]);
    expect({ code: copied.code, err: copied.err }).toEqual({ code: 0, err: '' });
    await using broker = await startBrokerProcess({ dataDir: target, storage: to });
    const kafka = new Kafka({ brokers: [broker.bootstrap], logLevel: logLevel.NOTHING });
    // Who comes with the same id ends what was left open, as on the broker it was copied from.
    const producer = producerOf(kafka);
    await producer.connect();
    const transaction = await producer.transaction();
    await transaction.send({ topic: TOPIC, messages: [{ value: 'after' }] });
    await transaction.commit();
    await producer.disconnect();
    expect(await committedValues(kafka, 'after')).toEqual(['commit', 'after']);
  },
);
