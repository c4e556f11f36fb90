import type { DuckDBConnection } from '@duckdb/node-api';
import { beforeAll, describe, expect, test } from 'vitest';
import { SqlError } from '../../../../src/domain/sql/sql-error.ts';
import { isAggregate } from '../../../../src/domain/sql/streaming/aggregate-functions.ts';
import { expectSameRows } from './same-rows.ts';
import { compiled, type EventRow, memoryConnection, rowsOf, StreamRun } from './stream-run.ts';

let connection: DuckDBConnection;
beforeAll(async () => {
  connection = await memoryConnection();
  await connection.run("CREATE TABLE users AS SELECT 1 AS id, 'al' AS name");
});

const ROWS: EventRow[][] = [
  [0, 5, 12, 19, 21, 33].map((seconds, index) => ({
    ...{ partition: index % 2, timeMs: seconds * 1000, user: index % 3, amount: index, item: 'a' },
  })),
  [40, 39, 61, 62].map((seconds) => ({
    ...{ partition: 1, timeMs: seconds * 1000, user: 1, amount: 0.5, item: null },
  })),
];

async function resultsOf(sql: string) {
  const stream = await StreamRun.open(connection, sql, { partitions: 2 });
  for (const rows of ROWS) await stream.feed(rows);
  return stream.results();
}

const TUMBLING =
  'SELECT user_id, count(*) AS n FROM events GROUP BY user_id WINDOW TUMBLING (20 SECONDS)';
const HOPPING =
  'SELECT user_id, count(*) AS n FROM events GROUP BY user_id WINDOW HOPPING (SIZE 20 SECONDS, ADVANCE BY 5 SECONDS)';
const SESSION =
  'SELECT user_id, count(*) AS n FROM events GROUP BY user_id WINDOW SESSION (10 SECONDS)';

test.each([
  [TUMBLING, TUMBLING.replace('(20 SECONDS)', "(SIZE INTERVAL '20' SECONDS) EMIT CHANGES")],
  [TUMBLING, 'SELECT user_id, count(*) AS n FROM events WINDOW TUMBLING (20 SECONDS) GROUP BY 1'],
  [
    TUMBLING,
    'SELECT WINDOWSTART, windowend, user_id, count(*) FROM events WINDOW TUMBLING (20 SECONDS) GROUP BY user_id',
  ],
  [
    TUMBLING,
    'SELECT user_id, count(*) FROM TUMBLE(events, kafka_timestamp, INTERVAL 20 SECONDS) GROUP BY user_id, window_start, window_end',
  ],
  [
    TUMBLING,
    'SELECT user_id, count(*) FROM TUMBLE(events, DESCRIPTOR(kafka_timestamp), size => INTERVAL 20 SECONDS) AS e GROUP BY e.user_id, e.window_start',
  ],
  [
    TUMBLING,
    "FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(kafka_timestamp), INTERVAL '20' SECONDS)) SELECT window_start, window_end, user_id, count(*) GROUP BY ALL",
  ],
  [
    TUMBLING,
    "SELECT user_id, count(*) FROM TABLE(TUMBLE(DATA => TABLE events, TIMECOL => DESCRIPTOR(kafka_timestamp), SIZE => INTERVAL '20' SECONDS)) GROUP BY user_id, window_start",
  ],
  [
    HOPPING,
    'SELECT user_id, count(*) FROM HOP(events, kafka_timestamp, INTERVAL 5 SECONDS, INTERVAL 20 SECONDS) GROUP BY user_id, window_start',
  ],
  [
    HOPPING,
    'SELECT user_id, count(*) FROM HOP(events, kafka_timestamp, size => INTERVAL 20 SECONDS, slide => INTERVAL 5 SECONDS) GROUP BY user_id, window_start',
  ],
  [
    SESSION,
    'SELECT user_id, count(*) FROM SESSION(events, kafka_timestamp, INTERVAL 10 SECONDS) GROUP BY user_id, window_end',
  ],
  [
    TUMBLING,
    'SELECT events.USER_ID, Count(*) FROM Events GROUP BY User_Id WINDOW tumbling (interval 20 second)',
  ],
])('%s, written otherwise', async (usual, other) => {
  expectSameRows(await resultsOf(other), await resultsOf(usual));
});

