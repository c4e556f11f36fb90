import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { expect, onTestFinished, test } from 'vitest';
import { BrokerConnection } from '../../../src/adapters/kafka-client/broker-connection.ts';
import { ERROR_CODES } from '../../../src/domain/error-code.ts';
import { FetchApi } from '../../../src/domain/protocol/messages/fetch.ts';
import { ListOffsetsApi } from '../../../src/domain/protocol/messages/list-offsets.ts';
import { OffsetFetchApi } from '../../../src/domain/protocol/messages/offset-fetch.ts';
import { readBatchSize, viewOf } from '../../../src/domain/record/record-batch-header.ts';
import { type Broker, startBroker } from '../../../src/index.ts';
import { CONNECTION_OPTIONS } from '../../crash/crash-connection.ts';
import { RecordingLogger } from '../../support/recording-logger.ts';

const CORRUPT = ERROR_CODES.CORRUPT_MESSAGE.code;
const SETTINGS = { 'offsets.topic.num.partitions': 1, 'group.initial.rebalance.delay.ms': 0 };

async function folder(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'kawadb-damage-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function brokerIn(dataDir: string): Promise<{ broker: Broker; logger: RecordingLogger }> {
  const logger = new RecordingLogger();
  const broker = await startBroker({
    ...{ dataDir, storage: 'segment', port: 0, logger, settings: SETTINGS },
  });
  onTestFinished(() => broker.close());
  return { broker, logger };
}

/** One batch per value and partition. */
async function produce(broker: Broker, topic: string, partitions: number): Promise<void> {
  await broker.createTopic(topic, { partitions });
  for (let partition = 0; partition < partitions; partition++) {
    for (let n = 0; n < 6; n++) {
      await broker.produce(topic, { value: `${n}`.repeat(50), partition, timestampMs: 1000 + n });
    }
  }
}

/** Flips a bit in the records of the nth batch of a log's first segment. */
function damage(dataDir: string, log: string, nth: number): void {
  const directory = join(dataDir, log);
  const file = join(directory, readdirSync(directory).find((name) => name.endsWith('.log'))!);
  const bytes = readFileSync(file);
  let position = 0;
  for (let i = 0; i < nth; i++) position += readBatchSize(viewOf(bytes), position);
  bytes[position + 65]! ^= 4;
  writeFileSync(file, bytes);
}

async function connect(broker: Broker): Promise<BrokerConnection> {
  const [host = '', port = ''] = broker.bootstrapServers.split(':');
  const connection = await BrokerConnection.open({ host, port: Number(port) }, CONNECTION_OPTIONS);
  onTestFinished(() => connection.close());
  return connection;
}

async function fetchFrom(connection: BrokerConnection, offset: bigint) {
  const wanted = (partition: number) => ({
    ...{ partition, fetchOffset: offset, partitionMaxBytes: 1 << 20 },
  });
  const topics = [{ topic: 'orders', partitions: [wanted(0), wanted(1)] }];
  const answer = await connection.send(
    FetchApi,
    { maxWaitMs: 0, minBytes: 0, maxBytes: 1 << 20, topics, forgottenTopicsData: [] },
    { maxVersion: 12 },
  );
  return answer.responses[0]!.partitions.map(({ errorCode, records }) => [
    errorCode,
    records?.length ?? 0,
  ]);
}

function errorsIn(logger: RecordingLogger): string {
  return logger.errors.map((fields) => String((fields as { err?: Error }).err)).join();
}

test('a damaged batch is told to who reads it, and to nobody else', async () => {
  const dataDir = await folder();
  const { broker, logger } = await brokerIn(dataDir);
  await produce(broker, 'orders', 2);
  damage(dataDir, 'orders-0', 3);
  const connection = await connect(broker);
  const whole = (await fetchFrom(connection, 0n))[1]![1] as number;
  expect(await fetchFrom(connection, 0n)).toEqual([
    [0, whole / 2],
    [0, whole],
  ]);
  expect(await fetchFrom(connection, 3n)).toEqual([
    [CORRUPT, 0],
    [0, whole / 2],
  ]);
  expect(await fetchFrom(connection, 4n)).toEqual([
    [0, whole / 3],
    [0, whole / 3],
  ]);
  const listed = await connection.send(ListOffsetsApi, {
    replicaId: -1,
    topics: [
      {
        name: 'orders',
        partitions: [0, 1].map((partitionIndex) => ({ partitionIndex, timestamp: 1004n })),
      },
    ],
  });
  const answers = listed.topics[0]!.partitions.map(({ errorCode, offset }) => [errorCode, offset]);
  expect(answers).toEqual([
    [CORRUPT, -1n],
    [0, 4n],
  ]);
  expect(logger.errors).toMatchObject([{ topic: 'orders', partition: 0, offset: 3n }]);
});

