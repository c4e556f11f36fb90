import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Broker, StartBrokerOptions } from '../../../../src/index.ts';
import { startTestBroker } from '../../../../src/testing/index.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'kawadb-streams-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const SQL = `SELECT user_id, count(*) AS n FROM stream GROUP BY user_id WINDOW TUMBLING (INTERVAL 1 MINUTE)`;
const START_MS = Date.UTC(2024, 0, 1);

function events(count: number, from = 0) {
  return Array.from({ length: count }, (_, i) => ({
    timestampMs: START_MS + (from + i) * 1000,
    value: JSON.stringify({ user_id: (from + i) % 7 }),
  }));
}

async function output(broker: Broker, topic: string) {
  const records = [];
  for (let partition = 0; partition < 2; partition++) {
    for (const { key, value } of await broker.fetch(topic, partition, 0, { maxMessages: 10_000 })) {
      records.push({ partition, key: text(key), value: text(value) });
    }
  }
  return records;
}

function text(bytes: Uint8Array | null): string {
  return bytes === null ? 'null' : Buffer.from(bytes).toString();
}

test('closed windows go to a topic once, over restarts', { timeout: 60_000 }, async () => {
  const settings = { 'num.partitions': 2 };
  const options: StartBrokerOptions = { storage: 'segment', dataDir, settings };
  {
    await using broker = await startTestBroker({
      ...options,
      topics: { 'user-events': { partitions: 1 } },
    });
    await broker.produceBatch('user-events', events(300));
    await broker.processStream('user-events', SQL, 'user-analytics', { topic: 'analytics' });
    await broker.produceBatch('user-events', events(100, 300));
    await broker.streamCaughtUp('user-analytics');
  }
  await using broker = await startTestBroker(options);
  await broker.produceBatch('user-events', events(300, 400));
  await broker.streamCaughtUp('user-analytics');
  const records = await output(broker, 'analytics');
  const view = await broker.sql('SELECT user_id, n, window_start FROM user_analytics ORDER BY ALL');
  expect(view.reduce((sum, { n }) => sum + Number(n), 0)).toBe(700 - (700 % 60));
  expect(new Set(records.map(({ key }) => key)).size).toBe(records.length);
  expect(records.length).toBe(view.length);
  const [first] = records;
  expect(JSON.parse(first?.value ?? '')).toMatchObject({ n: expect.any(Number) });
  for (const user of Array.from({ length: 7 }, (_, i) => i)) {
    const own = records.filter(({ value }) => JSON.parse(value).user_id === user);
    expect(new Set(own.map(({ partition }) => partition)).size).toBe(1);
  }
});

test('a broker that has views goes on with them unasked; one that has none loads no engine', {
  timeout: 60_000,
}, async () => {
  const options: StartBrokerOptions = { storage: 'segment', dataDir };
  const files = () => readdir(join(dataDir, 'sql')).catch(() => []);
  {
    await using broker = await startTestBroker({ ...options, topics: ['user-events'] });
    expect(await files()).toEqual([]);
    await broker.produceBatch('user-events', events(100));
    await broker.processStream('user-events', SQL, 'analytics', { topic: 'closed' });
    expect(await files()).toContain('has-streams');
  }
  {
    await using broker = await startTestBroker(options);
    await broker.produceBatch('user-events', events(100, 100));
    // No statement is sent, and the second and third minute are closed.
    await expect.poll(() => broker.getLatestOffset('closed', 0), { timeout: 30_000 }).toBe(21n);
    await broker.sql('DROP MATERIALIZED VIEW analytics');
  }
  expect(await files()).not.toContain('has-streams');
});

test('the first query after a start sees the views, though they are loaded meanwhile', {
  timeout: 60_000,
}, async () => {
  const options: StartBrokerOptions = { storage: 'segment', dataDir };
  {
    await using broker = await startTestBroker({ ...options, topics: ['user-events'] });
    await broker.processStream('user-events', SQL, 'user-analytics');
  }
  await using broker = await startTestBroker(options);
  expect(await broker.sql('SELECT name FROM kawadb_streams')).toEqual([{ name: 'user-analytics' }]);
});
