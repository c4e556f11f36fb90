import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Broker, Message } from '../../../../src/index.ts';
import { startTestBroker } from '../../../../src/testing/index.ts';

let broker: Broker;
beforeAll(async () => {
  broker = await startTestBroker();
});
afterAll(() => broker.close());

const START_MS = Date.UTC(2024, 0, 1);
const WINDOW = 'WINDOW TUMBLING (INTERVAL 1 MINUTE)';

function at(second: number, value: unknown) {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return { timestampMs: START_MS + second * 1000, key: 'k', value: text };
}

async function statusOf(view: string) {
  const [status] = await broker.sql('SELECT * FROM kawadb_streams WHERE name = $1', [view]);
  return status ?? {};
}

function headersOf({ headers }: Message) {
  return Object.fromEntries(
    headers.map(({ key, value }) => [key, Buffer.from(value ?? []).toString()]),
  );
}

test('records that cannot be read are left out, counted and sent on with where and why', async () => {
  await broker.createTopic('orders');
  await broker.sql("CREATE STREAM order_stream (id BIGINT, amount DOUBLE) WITH (topic = 'orders')");
  await broker.sql(`CREATE MATERIALIZED VIEW totals WITH (on_error = 'dlq', dlq_topic = 'dead', late = 'drop') AS
    SELECT id, sum(amount) AS total, count(*) AS n FROM order_stream GROUP BY id ${WINDOW}`);
  await broker.produceBatch('orders', [
    at(0, { id: 1, amount: 2 }),
    at(1, '{"id": 1, "amount": '),
    at(2, { id: 1, amount: { no: 'number' } }),
    at(3, '[1, 2]'),
    at(4, { id: null, amount: 5 }),
    { ...at(5, { id: 'x', amount: 5 }), headers: { source: 'shop' } },
    at(6, { id: 1, other: true }),
    at(7, { id: 1, amount: 3 }),
  ]);
  await broker.streamCaughtUp('totals');
  expect(await broker.sql('SELECT id, total, n FROM totals ORDER BY id')).toEqual([
    { id: 1n, total: 5, n: 3n },
    { id: null, total: 5, n: 1n },
  ]);
  expect(await statusOf('totals')).toMatchObject({
    state: 'RUNNING',
    rows: 8n,
    errors: 4n,
    lag: 0n,
  });
  const dead = await broker.fetch('dead', 0);
  expect(dead.map(({ value }) => Buffer.from(value ?? []).toString())).toEqual([
    '{"id": 1, "amount": ',
    '{"id":1,"amount":{"no":"number"}}',
    '[1, 2]',
    '{"id":"x","amount":5}',
  ]);
  expect(headersOf(dead[0] as Message)).toEqual({
    '__streams.errors.topic': 'orders',
    '__streams.errors.partition': '0',
    '__streams.errors.offset': '1',
    '__streams.errors.message': 'the value is no JSON',
  });
  expect(headersOf(dead[3] as Message)).toMatchObject({
    source: 'shop',
    '__streams.errors.offset': '5',
    '__streams.errors.message': 'field id is no BIGINT',
  });
});

test('a record that the query fails on is found among many, and the others are counted', async () => {
  await broker.createTopic('numbers');
  await broker.sql("CREATE STREAM number_stream (n VARCHAR) WITH (topic = 'numbers')");
  const records = Array.from({ length: 500 }, (_, i) => at(i / 10, { n: String(i) }));
  records[123] = at(12, { n: 'twelve' });
  records[400] = at(40, { n: 'forty' });
  await broker.produceBatch('numbers', records);
  await broker.sql(`CREATE MATERIALIZED VIEW sums WITH (on_error = 'dlq', dlq_topic = 'bad-numbers') AS
    SELECT sum(n::INTEGER) AS total, count(*) AS n FROM number_stream GROUP BY () ${WINDOW}`);
  await broker.streamCaughtUp('sums');
  const [row] = await broker.sql('SELECT total, n FROM sums');
  expect(Number(row?.total)).toBe((499 * 500) / 2 - 123 - 400);
  expect(row?.n).toBe(498n);
  expect(await statusOf('sums')).toMatchObject({ rows: 500n, errors: 2n, state: 'RUNNING' });
  const dead = await broker.fetch('bad-numbers', 0);
  expect(dead.map(({ value }) => JSON.parse(Buffer.from(value ?? []).toString()))).toEqual([
    { n: 'twelve' },
    { n: 'forty' },
  ]);
  expect(headersOf(dead[0] as Message)['__streams.errors.message']).toContain('twelve');
});

test('with on_error = fail the view stops at the record and says which', async () => {
  await broker.createTopic('strict');
  await broker.sql("CREATE STREAM strict_stream (id BIGINT) WITH (topic = 'strict')");
  await broker.sql(`CREATE MATERIALIZED VIEW strict_view WITH (on_error = 'fail') AS
    SELECT id, count(*) AS n FROM strict_stream GROUP BY id ${WINDOW}`);
  await broker.produceBatch('strict', [at(0, { id: 1 })]);
  await broker.streamCaughtUp('strict_view');
  await broker.produceBatch('strict', [at(1, { id: 1 }), at(2, 'no JSON')]);
  await expect(broker.streamCaughtUp('strict_view')).rejects.toThrow('strict-0 offset 2');
  expect(await statusOf('strict_view')).toMatchObject({
    state: 'FAILED',
    message: 'strict-0 offset 2: the value is no JSON',
    rows: 1n,
  });
  expect(await broker.sql('SELECT n FROM strict_view')).toEqual([{ n: 1n }]);
});

