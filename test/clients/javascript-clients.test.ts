import {
  Admin as PlatformaticAdmin,
  Consumer as PlatformaticConsumer,
  Producer as PlatformaticProducer,
  stringDeserializers,
  stringSerializers,
} from '@platformatic/kafka';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BrokerProcess, startBrokerProcess } from '../support/broker-process.ts';
import { STORAGE_ENGINES } from '../support/storage-engines.ts';

const RECORDS = 200;

describe.each(STORAGE_ENGINES)('JavaScript clients over the %s engine', (storage) => {
  let broker: BrokerProcess;
  beforeAll(async () => {
    broker = await startBrokerProcess({ storage });
  });
  afterAll(() => broker[Symbol.asyncDispose]());

  test('kafkajs', { timeout: 60_000 }, async () => {
    const kafka = new Kafka({ brokers: [broker.bootstrap], logLevel: logLevel.NOTHING });
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: 'kafkajs', numPartitions: 3 }] });
    const producer = kafka.producer({ idempotent: true });
    await producer.connect();
    const messages = Array.from({ length: RECORDS }, (_, n) => ({
      key: `key-${n}`,
      value: `value-${n}`,
      headers: { number: String(n) },
    }));
    await producer.send({ topic: 'kafkajs', messages });
    await producer.disconnect();

    const consumer = kafka.consumer({ groupId: 'kafkajs-group' });
    await consumer.connect();
    await consumer.subscribe({ topic: 'kafkajs', fromBeginning: true });
    const seen = new Set<string>();
    await new Promise<void>((resolve, reject) => {
      consumer
        .run({
          eachMessage: async ({ message }) => {
            expect(message.value?.toString()).toBe(`value-${message.headers?.['number']}`);
            seen.add(message.value!.toString());
            if (seen.size === RECORDS) resolve();
          },
        })
        .catch(reject);
    });
    await consumer.stop();
    await consumer.disconnect();
    const [offsets] = await admin.fetchOffsets({ groupId: 'kafkajs-group', topics: ['kafkajs'] });
    const committed = offsets!.partitions.reduce((sum, { offset }) => sum + Number(offset), 0);
    expect(committed).toBe(RECORDS);
    await admin.deleteTopics({ topics: ['kafkajs'] });
    expect(await admin.listTopics()).not.toContain('kafkajs');
    await admin.disconnect();
  });

  test('kafkajs in transactions', { timeout: 60_000 }, async () => {
    const kafka = new Kafka({ brokers: [broker.bootstrap], logLevel: logLevel.NOTHING });
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: 'kafkajs-txn', numPartitions: 1 }] });
    const producer = kafka.producer({
      ...{ transactionalId: 'kafkajs-txn', idempotent: true, maxInFlightRequests: 1 },
    });
    await producer.connect();
    for (const [round, ends] of ['abort', 'commit', 'abort', 'commit'].entries()) {
      const transaction = await producer.transaction();
      const messages = [{ value: `${round}-${ends}-a` }, { value: `${round}-${ends}-b` }];
      await transaction.send({ topic: 'kafkajs-txn', messages });
      const partitions = [{ partition: 0, offset: String(round) }];
      await transaction.sendOffsets({
        consumerGroupId: 'kafkajs-txn-group',
        topics: [{ topic: 'kafkajs-txn', partitions }],
      });
      if (ends === 'commit') await transaction.commit();
      else await transaction.abort();
    }
    await producer.disconnect();
    const request = { groupId: 'kafkajs-txn-group', topics: ['kafkajs-txn'] };
    // The end of a transaction is answered before its marker is in `__consumer_offsets`, and kafkajs cannot ask for
    // stable offsets only (KIP-447): as with Kafka, the commit shows a moment later.
    await expect
      .poll(async () => (await admin.fetchOffsets(request))[0]!.partitions, { timeout: 10_000 })
      .toMatchObject([{ partition: 0, offset: '3' }]);
    await admin.disconnect();

    const consumer = kafka.consumer({ groupId: 'kafkajs-txn-reader', readUncommitted: false });
    await consumer.connect();
    await consumer.subscribe({ topic: 'kafkajs-txn', fromBeginning: true });
    const seen: string[] = [];
    await new Promise<void>((resolve, reject) => {
      consumer
        .run({
          eachMessage: async ({ message }) => {
            seen.push(message.value!.toString());
            if (seen.length === 4) resolve();
          },
        })
        .catch(reject);
    });
    await consumer.disconnect();
    expect(seen).toEqual(['1-commit-a', '1-commit-b', '3-commit-a', '3-commit-b']);
  });

  test('@platformatic/kafka', { timeout: 60_000 }, async () => {
    const base = { clientId: 'platformatic', bootstrapBrokers: [broker.bootstrap] };
    const admin = new PlatformaticAdmin(base);
    await admin.createTopics({ topics: ['platformatic'], partitions: 3, replicas: 1 });
    const producer = new PlatformaticProducer({ ...base, serializers: stringSerializers });
    const messages = Array.from({ length: RECORDS }, (_, n) => ({
      topic: 'platformatic',
      key: `key-${n}`,
      value: `value-${n}`,
    }));
    await producer.send({ messages });
    await producer.close();

    const consumer = new PlatformaticConsumer({
      ...base,
      groupId: 'platformatic-group',
      deserializers: stringDeserializers,
    });
    const stream = await consumer.consume({
      topics: ['platformatic'],
      mode: 'earliest',
      autocommit: true,
    });
    const seen = new Set<string>();
    for await (const message of stream) {
      seen.add(message.value);
      if (seen.size === RECORDS) break;
    }
    expect(seen.size).toBe(RECORDS);
    await consumer.close(true);
    await admin.deleteTopics({ topics: ['platformatic'] });
    await admin.close();
  });
});
