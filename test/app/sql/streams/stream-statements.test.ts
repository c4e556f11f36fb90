import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Broker } from '../../../../src/index.ts';
import { startTestBroker } from '../../../../src/testing/index.ts';

let broker: Broker;
beforeAll(async () => {
  broker = await startTestBroker({ topics: ['clicks'] });
});
afterAll(() => broker.close());

const at = (seconds: number, user: number) => ({
  value: JSON.stringify({ user_id: user, seen: new Date(seconds * 1000).toISOString() }),
});

test('a stream with columns of its own, a view over it, and what is told of them', async () => {
  await broker.sql(`CREATE STREAM visits (user_id BIGINT, seen TIMESTAMP, WATERMARK FOR seen AS seen - INTERVAL 5 SECONDS)
    WITH (topic = 'clicks')`);
  await broker.sql(`CREATE MATERIALIZED VIEW visit_counts WITH (late = 'drop') AS
    SELECT user_id, count(*) AS n FROM visits GROUP BY user_id WINDOW TUMBLING (INTERVAL 1 MINUTE) EMIT FINAL`);
  expect(await broker.sql('SELECT * FROM visit_counts')).toEqual([]);
  await broker.produceBatch('clicks', [at(1, 1), at(30, 1), at(70, 1), at(20, 2), at(8, 1)]);
  await broker.streamCaughtUp('visit_counts');
  expect(await broker.sql('SELECT user_id, n FROM visit_counts ORDER BY 1')).toEqual([
    { user_id: 1n, n: 3n },
    { user_id: 2n, n: 1n },
  ]);
  await broker.produceBatch('clicks', [at(3, 1), at(200, 1)]);
  await broker.streamCaughtUp('visit_counts');
  expect(await broker.sql('SELECT user_id, seen FROM visits LIMIT 1')).toEqual([
    { user_id: 1n, seen: new Date(1000) },
  ]);
  const shown = await broker.sql('SHOW STREAMS');
  expect(shown).toMatchObject([
    {
      ...{ name: 'visit_counts', kind: 'materialized view', state: 'RUNNING', topics: ['clicks'] },
      ...{ rows: 7n, lag: 0n, errors: 0n, late: 1n, watermark: new Date(195_000) },
    },
    { name: 'visits', kind: 'stream', state: 'DECLARED' },
  ]);
  expect(await broker.sql('SELECT * FROM kawadb_stream_partitions')).toMatchObject([
    { name: 'visit_counts', topic: 'clicks', partition: 0, next_offset: 7n, lag: 0n, late: 1n },
  ]);
  for (const sql of ['DROP VIEW visit_counts', 'CREATE OR REPLACE VIEW main.visits AS SELECT 1']) {
    await expect(broker.sql(sql)).rejects.toThrow(/is a (materialized view|stream)/);
  }
  for (const sql of ['DELETE FROM streams.views', 'DROP SCHEMA kawadb.streams CASCADE']) {
    await expect(broker.sql(sql)).rejects.toThrow('by streams only');
  }
  await expect(broker.sql('DROP STREAM visits')).rejects.toThrow('is read by visit_counts');
  await broker.sql('DROP MATERIALIZED VIEW visit_counts');
  await broker.sql('DROP STREAM visits');
  expect(await broker.sql('SHOW STREAMS')).toEqual([]);
  expect(await broker.tables.list()).toEqual([]);
  await expect(broker.sql('SELECT * FROM visit_counts')).rejects.toThrow('visit_counts');
});

test('CALL process_stream, over a topic without records at first', async () => {
  await broker.createTopic('later');
  await broker.sql(
    "CALL process_stream('later', 'SELECT user_id, count(*) AS n FROM stream GROUP BY user_id WINDOW TUMBLING (INTERVAL 1 MINUTE)', 'later-counts')",
  );
  await broker.produceBatch('later', [at(1, 1), at(2, 1)]);
  await broker.streamCaughtUp('later_counts');
  expect(await broker.sql('SELECT user_id, n FROM "later-counts"')).toEqual([
    { user_id: 1n, n: 2n },
  ]);
  await broker.sql('DROP MATERIALIZED VIEW IF EXISTS "later-counts"');
  await broker.sql('DROP MATERIALIZED VIEW IF EXISTS "later-counts"');
});

test.each([
  ['CREATE STREAM s', 'no topic'],
  ["CREATE STREAM s WITH (topic = 'nothing')", 'there is no topic nothing'],
  ["CREATE STREAM s (a) WITH (topic = 'clicks')", 'needs a type'],
  ["CREATE STREAM s (a NONSENSE) WITH (topic = 'clicks')", 'NONSENSE'],
  ["CREATE STREAM s (a INT, WATERMARK FOR b AS b) WITH (topic = 'clicks')", 'no column b'],
  ["CREATE MATERIALIZED VIEW v WITH (nonsense = 'x') AS SELECT 1", 'no option nonsense'],
  ['CREATE MATERIALIZED VIEW v SELECT 1', 'AS and the query'],
  ['CREATE MATERIALIZED VIEW v AS SELEC 1', 'syntax error'],
  ['CREATE MATERIALIZED VIEW v AS SELECT nothing FROM clicks', 'nothing'],
  [
    "CREATE MATERIALIZED VIEW v WITH (topic = 'a b') AS SELECT user_id, count(*) FROM clicks GROUP BY user_id WINDOW TUMBLING (1 MINUTE)",
    'a b',
  ],
  ['DROP STREAM nothing', 'there is no stream nothing'],
  ['DROP MATERIALIZED VIEW nothing', 'there is no materialized view nothing'],
  ["CALL process_stream('nothing', 'SELECT * FROM stream', 'v')", 'there is no topic nothing'],
])('%s is refused', async (sql, message) => {
  await expect(broker.sql(sql)).rejects.toThrow(message);
  expect(await broker.sql('SHOW STREAMS')).toEqual([]);
});