test('late rows are counted and sent to a topic; what was read is in results, open, late or an error', async () => {
  await broker.createTopic('ticks');
  await broker.sql(`CREATE STREAM tick_stream (id BIGINT, WATERMARK FOR kafka_timestamp AS kafka_timestamp)
    WITH (topic = 'ticks')`);
  await broker.sql(`CREATE MATERIALIZED VIEW tick_counts WITH (late = 'topic', late_topic = 'late-ticks') AS
    SELECT id, count(*) AS n FROM tick_stream GROUP BY id ${WINDOW} EMIT CHANGES`);
  await broker.produceBatch('ticks', [at(10, { id: 1 }), at(70, { id: 1 })]);
  await broker.streamCaughtUp('tick_counts');
  await broker.produceBatch('ticks', [at(20, { id: 2 }), at(65, { id: 2 }), at(80, 'x')]);
  await broker.streamCaughtUp('tick_counts');
  const late = await broker.fetch('late-ticks', 0);
  expect(late.map(({ value }) => Buffer.from(value ?? []).toString())).toEqual(['{"id":2}']);
  expect(headersOf(late[0] as Message)['__streams.errors.offset']).toBe('2');
  const { rows, errors, late: lateCount } = await statusOf('tick_counts');
  const [counted] = await broker.sql('SELECT sum(n)::BIGINT AS n FROM tick_counts');
  expect({ rows, errors, late: lateCount, counted: counted?.n }).toEqual({
    ...{ rows: 5n, errors: 1n, late: 1n, counted: 3n },
  });
});

test('partitions that bring nothing hold windows up until they count as idle', async () => {
  await broker.createTopic('uneven', { partitions: 2 });
  await broker.sql(
    "CREATE STREAM uneven_stream (id BIGINT) WITH (topic = 'uneven', idle_ms = 1500)",
  );
  await broker.sql(`CREATE MATERIALIZED VIEW uneven_counts AS
    SELECT id, count(*) AS n FROM uneven_stream GROUP BY id ${WINDOW} EMIT FINAL`);
  await broker.produceBatch('uneven', [
    { ...at(0, { id: 1 }), partition: 0 },
    { ...at(90, { id: 1 }), partition: 0 },
  ]);
  await broker.streamCaughtUp('uneven_counts');
  expect(await broker.sql('SELECT * FROM uneven_counts')).toEqual([]);
  // No record comes: the clock alone closes the window.
  await expect
    .poll(() => broker.sql('SELECT id, n FROM uneven_counts'), { timeout: 20_000 })
    .toEqual([{ id: 1n, n: 1n }]);
});

test('paused views take nothing, and go on where they were', async () => {
  await broker.createTopic('paused');
  await broker.produceBatch('paused', [at(0, { id: 1 })]);
  await broker.sql(
    `CREATE MATERIALIZED VIEW paused_view WITH (start = 'latest') AS SELECT id, count(*) AS n FROM paused GROUP BY id ${WINDOW}`,
  );
  await broker.produceBatch('paused', [at(1, { id: 2 })]);
  await broker.streamCaughtUp('paused_view');
  await broker.sql('PAUSE MATERIALIZED VIEW paused_view');
  await broker.produceBatch('paused', [at(2, { id: 2 })]);
  expect(await statusOf('paused_view')).toMatchObject({ state: 'PAUSED', rows: 1n, lag: 1n });
  await broker.sql('RESUME MATERIALIZED VIEW paused_view');
  await broker.streamCaughtUp('paused_view');
  expect(await broker.sql('SELECT id, n FROM paused_view')).toEqual([{ id: 2n, n: 2n }]);
});

test('a table that is gone is waited for: it is no fault of the records', async () => {
  await broker.createTopic('visits');
  await broker.sql('CREATE TABLE people (id BIGINT, name VARCHAR)');
  await broker.sql("INSERT INTO people VALUES (1, 'Alice')");
  await broker.sql("CREATE STREAM visit_stream (id BIGINT) WITH (topic = 'visits')");
  await broker.sql(`CREATE MATERIALIZED VIEW named_visits AS SELECT name, count(*) AS n
    FROM visit_stream JOIN people ON people.id = visit_stream.id GROUP BY name ${WINDOW}`);
  await broker.produceBatch('visits', [at(0, { id: 1 })]);
  await broker.streamCaughtUp('named_visits');
  await broker.sql('ALTER TABLE people RENAME TO others');
  await broker.produceBatch('visits', [at(1, { id: 1 }), at(2, { id: 1 })]);
  await expect
    .poll(() => statusOf('named_visits'), { timeout: 20_000 })
    .toMatchObject({ state: 'WAITING', message: expect.stringContaining('people'), errors: 0n });
  await broker.sql('ALTER TABLE others RENAME TO people');
  await broker.streamCaughtUp('named_visits');
  expect(await broker.sql('SELECT name, n FROM named_visits')).toEqual([{ name: 'Alice', n: 3n }]);
  expect(await statusOf('named_visits')).toMatchObject({ state: 'RUNNING', errors: 0n });
});