test('consumers of other topics go on, the one of the damaged topic gets an error', async () => {
  const dataDir = await folder();
  const { broker } = await brokerIn(dataDir);
  await produce(broker, 'orders', 1);
  await produce(broker, 'payments', 1);
  damage(dataDir, 'orders-0', 3);
  const kafka = new Kafka({
    brokers: [broker.bootstrapServers],
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
  });
  const outcomes = ['orders', 'payments'].map(async (topic) => {
    const consumer = kafka.consumer({ groupId: `of-${topic}` });
    onTestFinished(() => consumer.disconnect());
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const seen: string[] = [];
    return new Promise<{ seen: string[]; error?: string }>((resolve) => {
      consumer.on('consumer.crash', ({ payload }) =>
        resolve({ seen, error: String(payload.error) }),
      );
      void consumer.run({
        eachMessage: async ({ message }) => {
          seen.push(message.offset);
          if (seen.length === 6) resolve({ seen });
        },
      });
    });
  });
  const [orders, payments] = await Promise.all(outcomes);
  expect(orders!.seen).toEqual(['0', '1', '2']);
  expect(orders!.error).toMatch(/CRC|corrupt/i);
  expect(payments).toEqual({ seen: ['0', '1', '2', '3', '4', '5'] });
});

test('a damaged log of offsets is never taken as one without them', async () => {
  const dataDir = await folder();
  const { broker } = await brokerIn(dataDir);
  await produce(broker, 'orders', 1);
  for (let n = 1n; n <= 5n; n++) await broker.commitOffset('readers', 'orders', 0, n);
  await broker.close();
  damage(dataDir, '__consumer_offsets-0', 2);
  const { broker: again, logger } = await brokerIn(dataDir);
  const connection = await connect(again);
  const topics = [{ name: 'orders', partitionIndexes: [0] }];
  const answer = await connection.send(
    OffsetFetchApi,
    { groupId: 'readers', topics },
    { maxVersion: 7 },
  );
  expect(answer.errorCode).toBe(ERROR_CODES.COORDINATOR_LOAD_IN_PROGRESS.code);
  expect(errorsIn(logger)).toContain('__consumer_offsets-0 is damaged at offset 2:');
});

test('a log whose producers cannot be known again takes no appends, and can be read', async () => {
  const dataDir = await folder();
  const { broker } = await brokerIn(dataDir);
  await produce(broker, 'orders', 2);
  await broker.close();
  damage(dataDir, 'orders-0', 3);
  const directory = join(dataDir, 'orders-0');
  for (const name of readdirSync(directory)) {
    if (name.includes('log-state')) rmSync(join(directory, name));
  }
  // It knows them too.
  rmSync(join(dataDir, 'logs.summary'));
  const { broker: again, logger } = await brokerIn(dataDir);
  expect(errorsIn(logger)).toContain('orders-0 is damaged at offset 3:');
  await expect(again.produce('orders', { value: 'x', partition: 0 })).rejects.toThrow();
  await again.produce('orders', { value: 'x', partition: 1 });
  const connection = await connect(again);
  expect((await fetchFrom(connection, 0n)).map(([errorCode]) => errorCode)).toEqual([0, 0]);
  expect((await fetchFrom(connection, 3n)).map(([errorCode]) => errorCode)).toEqual([CORRUPT, 0]);
});

test('a damaged metadata log keeps the broker from starting, by name and offset', async () => {
  const dataDir = await folder();
  const { broker } = await brokerIn(dataDir);
  await produce(broker, 'orders', 1);
  await produce(broker, 'payments', 1);
  await broker.close();
  damage(dataDir, '__cluster_metadata-0', 0);
  await expect(brokerIn(dataDir)).rejects.toThrow(/__cluster_metadata-0 is damaged at offset \d+:/);
  expect(existsSync(join(dataDir, 'orders-0'))).toBe(true);
});
