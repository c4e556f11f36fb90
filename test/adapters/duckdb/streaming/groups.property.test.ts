import type { DuckDBConnection } from '@duckdb/node-api';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { NUM_RUNS, randomBatches, randomLists } from './random-events.ts';
import { expectSameRows } from './same-rows.ts';
import { type EventRow, memoryConnection, rowsOf, StreamRun } from './stream-run.ts';

let connection: DuckDBConnection;
beforeAll(async () => {
  connection = await memoryConnection();
  await connection.run(
    "CREATE TABLE names AS FROM (VALUES (0, 'z1', TIMESTAMP '1970-01-01'), (0, 'z2', TIMESTAMP '1970-01-01 00:01:00'), (2, 'b1', TIMESTAMP '1970-01-01 00:00:30')) t(id, name, since)",
  );
  await connection.run(
    "CREATE TABLE users AS FROM (VALUES (0, 'zoe'), (1, 'al'), (1, 'bo')) t(id, name)",
  );
});

async function fed(sql: string, batches: readonly EventRow[][], options = {}): Promise<StreamRun> {
  const stream = await StreamRun.open(connection, sql, { partitions: 2, ...options });
  for (const rows of batches) await stream.feed(rows);
  return stream;
}

async function batchRows(sql: string): ReturnType<typeof rowsOf> {
  const all = 'FROM (SELECT * EXCLUDE (closed_before) FROM all_events) AS events';
  return rowsOf(connection, { sql: sql.replace(/FROM events( AS events)?/, all), parameters: [] });
}

/** Of a query without windows: in batches it gives what it gives over all rows at once. */
async function expectSameAsBatch(batches: readonly EventRow[][], sql: string): Promise<void> {
  const stream = await fed(sql, batches);
  expectSameRows(await stream.results(), await batchRows(sql));
  expect(stream.late).toBe(0);
}

test.each([
  'SELECT user_id, LIST FROM events WHERE_ GROUP BY user_id HAVING_',
  'SELECT user_id % 2 AS odd, item, LIST FROM events WHERE_ GROUP BY odd, 2 HAVING_',
  'SELECT LIST FROM events WHERE_ HAVING_',
  'SELECT item, LIST FROM events WHERE_ GROUP BY ALL HAVING_',
  'SELECT u.name, LIST FROM events JOIN users u ON u.id = user_id WHERE_ GROUP BY u.name HAVING_',
  'SELECT name, user_id, LIST FROM events LEFT JOIN users ON id = user_id WHERE_ GROUP BY name, user_id HAVING_',
])('%s', async (template) => {
  await fc.assert(
    fc.asyncProperty(randomBatches(), randomLists('both'), async (batches, list) => {
      const sql = template
        .replace('LIST', list.text)
        .replace('WHERE_', list.where)
        .replace('HAVING_', list.having);
      await expectSameAsBatch(batches, sql);
    }),
    { numRuns: NUM_RUNS },
  );
});

test.each([
  'SELECT * FROM events WHERE amount > 3',
  'SELECT * EXCLUDE (kafka_offset), amount * 2 AS twice, twice + 1 FROM events AS events',
  'SELECT upper(item) AS item, user_id FROM events WHERE user_id IN (SELECT id FROM users)',
  'SELECT events.item, users.* FROM events JOIN users ON id = user_id AND amount > 1',
  'SELECT unnest([amount, amount + 1]) AS x, list_transform([amount], lambda y: y + kafka_offset) FROM events',
  'SELECT DISTINCT user_id, item FROM events',
  'SELECT item FROM events SEMI JOIN users ON id = user_id',
  'SELECT item, x, y FROM events, unnest([amount, kafka_offset]) AS t(x), (SELECT user_id + 1 AS y)',
  'SELECT item, word FROM events CROSS JOIN LATERAL unnest(string_split(item, chr(97))) AS t(word)',
  'SELECT item, name FROM events ASOF JOIN names ON id = user_id AND kafka_timestamp >= since',
])('%s', async (sql) => {
  await fc.assert(
    fc.asyncProperty(randomBatches(), async (batches) => {
      await expectSameAsBatch(batches, sql);
      const stream = await fed(sql, batches, { hasOutput: true });
      if (sql.includes('DISTINCT')) return;
      const told = stream.emitted.map(({ kawa_deleted: _deleted, ...row }) => row);
      expectSameRows(told, await stream.results());
    }),
    { numRuns: Math.ceil(NUM_RUNS / 2) },
  );
});

test('the changes of groups without a window make up the table', async () => {
  await fc.assert(
    fc.asyncProperty(randomBatches(), randomLists('both'), async (batches, list) => {
      const sql = `SELECT user_id, ${list.text} FROM events GROUP BY user_id ${list.having}`;
      const stream = await fed(sql, batches, { hasOutput: true });
      const table = new Map<unknown, Record<string, unknown>>();
      for (const { kawa_deleted, ...row } of stream.emitted) {
        if (kawa_deleted === true) table.delete(row.user_id);
        else table.set(row.user_id, row);
      }
      expectSameRows([...table.values()], await stream.results());
    }),
    { numRuns: NUM_RUNS },
  );
});

