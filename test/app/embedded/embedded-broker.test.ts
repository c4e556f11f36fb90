import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type Broker,
  BrokerError,
  ConfigError,
  InvalidPartitionError,
  OffsetOutOfRangeError,
  startBroker,
  TopicNotFoundError,
} from '../../../src/index.ts';
import { startTestBroker } from '../../../src/testing/index.ts';

describe('a broker in this process', () => {
  let broker: Broker;
  beforeEach(async () => {
    broker = await startTestBroker({ topics: { orders: { partitions: 3 } } });
  });
  afterEach(() => broker.close());

  test('gives back what was produced, byte for byte', async () => {
    const first = await broker.produce('orders', {
      key: 'customer-1',
      value: Buffer.from([0, 255, 10]),
      headers: { trace: 'abc', none: null },
      partition: 1,
      timestampMs: 1_700_000_000_000,
    });
    const second = await broker.produce('orders', { value: null, partition: 1 });
    expect([first, second]).toEqual([
      { partition: 1, offset: 0n },
      { partition: 1, offset: 1n },
    ]);
    const [message, tombstone] = await broker.fetch('orders', 1);
    expect(message).toMatchObject({
      topic: 'orders',
      partition: 1,
      offset: 0n,
      timestampMs: 1_700_000_000_000n,
      headers: [
        { key: 'trace', value: Buffer.from('abc') },
        { key: 'none', value: null },
      ],
    });
    expect(message?.key?.toString()).toBe('customer-1');
    expect([...(message?.value ?? [])]).toEqual([0, 255, 10]);
    expect(tombstone?.value).toBeNull();
  });

  test('spreads messages without a key, keeps a key on its partition', async () => {
    const plain = await broker.produceBatch('orders', ['a', 'b', 'c']);
    expect(plain.map(({ partition }) => partition).sort()).toEqual([0, 1, 2]);
    const keyed = await broker.produceBatch(
      'orders',
      Array.from({ length: 10 }, (_, n) => ({ key: 'same', value: `${n}` })),
    );
    expect(new Set(keyed.map(({ partition }) => partition)).size).toBe(1);
    const offsets = keyed.map(({ offset }) => offset);
    expect(offsets).toEqual(offsets.map((_, n) => (offsets[0] as bigint) + BigInt(n)));
  });

  test.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)(
    'more than a batch holds, with compression %s',
    async (compression) => {
      const value = 'x'.repeat(1000);
      const messages = Array.from({ length: 2000 }, () => ({ value, partition: 0 }));
      const offsets = await broker.produceBatch('orders', messages, { compression });
      expect(offsets.at(-1)).toEqual({ partition: 0, offset: 1999n });
      const read = await broker.fetch('orders', 0, 5, { maxMessages: 1990 });
      expect(read.map(({ offset }) => offset)).toEqual(
        Array.from({ length: 1990 }, (_, n) => BigInt(n + 5)),
      );
    },
  );

  test('waits for a message when told to', async () => {
    const waiting = broker.fetch('orders', 0, 0, { maxWaitMs: 10_000 });
    await broker.produce('orders', { value: 'late', partition: 0 });
    expect((await waiting).map(({ value }) => value?.toString())).toEqual(['late']);
    expect(await broker.fetch('orders', 0, 1)).toEqual([]);
  });

  test('groups go on from what they committed', async () => {
    await broker.produceBatch(
      'orders',
      ['a', 'b', 'c'].map((value) => ({ value, partition: 0 })),
    );
    expect(await broker.getGroupOffset('billing', 'orders', 0)).toBeUndefined();
    expect(await broker.fetchGroup('billing', 'orders', 0, { maxMessages: 2 })).toHaveLength(2);
    await broker.commitOffset('billing', 'orders', 0, 2);
    expect(await broker.getGroupOffset('billing', 'orders', 0)).toBe(2n);
    const [rest] = await broker.fetchGroup('billing', 'orders', 0);
    expect(rest?.value?.toString()).toBe('c');
    expect(await broker.getLatestOffset('orders', 0)).toBe(3n);
  });

  test('topics come and go', async () => {
    await broker.createTopic('clicks', { partitions: 2, configs: { 'retention.ms': 60_000 } });
    await broker.produce('made-by-producing', 'x');
    expect(await broker.listTopics()).toEqual(['clicks', 'made-by-producing', 'orders']);
    await broker.deleteTopic('clicks');
    expect(await broker.listTopics()).not.toContain('clicks');
    await expect(broker.fetch('clicks', 0)).rejects.toThrow(TopicNotFoundError);
    await expect(broker.createTopic('orders')).rejects.toMatchObject({
      errorName: 'TOPIC_ALREADY_EXISTS',
    });
    await expect(
      broker.createTopic('bad', { configs: { 'retention.ms': 'soon' } }),
    ).rejects.toBeInstanceOf(BrokerError);
  });

  test('statistics', async () => {
    await broker.produceBatch('orders', ['a', 'b', 'c']);
    await broker.commitOffset('billing', 'orders', 0, 1);
    const stats = await broker.getStats();
    expect(stats).toMatchObject({ totalTopics: 1, totalPartitions: 3, totalMessages: 3n });
    expect(stats.totalBytes).toBeGreaterThan(3 * 61);
    const topic = await broker.getTopicStats('orders');
    expect(topic.totalMessages).toBe(3n);
    expect(topic.partitions.map(({ highWatermark }) => highWatermark)).toEqual([1n, 1n, 1n]);
  });

  test('errors say what to do', async () => {
    const partition = await broker.produce('orders', { value: 'x', partition: 7 }).catch((e) => e);
    expect(partition).toBeInstanceOf(InvalidPartitionError);
    expect(partition).toMatchObject({ topic: 'orders', partition: 7, maxPartition: 2 });
    expect(partition.message).toContain('0 to 2');
    await expect(broker.getTopicStats('nowhere')).rejects.toThrow(TopicNotFoundError);
    await expect(broker.deleteTopic('nowhere')).rejects.toThrow(TopicNotFoundError);
    await expect(broker.fetch('orders', 0, 99)).rejects.toThrow(OffsetOutOfRangeError);
    await expect(broker.produce('orders', 'x'.repeat(2_000_000))).rejects.toMatchObject({
      errorName: 'MESSAGE_TOO_LARGE',
    });
  });
});

test('many brokers in one process know nothing of each other', async () => {
  await using one = await startTestBroker({ topics: ['a'] });
  await using other = await startTestBroker({ topics: ['b'] });
  expect(one.port).not.toBe(other.port);
  expect(await one.listTopics()).toEqual(['a']);
  expect(await other.listTopics()).toEqual(['b']);
});

test('wrong settings are told all at once', async () => {
  const settings = { 'log.retention.sm': 1, 'num.partitions': 0 };
  const error = await startBroker({ storage: 'memory', settings }).catch((e) => e);
  expect(error).toBeInstanceOf(ConfigError);
  expect(error.problems).toHaveLength(2);
  expect(error.message).toContain('log.retention.ms');
});
