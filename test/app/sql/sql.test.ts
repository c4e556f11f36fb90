import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Broker, SqlError } from '../../../src/index.ts';
import { startTestBroker } from '../../../src/testing/index.ts';

interface Report {
  readonly sharedObjects: readonly string[];
}

function engineIsLoaded(): boolean {
  const { sharedObjects } = process.report.getReport() as unknown as Report;
  return sharedObjects.some((path) => path.includes('duckdb'));
}

async function failure(broker: Broker, sql: string, timeoutMs = 10_000): Promise<SqlError> {
  const error = await broker.sql(sql, [], { timeoutMs }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error, sql).toBeInstanceOf(SqlError);
  return error as SqlError;
}

describe('SQL over topics', () => {
  let broker: Broker;
  beforeAll(async () => {
    broker = await startTestBroker({
      topics: { 'user-events': { partitions: 2 }, empty: {}, binary: {}, mixed: {} },
    });
    for (const compression of ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const) {
      const messages = Array.from({ length: 1000 }, (_, i) => ({
        key: `user-${i % 7}`,
        partition: i % 2,
        timestampMs: 1_700_000_000_000 + i,
        headers: { codec: compression, none: null },
        value: JSON.stringify({ user_id: i % 7, amount: i / 4, name: `${compression} ${i}` }),
      }));
      await broker.produceBatch('user-events', messages, { compression });
    }
    await broker.produceBatch('binary', [
      { key: Buffer.from([255]), value: Buffer.from([254, 0]) },
    ]);
    await broker.produceBatch('mixed', [
      { value: '{"key": 5, "value": 2.5, "tags": ["a"], "place": {"city": "Köln"}}' },
      { value: 'no JSON' },
      { value: null },
      { value: '{"value": "a text", "KEY": 1}' },
    ]);
  });
  afterAll(() => broker.close());

  test('the engine is loaded by the first statement', async () => {
    expect(engineIsLoaded()).toBe(false);
    expect(await broker.sql('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(engineIsLoaded()).toBe(true);
  });

  test('every record is a row, of every codec, with the fields of its JSON', async () => {
    const rows = await broker.sql(
      `SELECT kafka_partition, kafka_offset, epoch_ms(kafka_timestamp) AS ms, key, headers, user_id, amount, name
       FROM "user-events" ORDER BY kafka_partition, kafka_offset`,
    );
    expect(rows).toHaveLength(5000);
    expect(rows[1500]).toEqual({
      kafka_partition: 0,
      kafka_offset: 1500n,
      ms: 1_700_000_000_000n,
      key: 'user-0',
      headers: '{"codec":"lz4","none":null}',
      user_id: 0n,
      amount: 0,
      name: 'lz4 0',
    });
    const sums = await broker.sql(
      'SELECT user_id, sum(amount) AS total FROM user_events GROUP BY ALL',
    );
    expect(sums.reduce((sum, { total }) => sum + Number(total), 0)).toBe((5 * 999 * 1000) / 8);
  });

  test('rows come in the order of the log', async () => {
    const offsets: unknown[] = [];
    for await (const row of broker.sqlRows(
      'SELECT kafka_partition p, kafka_offset o FROM user_events',
    )) {
      offsets.push(row);
    }
    expect(offsets).toEqual(
      [0, 1].flatMap((p) => Array.from({ length: 2500 }, (_, o) => ({ p, o: BigInt(o) }))),
    );
  });

  test.each([
    ['kafka_offset BETWEEN 5 AND 7', 'offsets from 5 to 8', 6n],
    ['kafka_offset >= $1 AND kafka_partition = 1', 'partitions 1; offsets from 2490', 10n],
    ['kafka_offset IN (3, 9)', 'offsets from 3 to 10', 4n],
    ['7 > kafka_offset', 'offsets to 8', 14n],
    ["kafka_timestamp < TIMESTAMP '2023-11-14 22:13:20.010'", 'timestamps to 1700000000010', 50n],
    ["kafka_timestamp >= '2023-11-14 22:13:20.990'", 'timestamps from 1700000000990', 50n],
    ['kafka_timestamp > now() - INTERVAL 1 HOUR', 'timestamps from', 0n],
    ['kafka_offset < 5 OR kafka_offset > 2495', 'no fields', 18n],
  ])('%s is pushed down into the log', async (where, scan, count) => {
    const parameters = where.includes('$1') ? [2490] : [];
    const sql = `SELECT count(*) AS n FROM "user-events" WHERE ${where}`;
    expect(await broker.sql(sql, parameters)).toEqual([{ n: count }]);
    const [scans] = await broker.sql(`EXPLAIN ${sql}`, parameters);
    expect(scans?.explain_value).toContain(scan);
  });

  test('bounds of sub-queries, aliases and common table expressions stay theirs', async () => {
    const joined = `WITH user_events AS (SELECT 1 AS kafka_offset), late AS (SELECT * FROM "user-events" WHERE kafka_offset >= 2499)
      SELECT (SELECT count(*) FROM user_events) AS one, (SELECT count(*) FROM late) AS two,
        (SELECT count(*) FROM "user-events" a LEFT JOIN "user-events" b ON a.kafka_offset = b.kafka_offset AND b.kafka_offset = 1
          WHERE a.kafka_offset <= 1) AS joined`;
    expect(await broker.sql(joined)).toEqual([{ one: 1n, two: 2n, joined: 6n }]);
    expect(
      await broker.sql('SELECT count(*) AS n FROM user_events WHERE user_id > 9007199254740993'),
    ).toEqual([{ n: 0n }]);
  });

  test('bounds go through views and sub-queries, and into INSERT and CREATE TABLE AS', async () => {
    await broker.sql('CREATE VIEW whole AS SELECT * FROM "user-events"');
    await broker.sql(
      'CREATE VIEW named AS SELECT kafka_offset, name FROM whole w WHERE amount > 1',
    );
    const explained = async (sql: string): Promise<unknown> => {
      const [scans] = await broker.sql(`EXPLAIN ${sql}`);
      return scans?.explain_key === 'topic_scans' ? scans.explain_value : undefined;
    };
    const scan = 'user-events: offsets from 5 to 8; fields';
    for (const sql of [
      'SELECT count(name) FROM named WHERE kafka_offset BETWEEN 5 AND 7',
      'SELECT n.name FROM named n WHERE n.kafka_offset BETWEEN 5 AND 7',
      'SELECT name FROM (SELECT * FROM whole ORDER BY name) WHERE kafka_offset BETWEEN 5 AND 7',
      'CREATE TABLE kept AS SELECT * FROM named WHERE kafka_offset BETWEEN 5 AND 7',
      'CREATE OR REPLACE TABLE kept AS FROM named WHERE kafka_offset BETWEEN 5 AND 7 WITH NO DATA',
    ]) {
      expect(await explained(sql)).toContain(scan);
    }
    expect(
      await explained('SELECT * FROM (FROM whole LIMIT 9) WHERE kafka_offset > 4'),
    ).not.toContain('offsets');
    await broker.sql('CREATE TABLE kept AS SELECT * FROM named WHERE kafka_offset BETWEEN 5 AND 7');
    expect(await broker.sql('SELECT * FROM kept')).toHaveLength(6);
    const insert =
      'INSERT INTO kept (kafka_offset, name) SELECT kafka_offset, name FROM whole WHERE kafka_offset BETWEEN 5 AND 7';
    expect(await explained(`${insert} RETURNING name`)).toContain(scan);
    expect(await broker.sql(`${insert} AND kafka_partition = $1 RETURNING name`, [1])).toHaveLength(
      3,
    );
    await broker.sql('DROP VIEW named');
    await broker.sql('DROP VIEW whole');
    await broker.sql('DROP TABLE kept');
  });

  test('only the fields a query uses are parsed', async () => {
    const [scans] = await broker.sql('EXPLAIN SELECT max(amount) FROM user_events');
    expect(scans?.explain_value).toBe('user-events: fields amount');
    const [all] = await broker.sql('EXPLAIN SELECT e FROM user_events e');
    expect(all?.explain_value).toContain('fields user_id, amount, name');
  });

  test('a field takes the name of a raw column; what is no JSON has no fields', async () => {
    const rows = await broker.sql(
      'SELECT key, value, kafka_key, kafka_value, place.city, tags FROM mixed',
    );
    expect(rows.map(({ value, city }) => [value, city])).toEqual([
      ['2.5', 'Köln'],
      [null, null],
      [null, null],
      ['"a text"', null],
    ]);
    expect(rows[1]?.kafka_value).toBe('no JSON');
    expect(rows[2]?.kafka_value).toBeNull();
    expect(rows[0]?.tags).toEqual(['a']);
  });

  test('times far from each other in a batch', async () => {
    const times = [0, 2 ** 53 - 1];
    const messages = times.map((timestampMs) => ({ value: '{}', timestampMs }));
    await broker.createTopic('times', {
      configs: { 'message.timestamp.after.max.ms': String(2n ** 63n - 1n) },
    });
    await broker.produceBatch('times', messages);
    const rows = await broker.sql('SELECT epoch_ms(kafka_timestamp) AS ms FROM times');
    // Beyond what 53 bits of microseconds hold, a time is the last one that they do.
    expect(rows).toEqual([{ ms: 0n }, { ms: 9_007_199_254_740n }]);
  });

  test('keys and values that are no text are bytes', async () => {
    const [row] = await broker.sql('SELECT key, value FROM "binary"');
    expect(row).toEqual({ key: new Uint8Array([255]), value: new Uint8Array([254, 0]) });
    expect(await broker.sql('SELECT count(*) AS n, count(value) AS v FROM empty')).toEqual([
      { n: 0n, v: 0n },
    ]);
  });

  test('DESCRIBE, SHOW TABLES, views over topics and tables beside them', async () => {
    await broker.sql('CREATE TABLE users (user_id BIGINT, label VARCHAR)');
    await broker.sql("INSERT INTO users VALUES (3, 'three')");
    await broker.sql('CREATE VIEW late AS SELECT * FROM "user-events" WHERE kafka_offset > 2497');
    expect(await broker.sql('SELECT count(*) AS n FROM late')).toEqual([{ n: 4n }]);
    const joined = await broker.sql(
      'SELECT label, count(*) AS n FROM user_events JOIN users USING (user_id) GROUP BY ALL',
    );
    expect(joined).toEqual([{ label: 'three', n: 715n }]);
    const columns = await broker.sql('DESCRIBE user_events');
    expect(columns.map(({ column_name: name }) => name)).toContain('user_id');
    const tables = await broker.sql('SHOW TABLES');
    expect(tables).toContainEqual({ name: 'user-events', kind: 'topic' });
    expect(tables).toContainEqual({ name: 'users', kind: 'table' });
    await broker.sql('DROP VIEW late');
    await broker.sql('DROP TABLE users');
  });

  test('statements of many clients at a time see their topics', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `many-${index}`);
    for (const name of names) await broker.produce(name, JSON.stringify({ [name]: name }));
    const results = await Promise.all(
      names.map((name) => broker.sql(`SELECT "${name}" AS field FROM "${name}"`)),
    );
    expect(results.flat()).toEqual(names.map((field) => ({ field })));
    for (const name of names) await broker.deleteTopic(name);
  });

  test('queries that end early leave nothing behind', async () => {
    for (let i = 0; i < 20; i++) {
      expect(await broker.sql('SELECT kafka_offset FROM user_events LIMIT 1')).toHaveLength(1);
    }
    expect(await broker.sql('SELECT count(*) AS n FROM user_events')).toEqual([{ n: 5000n }]);
  });

  test('a new topic and new fields are seen, a deleted topic is not', async () => {
    await broker.createTopic('later');
    await broker.produce('later', '{"a": 1}');
    expect(await broker.sql('SELECT a FROM later')).toEqual([{ a: 1n }]);
    await broker.deleteTopic('later');
    expect((await failure(broker, 'SELECT * FROM later')).message).toContain('later');
  });

  test.each([
    ['SELECT *\nFROM user-events', 'SYNTAX', { line: 2, column: 10 }, 'double quotes'],
    ['SELECT usr_id FROM user_events', 'INVALID', { line: 1, column: 8 }, '"user_id"'],
    ['SELECT * FROM nothing', 'INVALID', { line: 1, column: 15 }, undefined],
    ['SELECT $1', 'INVALID', undefined, undefined],
    ['SELECT 1; SELECT 2', 'INVALID', undefined, undefined],
    [' -- nothing', 'INVALID', undefined, undefined],
  ])('%s: told with place and hint', async (sql, kind, position, hint) => {
    const error = await failure(broker, sql);
    expect(error).toMatchObject({ kind, position });
    if (hint !== undefined) expect(error.hint).toContain(hint);
  });

  test.each([
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM '/etc/passwd'",
    "COPY (SELECT 1) TO '/tmp/kawadb-hostile.csv'",
    "COPY nothing FROM '/etc/passwd'",
    "EXPORT DATABASE '/tmp/kawadb-hostile'",
    "ATTACH '/tmp/kawadb-hostile.db'",
    'DETACH topics',
    'INSTALL httpfs',
    'LOAD httpfs',
    "SET memory_limit = '10GB'",
    'RESET memory_limit',
    'PRAGMA enable_external_access = true',
    'USE memory',
    'BEGIN',
    'CALL duckdb_settings()',
    `SELECT * FROM kawa_topic('{"topic":"__consumer_offsets"}')`,
    "SELECT * FROM kawa_topic('[]')",
    "SELECT * FROM kawa_topic('null')",
  ])('%s is refused', async (sql) => {
    const { kind } = await failure(broker, sql);
    expect(['FORBIDDEN', 'INVALID']).toContain(kind);
    expect(await broker.sql('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  test('endless queries end at their deadline, or when the reader leaves', async () => {
    const endless = 'SELECT count(*) FROM range(100000000000) a, range(1000000) b';
    expect((await failure(broker, endless, 200)).kind).toBe('DEADLINE');
    const controller = new AbortController();
    const cancelled = broker.sql(endless, [], { signal: controller.signal }).then(
      () => undefined,
      (error: unknown) => error,
    );
    setTimeout(() => controller.abort(), 100);
    expect(await cancelled).toMatchObject({ kind: 'CANCELLED' });
    for await (const { i } of broker.sqlRows('SELECT range AS i FROM range(1000000000000)')) {
      if (i === 5000n) break;
    }
    // More statements than run at a time: each of them got its connection back.
    const ones = await Promise.all(Array.from({ length: 12 }, () => broker.sql('SELECT 1 AS one')));
    expect(ones.flat()).toHaveLength(12);
  });

  test('a result that is too large is an error, and so is what needs too much memory', async () => {
    const many = broker.sql('SELECT range FROM range(100000000)', [], { rowsMax: 10_000 });
    await expect(many).rejects.toMatchObject({ kind: 'RESULT_TOO_LARGE' });
    const huge = "SELECT length(list(repeat('x', 1000000))) FROM range(10000000)";
    expect((await failure(broker, huge, 20_000)).kind).toBe('RESULT_TOO_LARGE');
    expect(await broker.sql('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});