test('expressions of the window and of the groups stand above the grouping', async () => {
  const rows = await resultsOf(
    `SELECT user_id + 1 AS u, epoch(window_end - window_start) AS seconds, count(*) * 2 AS "n-2"
     FROM events AS e WHERE e.amount >= 0 GROUP BY user_id + 1
     WINDOW TUMBLING (20 SECONDS) HAVING n2 > 0 AND u > 1 AND second(window_start) = 0`.replace(
      'n2',
      '"n-2"',
    ),
  );
  expect(Object.keys(rows[0] ?? {})).toEqual(['window_start', 'window_end', 'u', 'seconds', 'n-2']);
  expect(rows.map(({ u, seconds, 'n-2': n }) => [Number(u), seconds, Number(n)]).sort()).toEqual(
    [
      [2, 20, 4],
      [2, 20, 2],
      [3, 20, 2],
    ].sort(),
  );
});

test('a query without GROUP BY has one result a window, and columns of one name are told apart', async () => {
  const rows = await resultsOf(
    'SELECT count(*) AS n, sum(amount) AS n, max(amount) FROM events WINDOW TUMBLING (1 MINUTE)',
  );
  // The windows come in any order.
  const values = rows.map((row) => Object.values(row).slice(2).map(Number));
  expect(values.sort(([a], [b]) => Number(b) - Number(a))).toEqual([
    [8, 16, 5],
    [2, 1, 0.5],
  ]);
  expect(Object.keys(rows[0] ?? {}).slice(2)).toEqual(['n', 'n_1', 'max(amount)']);
});

test('every aggregate of the engine is known', async () => {
  const rows = await rowsOf(connection, {
    sql: "SELECT DISTINCT function_name AS name FROM duckdb_functions() WHERE function_type = 'aggregate'",
    parameters: [],
  });
  // These have a meaning with OVER only.
  const framed = ['cume_dist', 'dense_rank', 'fill', 'lag', 'lead', 'ntile', 'percent_rank'];
  const others = new Set([...framed, 'rank', 'rank_dense', 'row_number']);
  const names = rows.map(({ name }) => String(name)).filter((name) => !others.has(name));
  expect(names.length).toBeGreaterThan(60);
  expect(names.filter((name) => !isAggregate(name))).toEqual([]);
});

test('an aggregate in a macro of a user is refused by the engine rather than computed per batch', async () => {
  await connection.run('CREATE OR REPLACE MACRO total(x) AS sum(x)');
  for (const sql of ['SELECT total(amount) FROM events', 'SELECT total(1) FROM events']) {
    await expect(StreamRun.open(connection, sql)).rejects.toThrow(/GROUP BY/);
  }
});

test('state that only one version of the engine reads is told', async () => {
  const bound = async (sql: string) => (await compiled(connection, sql)).engineBound;
  expect(await bound('SELECT stddev(amount) FROM events')).toBe(true);
  expect(await bound('SELECT sum(amount), count(DISTINCT item) FROM events')).toBe(false);
  expect(await bound('SELECT stddev(amount), median(amount) FROM events')).toBe(false);
});

