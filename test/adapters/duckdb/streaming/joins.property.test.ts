import type { DuckDBConnection } from '@duckdb/node-api';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseStreamQuery } from '../../../../src/adapters/duckdb/stream-syntax.ts';
import { timeBounds } from '../../../../src/domain/sql/streaming/time-bounds.ts';
import { NUM_RUNS, randomBatches } from './random-events.ts';
import { expectSameRows } from './same-rows.ts';
import { compiled, type EventRow, memoryConnection, rowsOf, StreamRun } from './stream-run.ts';

let connection: DuckDBConnection;
beforeAll(async () => {
  connection = await memoryConnection();
  await connection.run(
    "CREATE TABLE users AS FROM (VALUES (0, 'zoe'), (1, 'al'), (3, 'bo')) t(id, name)",
  );
});

const times = (from: number, to: number): string =>
  `o.kafka_timestamp BETWEEN e.kafka_timestamp + INTERVAL '${from} seconds' AND e.kafka_timestamp + INTERVAL '${to} seconds'`;
const sameUser = 'e.user_id = o.user_id';
const andAmount = 'coalesce(e.amount, 0) <= coalesce(o.amount, 0) + 4';

/** As the user writes it; then the condition of the oracle, and how far the right row may be behind. */
const JOINS: readonly (readonly [string, string, number])[] = [
  [`JOIN others o WITHIN 5 SECONDS ON ${sameUser}`, `${sameUser} AND ${times(-5, 5)}`, 5],
  [
    `JOIN others o WITHIN (2 SECONDS, 9 SECONDS) USING (user_id)`,
    `${sameUser} AND ${times(-2, 9)}`,
    9,
  ],
  [
    `JOIN others o ON ${sameUser} AND ${andAmount} AND ${times(0, 10)}`,
    `${sameUser} AND ${andAmount} AND ${times(0, 10)}`,
    10,
  ],
  [`JOIN others o ON ${sameUser} AND ${times(-12, -3)}`, `${sameUser} AND ${times(-12, -3)}`, -3],
  [`JOIN others o ON ${sameUser} AND ${times(4, 6)}`, `${sameUser} AND ${times(4, 6)}`, 6],
  ['JOIN others o ON o.kafka_timestamp = e.kafka_timestamp', times(0, 0), 0],
];

type Batches = EventRow[][];

async function fed(sql: string, events: Batches, others: Batches, options = {}) {
  const all = { partitions: 2, outOfOrdernessMs: 6000, ...options };
  const stream = await StreamRun.open(connection, sql, all);
  for (let index = 0; index < Math.max(events.length, others.length); index++) {
    await stream.feed(events[index] ?? [], others[index] ?? []);
  }
  return stream;
}

const kept = (name: string): string =>
  `(FROM all_${name} WHERE kafka_timestamp >= coalesce(closed_before, '-infinity'))`;

/** The joined rows as a table `j`: time, and the columns of both sides. */
function joinedRows(
  condition: string,
  isOuter: boolean,
  toSeconds: number,
  closed: string,
): string {
  const columns =
    'e.user_id AS user_id, e.item AS item, e.kafka_offset AS e_offset, o.kafka_offset AS o_offset, o.amount AS amount, greatest(e.kafka_timestamp, o.kafka_timestamp) AS joined_at';
  const pairs = `SELECT ${columns} FROM ${kept('events')} e JOIN ${kept('others')} o ON ${condition}`;
  if (!isOuter) return pairs;
  return `${pairs} UNION ALL SELECT ${columns} FROM ${kept('events')} e LEFT JOIN ${kept('others')} o ON ${condition} WHERE o.kafka_offset IS NULL AND e.kafka_timestamp + INTERVAL '${toSeconds} seconds' < ${closed}`;
}

function closedTime(stream: StreamRun): string {
  return `make_timestamp(${(stream.closedUntil ?? -1e12) * 1000})`;
}

const pairOfBatches = [randomBatches(7), randomBatches(7)] as const;

