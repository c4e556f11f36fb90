import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { splitStatements } from '../../src/domain/sql/statements.ts';
import type { Broker } from '../../src/index.ts';
import { startTestBroker } from '../../src/testing/index.ts';

const TEXT = readFileSync(new URL('../../docs/streaming-sql.md', import.meta.url), 'utf8');
const START_MS = Date.UTC(2024, 0, 1);
const RECORDS: Readonly<Record<string, object>> = {
  'user-events': { user_id: 1, value: 2.5 },
  orders: { order_id: 1, user_id: 1, amount: 12.5, placed: START_MS },
  clicks: { user_id: 1, page: '/home', button: 'left', duration_ms: 2500 },
  purchases: { user_id: 1, order_id: 7 },
};

function blocks(language: string): string[] {
  const found = TEXT.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'));
  return [...found].map(([, text = '']) => text.trim());
}

test('every example of docs/streaming-sql.md runs on a broker', { timeout: 120_000 }, async () => {
  await using broker = await startTestBroker({ topics: Object.keys(RECORDS) });
  for (const [topic, value] of Object.entries(RECORDS)) {
    const record = { timestampMs: START_MS, value: JSON.stringify(value) };
    await broker.produceBatch(topic, [record, { ...record, timestampMs: START_MS + 7_200_000 }]);
  }
  await broker.sql('CREATE TABLE customers (id BIGINT, country VARCHAR)');
  await broker.sql("INSERT INTO customers VALUES (1, 'JP')");
  const views: string[] = [];
  for (const sql of blocks('sql').flatMap((text) => splitStatements(text).statements)) {
    await broker.sql(sql);
    const [, name] = /^CREATE MATERIALIZED VIEW (\w+)/.exec(sql) ?? [];
    if (name !== undefined && name !== 'revenue') views.push(name);
  }
  for (const view of views) await broker.streamCaughtUp(view);
  const states = await broker.sql('SELECT name, state, errors, message FROM kawadb_streams');
  expect(states.filter(({ state }) => state !== 'RUNNING')).toEqual([]);
  expect(states).toHaveLength(views.length);
  expect(await broker.sql('SELECT pages, clicks FROM per_user')).toEqual([
    { pages: 1n, clicks: 2n },
  ]);
  const [code = ''] = blocks('ts');
  const analytics = await run(code, broker);
  expect(analytics).toEqual([]);
  expect(await broker.sql('SELECT event_count, avg_value FROM user_analytics')).toEqual([
    { event_count: 1n, avg_value: 2.5 },
    { event_count: 1n, avg_value: 2.5 },
  ]);
});

function run(code: string, broker: Broker): Promise<unknown> {
  const Async = Object.getPrototypeOf(async () => undefined).constructor as new (
    ...texts: string[]
  ) => (broker: Broker) => Promise<unknown>;
  return new Async('broker', `${code}\nreturn analytics;`)(broker);
}
