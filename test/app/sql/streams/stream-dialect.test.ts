import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Broker } from '../../../../src/index.ts';
import { startTestBroker } from '../../../../src/testing/index.ts';

const START_MS = Date.UTC(2024, 0, 1);
/** Nothing is late: what a view shows is what a query over the whole topics gives. */
const OPTIONS = 'WITH (out_of_orderness_ms = 600000)';

let broker: Broker;
beforeAll(async () => {
  broker = await startTestBroker();
  for (const topic of ['clicks', 'purchases']) await broker.createTopic(topic, { partitions: 2 });
  await broker.sql('CREATE TABLE customers (id BIGINT, country VARCHAR)');
  await broker.sql("INSERT INTO customers VALUES (0, 'jp'), (1, 'it'), (2, 'jp')");
  await produce(0);
});
afterAll(() => broker.close());

/** Two hundred clicks and fifty purchases of five users, some seconds apart and not quite in order. */
async function produce(from: number): Promise<void> {
  for (let index = from; index < from + 200; index++) {
    const user = (index * 7) % 5;
    const timestampMs = START_MS + index * 900 + ((index * 31) % 11) * 1000;
    const value = JSON.stringify({ user_id: user, page: `p${index % 3}`, ms: (index % 40) / 4 });
    await broker.produce('clicks', { key: `k${index}`, value, timestampMs });
    if (index % 4 !== 0) continue;
    const bought = JSON.stringify({ user_id: (user + index / 4) % 6, price: index % 10 });
    await broker.produce('purchases', { key: `k${index}`, value: bought, timestampMs });
  }
}

const start = "time_bucket(INTERVAL '20 seconds', kafka_timestamp, TIMESTAMP '1970-01-01')";
const near =
  'c.user_id = p.user_id AND p.kafka_timestamp BETWEEN c.kafka_timestamp - INTERVAL 4 SECONDS AND c.kafka_timestamp + INTERVAL 4 SECONDS';
const list =
  'count(*) AS n, avg(ms) AS a, max(page) AS m, count(DISTINCT page) AS d, stddev(ms) AS s';

/** What a view computes, and the same as one query. */
const VIEWS: Record<string, readonly [string, string]> = {
  tumbling: [
    `SELECT user_id, ${list} FROM clicks GROUP BY user_id WINDOW TUMBLING (20 SECONDS)`,
    `SELECT ${start} AS window_start, window_start + INTERVAL 20 SECONDS AS window_end, user_id, ${list} FROM clicks GROUP BY ALL`,
  ],
  hopping: [
    `SELECT page, ${list}, median(ms) AS q FROM clicks GROUP BY page WINDOW HOPPING (SIZE 40 SECONDS, ADVANCE BY 20 SECONDS) HAVING count(*) > 2`,
    `SELECT ${start} - step * INTERVAL 20 SECONDS AS window_start, window_start + INTERVAL 40 SECONDS AS window_end, page, ${list}, median(ms) AS q FROM clicks, range(2) s(step) GROUP BY ALL HAVING count(*) > 2`,
  ],
  session: [
    'SELECT user_id, count(*) AS n, sum(ms) AS t FROM clicks GROUP BY user_id WINDOW SESSION (5 SECONDS)',
    `SELECT min(kafka_timestamp) AS window_start, max(kafka_timestamp) + INTERVAL 5 SECONDS AS window_end, user_id, count(*) AS n, sum(ms) AS t FROM (
       SELECT *, sum(f) OVER (PARTITION BY user_id ORDER BY kafka_timestamp) AS island FROM (
         SELECT *, CASE WHEN kafka_timestamp - lag(kafka_timestamp) OVER (PARTITION BY user_id ORDER BY kafka_timestamp) <= INTERVAL 5 SECONDS THEN 0 ELSE 1 END AS f FROM clicks))
     GROUP BY user_id, island`,
  ],
  sliding: [
    'SELECT user_id, count(*) AS n, max(ms) AS m FROM clicks GROUP BY user_id WINDOW SLIDING (8 SECONDS)',
    `SELECT e.t - INTERVAL 8 SECONDS AS window_start, e.t AS window_end, user_id, count(*) AS n, max(ms) AS m
     FROM (SELECT DISTINCT user_id, kafka_timestamp AS t FROM clicks) e JOIN clicks c USING (user_id)
     WHERE c.kafka_timestamp BETWEEN e.t - INTERVAL 8 SECONDS AND e.t GROUP BY user_id, e.t`,
  ],
  countries: [
    'SELECT country, count(*) AS n FROM clicks LEFT JOIN customers ON id = user_id GROUP BY country',
    'SELECT country, count(*) AS n FROM clicks LEFT JOIN customers ON id = user_id GROUP BY country',
  ],
  bought: [
    'SELECT c.key AS c_key, p.key AS p_key, price FROM clicks c JOIN purchases p WITHIN 4 SECONDS USING (user_id)',
    `SELECT c.key AS c_key, p.key AS p_key, price FROM clicks c JOIN purchases p ON ${near}`,
  ],
  revenue: [
    'SELECT page, sum(price) AS t FROM clicks c JOIN purchases p WITHIN 4 SECONDS USING (user_id) GROUP BY page',
    `SELECT page, sum(price) AS t FROM clicks c JOIN purchases p ON ${near} GROUP BY page`,
  ],
  filtered: [
    'SELECT user_id, upper(page) AS page FROM clicks WHERE ms > 5 AND user_id IN (SELECT id FROM customers)',
    'SELECT user_id, upper(page) AS page FROM clicks WHERE ms > 5 AND user_id IN (SELECT id FROM customers)',
  ],
};