describe.each(JOINS)('%s', (join, condition, toSeconds) => {
  test.each(['', 'LEFT '])('%sjoined rows are told once', async (side) => {
    const sql = `SELECT e.user_id, e.item, e.kafka_offset, o.kafka_offset, o.amount FROM events e ${side}${join}`;
    await fc.assert(
      fc.asyncProperty(...pairOfBatches, async (events, others) => {
        const stream = await fed(sql, events, others, { hasOutput: true });
        const rows = joinedRows(condition, side !== '', toSeconds, closedTime(stream));
        const expected = await rowsOf(connection, {
          sql: `SELECT * EXCLUDE (joined_at) FROM (${rows})`,
          parameters: [],
        });
        expectSameRows(await stream.results(), expected);
        const told = stream.emitted.map(({ kawa_deleted: _deleted, ...row }) => row);
        expectSameRows(told, expected);
      }),
      { numRuns: Math.ceil(NUM_RUNS / 2) },
    );
  });

  test.each([
    ['', 'CHANGES'],
    ['LEFT ', 'FINAL'],
  ])('%swindows over joined rows (%s)', async (side, emit) => {
    const list =
      'count(*) AS n, count(o.amount) AS m, sum(o.amount) AS total, median(o.amount) AS middle';
    const sql = `SELECT e.user_id, ${list} FROM events e ${side}${join} GROUP BY e.user_id WINDOW HOPPING (20 SECONDS, 10 SECONDS) HAVING n > 0 EMIT ${emit}`;
    await fc.assert(
      fc.asyncProperty(...pairOfBatches, async (events, others) => {
        const stream = await fed(sql, events, others);
        const isOuter = side !== '';
        const closed = closedTime(stream);
        const rows = joinedRows(condition, isOuter, toSeconds, closed);
        const delay = isOuter ? Math.max(toSeconds, 0) : 0;
        const due = `ws + INTERVAL '20 seconds' <= ${closed} - INTERVAL '${delay} seconds'`;
        const start = `time_bucket(INTERVAL '10 seconds', joined_at, TIMESTAMP '1970-01-01')`;
        const expected = await rowsOf(connection, {
          sql: `SELECT ws, ws + INTERVAL '20 seconds' AS we, user_id, ${list.replaceAll('o.', '')} FROM (SELECT *, ${start} - step * INTERVAL '10 seconds' AS ws FROM (${rows}), range(2) s(step)) WHERE ${emit === 'FINAL' ? due : 'true'} GROUP BY ws, user_id`,
          parameters: [],
        });
        expectSameRows(await stream.results(), expected);
      }),
      { numRuns: Math.ceil(NUM_RUNS / 2) },
    );
  });
});

test('tables can be joined to the joined rows, and conditions stand in WHERE', async () => {
  const from = 'FROM events e, others o';
  const where = `WHERE ${sameUser} AND ${times(-4, 8)} AND e.item <> 'b'`;
  const sqls = [
    `SELECT e.user_id, e.item, o.amount ${from} ${where}`,
    `SELECT e.user_id, u.name, o.item FROM events e JOIN others o WITHIN (4 SECONDS, 8 SECONDS) ON ${sameUser} LEFT JOIN users u ON u.id = o.user_id WHERE e.item <> 'b'`,
    `SELECT user_id, count(*), approx_count_distinct(o.kafka_offset) FROM events e JOIN others o WITHIN (4 SECONDS, 8 SECONDS) USING (user_id) JOIN users ON id = user_id GROUP BY user_id HAVING count(*) > 1`,
  ];
  for (const sql of sqls) {
    await fc.assert(
      fc.asyncProperty(...pairOfBatches, async (events, others) => {
        const stream = await fed(sql, events, others);
        const batch = sql
          .replace(/WITHIN \([^)]*\)/, '')
          .replace('USING (user_id)', `ON ${sameUser}`)
          .replace(`ON ${sameUser}`, `ON ${sameUser} AND ${times(-4, 8)}`)
          .replaceAll(/(?<!\.)\buser_id, count/g, 'e.user_id, count')
          .replace('id = user_id', 'id = e.user_id')
          .replace('GROUP BY user_id', 'GROUP BY e.user_id')
          .replace(/\bevents e/, `${kept('events')} e`)
          .replace(/\bothers o/, `${kept('others')} o`);
        expectSameRows(
          await stream.results(),
          await rowsOf(connection, { sql: batch, parameters: [] }),
        );
      }),
      { numRuns: NUM_RUNS },
    );
  }
});