test.each(['FINAL', 'CHANGES'])(
  'late rows are taken in where they are re-emitted (%s)',
  async (emit) => {
    await fc.assert(
      fc.asyncProperty(randomBatches(), randomLists('both'), async (batches, list) => {
        const sql = `SELECT user_id, ${list.text} FROM events GROUP BY user_id WINDOW HOPPING (20 SECONDS, 10 SECONDS) ${list.having} EMIT ${emit}`;
        const stream = await fed(sql, batches, { hasOutput: true, late: 'reemit' });
        const start = `time_bucket(INTERVAL '10 seconds', kafka_timestamp, TIMESTAMP '1970-01-01')`;
        const windows = `SELECT *, ${start} - step * INTERVAL '10 seconds' AS ws FROM all_events, range(2) s(step)`;
        const closed = `make_timestamp(${(stream.closedUntil ?? -1e12) * 1000})`;
        const which = emit === 'FINAL' ? `ws + INTERVAL '20 seconds' <= ${closed}` : 'true';
        const expected = await rowsOf(connection, {
          sql: `SELECT ws, ws + INTERVAL '20 seconds' AS we, user_id, ${list.text} FROM (${windows}) WHERE ${which} GROUP BY ALL ${list.having}`,
          parameters: [],
        });
        const results = await stream.results();
        expectSameRows(results, expected);
        const table = new Map<string, Record<string, unknown>>();
        for (const { kawa_deleted, ...row } of stream.emitted) {
          const key = JSON.stringify([row.window_start, row.user_id]);
          if (kawa_deleted === true) table.delete(key);
          else table.set(key, row);
        }
        expectSameRows([...table.values()], results);
      }),
      { numRuns: NUM_RUNS },
    );
  },
);

test('what was begun goes on from the stored tables alone', async () => {
  await fc.assert(
    fc.asyncProperty(randomBatches(), randomLists('both'), async (batches, list) => {
      const sql = `SELECT user_id, ${list.text} FROM events GROUP BY user_id WINDOW TUMBLING (20 SECONDS)`;
      const stream = await fed(sql, batches);
      const before = await stream.results();
      for (const name of ['batch0', 'partial', 'changed']) {
        await connection.run(`DROP TABLE IF EXISTS temp.main."test.${name}"`);
      }
      for (const statement of stream.plan.setUp(['events'])) await connection.run(statement.sql);
      await stream.feed([]);
      expectSameRows(await stream.results(), before);
    }),
    { numRuns: NUM_RUNS },
  );
});

test('rows whose time is missing or out of any range are counted, and stop nothing', async () => {
  const list = 'count(*) AS n, sum(amount) AS total';
  const time =
    "CASE item WHEN 'none' THEN NULL WHEN 'never' THEN 'infinity' WHEN 'bc' THEN '290000-01-01 (BC)' WHEN 'late' THEN '294000-01-01' ELSE kafka_timestamp::VARCHAR END";
  const sql = `SELECT user_id, ${list} FROM TUMBLE(events, ${time}, INTERVAL 1 MINUTE) GROUP BY user_id, window_start`;
  const stream = await StreamRun.open(connection, sql);
  const items = ['none', 'never', 'bc', 'late', 'fine', null];
  const rows = items.map((item, index) => ({
    ...{ partition: 0, timeMs: index * 1000, user: 1, amount: 1, item },
  }));
  await stream.feed(rows);
  await stream.feed(rows);
  expect(await stream.results()).toMatchObject([{ n: '4', total: 4 }]);
  expect([stream.untimed, stream.late, stream.closedUntil]).toEqual([8, 0, 4000]);
});

test.each([
  'epoch_ms(kafka_timestamp)',
  'epoch_ms(kafka_timestamp)::DOUBLE',
  'epoch_ms(kafka_timestamp)::VARCHAR',
  "strftime(kafka_timestamp, '%Y-%m-%dT%H:%M:%SZ')",
  'kafka_timestamp::TIMESTAMPTZ',
])('%s is a time', async (time) => {
  const sql = `SELECT count(*) AS n FROM TUMBLE(events, ${time}, INTERVAL 1 MINUTE) GROUP BY window_start`;
  const stream = await StreamRun.open(connection, sql);
  const row = { partition: 0, user: 1, amount: 1, item: null };
  await stream.feed([0, 59, 60, 253].map((seconds) => ({ ...row, timeMs: seconds * 1000 })));
  expect((await stream.results()).map(({ n }) => n).sort()).toEqual(['1', '1', '2']);
  expect(stream.untimed).toBe(0);
});

test('many rows at one time are of one session', async () => {
  const sql =
    'SELECT user_id, count(*) AS n, median(amount) AS middle FROM events GROUP BY user_id WINDOW SESSION (7 SECONDS)';
  const stream = await StreamRun.open(connection, sql);
  const rows = Array.from({ length: 6000 }, (_, index) => ({
    ...{ partition: 0, timeMs: (index % 6) * 8000, user: (index * 7) % 5, amount: 1, item: null },
  }));
  await stream.feed(rows);
  await stream.feed([]);
  const results = await stream.results();
  expect(results.map(({ n }) => n)).toEqual(Array(30).fill('200'));
});