function sorted(rows: readonly Record<string, unknown>[]): string[] {
  const plain = (_: string, value: unknown): unknown => {
    if (typeof value === 'bigint') return String(value);
    return typeof value === 'number' ? Number(value.toPrecision(9)) : value;
  };
  return rows.map((row) => JSON.stringify(row, plain)).sort();
}

test('a query with a window is answered at once, of all records there are', async () => {
  for (const [name, [asked, sql]] of Object.entries(VIEWS)) {
    const rows = sorted(await broker.sql(asked));
    expect({ name, rows }).toEqual({ name, rows: sorted(await broker.sql(sql)) });
  }
  const windows = 'FROM TUMBLE(clicks, kafka_timestamp, INTERVAL 20 SECONDS) GROUP BY window_start';
  const top = await broker.sql(
    `SELECT user_id, count(*) AS n FROM clicks WHERE kafka_partition = 0 GROUP BY user_id WINDOW TUMBLING (1 DAY) ORDER BY n DESC, 1 LIMIT 2`,
  );
  expect(top).toHaveLength(2);
  expect(Number(top[0]?.n)).toBeGreaterThanOrEqual(Number(top[1]?.n));
  const counts = await broker.sql(
    `SELECT window_start, count(*) AS n ${windows} ORDER BY 1 LIMIT 3`,
  );
  expect(counts.map(({ n }) => n)).toHaveLength(3);
  expect(counts[0]?.window_start).toEqual(new Date(START_MS));
  const [plan] = await broker.sql(`EXPLAIN SELECT count(*) ${windows}`);
  expect(plan?.explain_value).toMatch(/^clicks: /);
  await expect(broker.sql('SELECT count(*) FROM clicks EMIT CHANGES')).rejects.toMatchObject({
    ...{ kind: 'INVALID', position: { line: 1, column: 29 } },
    hint: expect.stringContaining('MATERIALIZED VIEW') as string,
  });
  const byCount = 'SELECT count(*) FROM clicks WINDOW TUMBLING (1 DAY) ORDER BY count(*)';
  await expect(broker.sql(byCount)).rejects.toMatchObject({ position: { line: 1, column: 62 } });
  const wrong = 'SELECT page, count(*) FROM clicks WINDOW TUMBLING (1 DAY)';
  await expect(broker.sql(wrong)).rejects.toMatchObject({ position: { line: 1, column: 8 } });
});

test('views over topics show what one query over them gives, before and after more records came', async () => {
  for (const [name, [sql]] of Object.entries(VIEWS)) {
    await broker.sql(`CREATE MATERIALIZED VIEW ${name} ${OPTIONS} AS ${sql}`);
  }
  for (let round = 0; round < 2; round++) {
    if (round > 0) await produce(200);
    for (const [name, [, sql]] of Object.entries(VIEWS)) {
      await broker.streamCaughtUp(name);
      const actual = sorted(await broker.sql(`SELECT * FROM ${name}`));
      expect(actual.length).toBeGreaterThan(2);
      expect({ name, rows: actual }).toEqual({ name, rows: sorted(await broker.sql(sql)) });
    }
  }
}, 60_000);
