import { expect, test } from 'vitest';
import { SqlError } from '../../src/domain/sql/sql-error.ts';
import { streamingCommandOf } from '../../src/domain/sql/streaming/streaming-ddl.ts';

test('a stream has columns, computed ones among them, a watermark and a topic', () => {
  const sql = `create stream if not exists "page views" (
    user_id BIGINT, tags VARCHAR[], at STRUCT(x DOUBLE, y DECIMAL(10, 2)), "odd ""name" VARCHAR,
    t BIGINT, ts AS make_timestamp(t * 1000), WATERMARK FOR ts AS ts - INTERVAL '5' SECONDS
  ) WITH (topic = 'page-views', idle_ms = 30000, value_format = 'JSON');`;
  expect(streamingCommandOf(sql)).toEqual({
    ...{ type: 'create-stream', name: 'page views', ifNotExists: true },
    columns: [
      { name: 'user_id', type: 'BIGINT' },
      { name: 'tags', type: 'VARCHAR[]' },
      { name: 'at', type: 'STRUCT(x DOUBLE, y DECIMAL(10, 2))' },
      { name: 'odd "name', type: 'VARCHAR' },
      { name: 't', type: 'BIGINT' },
      { name: 'ts', expression: 'make_timestamp(t * 1000)' },
    ],
    watermark: { column: 'ts', outOfOrdernessMs: 5000 },
    options: { topic: 'page-views', idleMs: 30_000 },
  });
  expect(streamingCommandOf("CREATE STREAM s WITH (kafka_topic='t')")).toEqual({
    ...{ type: 'create-stream', name: 's', ifNotExists: false, columns: [] },
    ...{ watermark: undefined, options: { topic: 't' } },
  });
});

test('a view has options and a query whose places are those of the statement', () => {
  const sql = `CREATE MATERIALIZED VIEW totals WITH (topic = 'user-totals', late = 'topic',
    late_topic = 'late', on_error = 'dlq', dlq_topic = 'it''s dead', start = latest, partitions = 3)
    AS SELECT user_id, count(*) FROM s GROUP BY user_id;`;
  const command = streamingCommandOf(sql);
  expect(command).toMatchObject({
    ...{ type: 'create-materialized-view', name: 'totals', ifNotExists: false },
    options: {
      ...{ topic: 'user-totals', late: 'topic', lateTopic: 'late', onError: 'dlq' },
      ...{ dlqTopic: "it's dead", start: 'latest', partitions: 3 },
    },
  });
  const query = command?.type === 'create-materialized-view' ? command.query : '';
  expect(query.indexOf('SELECT')).toBe(sql.indexOf('SELECT'));
  expect(query.trim()).toBe('SELECT user_id, count(*) FROM s GROUP BY user_id');
});

test.each([
  ['DROP STREAM s', { type: 'drop-stream', name: 's', ifExists: false }],
  [
    'drop materialized view if exists "v w";',
    { type: 'drop-materialized-view', name: 'v w', ifExists: true },
  ],
  ['SHOW STREAMS', { type: 'show-streams' }],
  ['-- all\nshow materialized views;', { type: 'show-materialized-views' }],
  ['PAUSE MATERIALIZED VIEW v', { type: 'pause', name: 'v' }],
  ['RESUME MATERIALIZED VIEW v', { type: 'resume', name: 'v' }],
])('%s', (sql, command) => {
  expect(streamingCommandOf(sql)).toEqual(command);
});

test.each(['SELECT 1', 'CREATE TABLE stream (x INT)', 'DROP VIEW v', 'SHOW TABLES', '', 'CREATE'])(
  '%j is not about streams',
  (sql) => {
    expect(streamingCommandOf(sql)).toBeUndefined();
  },
);

test.each([
  ['CREATE STREAM s', /no topic/, 16],
  ['CREATE STREAM a.b WITH (topic = 1)', /without schema/, 16],
  ["CREATE STREAM s WITH (topic 'x')", /option is name = 'value'/, 23],
  ["CREATE STREAM s WITH (topics = 'x')", /no option topics/, 23],
  ["CREATE STREAM s (x) WITH (topic = 'x')", /x needs a type/, 18],
  ["CREATE STREAM s (x INT NOT NULL) WITH (topic = 'x')", /no constraints/, 24],
  ["CREATE STREAM s (x INT, WATERMARK FOR x AS y) WITH (topic = 'x')", /watermark is/, 44],
  ["CREATE STREAM s (x INT, WATERMARK FOR x AS x - 5) WITH (topic = 'x')", /watermark is/, 46],
  ['CREATE STREAM s (x INT', /not closed/, 17],
  ["CREATE STREAM s WITH (topic = 'x') AS SELECT 1", /end of the statement/, 36],
  ['CREATE STREAM s AS SELECT 1', /materialized view/, 20],
  ["CREATE STREAM s WITH (topic = 'x', value_format = 'xml')", /xml/, 51],
  ['CREATE MATERIALIZED VIEW v SELECT 1', /AS and the query is expected/, 28],
  ['CREATE MATERIALIZED VIEW v AS', /the query is expected/, 30],
  ["CREATE MATERIALIZED VIEW v WITH (late = 'never') AS SELECT 1", /late cannot be never/, 41],
  ["CREATE MATERIALIZED VIEW v WITH (late = 'topic') AS SELECT 1", /late rows is not clear/, 41],
  ["CREATE MATERIALIZED VIEW v WITH (on_error = 'dlq') AS SELECT 1", /not clear/, 45],
  ["CREATE MATERIALIZED VIEW v WITH (idle_ms = '-1') AS SELECT 1", /no whole number/, 44],
  ['CREATE OR REPLACE MATERIALIZED VIEW v AS SELECT 1', /cannot be replaced/, 37],
  ['DROP STREAM', /name of what to drop is expected/, 12],
  ['SHOW STREAMS LIKE x', /end of the statement/, 14],
])('%s: the error has its place', (sql, message, column) => {
  let error: unknown;
  try {
    streamingCommandOf(sql);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(SqlError);
  expect((error as SqlError).message).toMatch(message);
  expect((error as SqlError).position).toEqual({ line: 1, column });
});