test('a stream can be joined with itself', async () => {
  const sql =
    'SELECT a.user_id, b.item FROM events a JOIN events b WITHIN 3 SECONDS USING (user_id)';
  const stream = await StreamRun.open(connection, sql);
  const at = (seconds: number, item: string) => ({
    ...{ partition: 0, timeMs: seconds * 1000, user: 1, amount: 1, item },
  });
  await stream.feed([at(0, 'a'), at(2, 'b')]);
  await stream.feed([at(4, 'c')]);
  const items = (await stream.results()).map(({ item }) => item).sort();
  expect(items).toEqual(['a', 'a', 'b', 'b', 'b', 'c', 'c']);
});

test('rows leave the state once nothing can match them', async () => {
  const sql = 'SELECT e.item FROM events e LEFT JOIN others o WITHIN 5 SECONDS USING (user_id)';
  const stream = await StreamRun.open(connection, sql, { outOfOrdernessMs: 0 });
  for (let step = 0; step < 10; step++) {
    const row = { partition: 0, timeMs: step * 4000, user: 1, amount: 1, item: 'a' };
    await stream.feed([row], [row]);
  }
  for (const side of ['left', 'right']) {
    const [row] = await rowsOf(connection, {
      ...{ sql: `SELECT count(*) AS n FROM main."test.${side}"`, parameters: [] },
    });
    expect(Number(row?.n)).toBeLessThan(5);
  }
});

test.each([
  ['o.t BETWEEN e.t AND e.t + INTERVAL 5 SECONDS', { from: 0, to: 5000 }],
  ['o.t >= e.t - INTERVAL 5 SECONDS AND o.t < e.t', { from: -5000, to: 0 }],
  [
    'e.t - INTERVAL 1 MINUTE <= o.t AND e.t > o.t - INTERVAL 2 SECONDS',
    { from: -60_000, to: 2000 },
  ],
  ["o.t - e.t BETWEEN INTERVAL '-3 seconds' AND INTERVAL 4 SECONDS", { from: -3000, to: 4000 }],
  ['o.t = e.t + INTERVAL 1 SECOND', { from: 1000, to: 1000 }],
  ['o.t > e.t AND (o.t < e.t + INTERVAL 1 SECOND OR true)', { from: 0, to: undefined }],
  ['o.t > e.t AND o.t > e.t + INTERVAL 1 SECOND', { from: 1000, to: undefined }],
  ['o.t < now() AND e.t > o.x', { from: undefined, to: undefined }],
  ['o.t + e.t < e.t', { from: undefined, to: undefined }],
])('%s bounds the times', async (condition, bounds) => {
  const sql = `SELECT 1 FROM e, o WHERE ${condition}`;
  const select = await parseStreamQuery(connection, { sql, original: sql });
  const column = 't';
  const found = timeBounds(select.where_clause, { alias: 'e', column }, { alias: 'o', column });
  expect({ from: found.from, to: found.to }).toEqual(bounds);
});

test.each([
  [`SELECT 1 FROM events e JOIN others o ON ${sameUser}`, /bound how far apart/],
  [
    `SELECT 1 FROM events e JOIN others o ON ${sameUser} AND e.kafka_timestamp < o.kafka_timestamp`,
    /bound how far apart/,
  ],
  [`SELECT 1 FROM events e JOIN others o ON ${times(3, 1)}`, /no two rows/],
  [
    `SELECT 1 FROM events e LEFT JOIN others o ON ${sameUser} WHERE ${times(0, 1)}`,
    /bound how far apart/,
  ],
  [`SELECT 1 FROM events e RIGHT JOIN others o WITHIN 1 DAY ON ${sameUser}`, /JOIN and LEFT JOIN/],
  [`SELECT 1 FROM events e FULL JOIN others o WITHIN 1 DAY ON ${sameUser}`, /JOIN and LEFT JOIN/],
  [
    `SELECT 1 FROM events e JOIN users ON true JOIN others o WITHIN 1 DAY ON ${sameUser}`,
    /tables stand between/,
  ],
  ['SELECT user_id FROM events e JOIN others o WITHIN 1 DAY ON true', /several tables/],
  ['SELECT 1 FROM events WITHIN 1 DAY', /joins of two streams/],
  [
    'SELECT count(*) FROM TUMBLE(events, kafka_timestamp, INTERVAL 1 DAY) e JOIN others o WITHIN 1 DAY ON true GROUP BY window_start',
    /cannot stand in a join/,
  ],
])('%s is refused', async (sql, message) => {
  await expect(compiled(connection, sql)).rejects.toThrow(message);
});