describe('what cannot be computed exactly is refused, with its place and what to do', () => {
  test.each([
    ['SELECT user_id FROM events ORDER BY user_id', /ORDER BY has no meaning/, /read its results/],
    ['SELECT user_id FROM events LIMIT 3', /LIMIT has no meaning/, /read its results/],
    [
      'SELECT user_id FROM events UNION ALL SELECT id FROM users',
      /one SELECT/,
      /same output topic/,
    ],
    ['WITH e AS (FROM events) SELECT * FROM e', /WITH cannot/, /view/],
    ['SELECT * FROM (SELECT * FROM events)', /sub-query/, /MATERIALIZED VIEW/],
    ['SELECT * FROM users', /tables only/, /ordinary SELECT/],
    ['SELECT 1', /reads no stream/, /topic/],
    ['SELECT * FROM nothing', /no topic, stream or table nothing/, /SHOW/],
    ['SELECT nothing FROM events', /no column nothing/, /user_id/],
    ['SELECT events.nothing FROM events', /no column nothing/, /user_id/],
    ['SELECT window_start, count(*) FROM events', /no column window_start/, /has a window/],
    ['SELECT item, count(*) FROM events GROUP BY user_id', /item is neither/, /any_value\(item\)/],
    ['SELECT sum(count(*)) FROM events', /cannot hold another/, undefined],
    ['SELECT count(*) FROM events WHERE count(*) > 1', /cannot stand in WHERE/, /HAVING/],
    ['SELECT sum(amount) OVER () FROM events', /OVER/, /SLIDING/],
    ['SELECT user_id FROM events QUALIFY row_number() OVER () = 1', /QUALIFY/, /HAVING/],
    ['SELECT count(*) FROM events GROUP BY CUBE (user_id, item)', /CUBE/, /each grouping/],
    ['SELECT count(*) FROM events GROUP BY 7', /GROUP BY 7/, undefined],
    ['SELECT count(*) FROM events WHERE user_id = $1', /no parameters/, /value itself/],
    ['SELECT DISTINCT ON (user_id) user_id FROM events', /DISTINCT ON/, /arg_max/],
    ['SELECT DISTINCT count(*) FROM events', /DISTINCT cannot/, /leave DISTINCT out/],
    ['SELECT user_id FROM events WINDOW TUMBLING (1 DAY)', /needs something/, /count/],
    ['SELECT count(*) FROM events EMIT FINAL', /ever final/, /WINDOW TUMBLING/],
    [
      'SELECT count(*) FROM TUMBLE(events, kafka_timestamp, INTERVAL 1 DAY)',
      /group by the window/,
      /window_start/,
    ],
    [
      'SELECT count(*) FROM TUMBLE(events, kafka_timestamp, INTERVAL 1 DAY) GROUP BY window_start WINDOW SESSION (1 DAY)',
      /two windows/,
      /leave/,
    ],
    [
      'SELECT count(*) FROM HOP(events, kafka_timestamp, INTERVAL 2 DAYS, INTERVAL 1 DAY) GROUP BY window_start',
      /no longer than/,
      /HOP/,
    ],
    [
      'SELECT count(*) FROM TUMBLE(events, kafka_timestamp, INTERVAL 1 MONTH) GROUP BY window_start',
      /fixed length/,
      /DAYS/,
    ],
    ['SELECT count(*) FROM TUMBLE(events) GROUP BY window_start', /3 arguments/, /TUMBLE/],
    [
      'SELECT count(*) FROM CUMULATE(events, kafka_timestamp, INTERVAL 1 DAY, INTERVAL 2 DAYS) GROUP BY window_start',
      /CUMULATE/,
      /HOP/,
    ],
    [
      'SELECT count(*) FROM TUMBLE(users, id, INTERVAL 1 DAY) GROUP BY window_start',
      /is a table/,
      /topic/,
    ],
    [
      'SELECT count(*) FROM events RIGHT JOIN users ON id = user_id',
      /may be missing/,
      /on the left/,
    ],
    [
      'SELECT count(*) FROM users LEFT JOIN events ON id = user_id',
      /may be missing/,
      /on the left/,
    ],
    [
      'SELECT count(*) FROM events FULL JOIN users ON id = user_id',
      /may be missing/,
      /on the left/,
    ],
    ['SELECT count(*) FROM events NATURAL JOIN users', /NATURAL/, /USING/],
    ['SELECT count(*) FROM events USING SAMPLE 10', /sampled/, /random/],
    ['SELECT sum(window_start) FROM events WINDOW TUMBLING (1 DAY)', /not known inside/, /outside/],
    [
      'SELECT count(*) FROM events WHERE window_start > now() WINDOW TUMBLING (1 DAY)',
      /not known in WHERE/,
      /HAVING/,
    ],
    ['SELECT (SELECT max(id) FROM users) + count(*) FROM events', /above the grouping/, /WHERE/],
    [
      'SELECT count(*) FROM events WHERE user_id IN (SELECT user_id FROM others)',
      /cannot read a stream/,
      /tables/,
    ],
    ['SELECT COLUMNS(*) FROM events', /this star/, /EXCLUDE/],
    ['SELECT count(*) FROM events, others, events e3', /at most two/, /first/],
  ])('%s', async (sql, message, hint) => {
    const error = await compiled(connection, sql).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(SqlError);
    expect((error as SqlError).message).toMatch(message);
    if (hint !== undefined) expect((error as SqlError).hint).toMatch(hint);
  });

  test('the place is that of the part, in lines and characters of what was written', async () => {
    const sql = "SELECT 'é😀', sum(amount)\nFROM events\nGROUP BY nothing\nWINDOW TUMBLING (1 DAY)";
    const error = await compiled(connection, sql).catch((thrown: unknown) => thrown);
    expect((error as SqlError).position).toEqual({ line: 3, column: 10 });
    const syntax = await compiled(connection, 'SELECT x FROM events\nWHERE >').catch(
      (thrown: unknown) => thrown,
    );
    expect(syntax).toMatchObject({ kind: 'SYNTAX', position: { line: 2 } });
  });

  test('results that could not be told apart are refused for topics', async () => {
    const sql = 'SELECT count(*) FROM events GROUP BY user_id';
    await expect(compiled(connection, sql)).resolves.toBeDefined();
    await expect(compiled(connection, sql, { hasOutput: true })).rejects.toThrow(/told apart/);
    const session = 'SELECT user_id FROM events GROUP BY user_id WINDOW SESSION (1 DAY)';
    await expect(compiled(connection, session, { late: 'reemit' })).rejects.toThrow(/late rows/);
  });
});
