import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Broker } from '../../../../src/index.ts';
import { startTestBroker } from '../../../../src/testing/index.ts';

const START_MS = Date.UTC(2024, 0, 1);
const MINUTE_MS = 60_000;

/** Two records in each minute of a range. */
async function produce(broker: Broker, from: number, to: number): Promise<void> {
  const messages = Array.from({ length: (to - from) * 2 }, (_, index) => ({
    timestampMs: START_MS + from * MINUTE_MS + index * (MINUTE_MS / 2),
    value: JSON.stringify({ page: index % 3 === 0 ? 'a' : 'b' }),
  }));
  await broker.produceBatch('clicks', messages);
}

async function minutes(broker: Broker, view: string): Promise<unknown[]> {
  const rows = await broker.sql(
    `SELECT DISTINCT (epoch_ms(window_start) - ${START_MS}) // ${MINUTE_MS} AS minute FROM ${view} ORDER BY 1`,
  );
  return rows.map(({ minute }) => Number(minute));
}

test('results of old windows go, also over a restart, and the topic of the results has them all', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'kawadb-retention-'));
  const options = { dataDir, storage: 'segment' } as const;
  try {
    let broker = await startTestBroker({ ...options, topics: ['clicks'] });
    await produce(broker, 0, 10);
    const query = 'SELECT page, count(*) AS n FROM clicks GROUP BY page';
    const window = 'WINDOW TUMBLING (1 MINUTE';
    const views = {
      kept: `CREATE MATERIALIZED VIEW kept WITH (out_of_orderness_ms = 0) AS ${query} ${window})`,
      short: `CREATE MATERIALIZED VIEW short WITH (out_of_orderness_ms = 0) AS ${query} ${window}, RETENTION 3 MINUTES)`,
      told: `CREATE MATERIALIZED VIEW told WITH (topic = 'told', retention = '0 seconds', out_of_orderness_ms = 0) AS ${query} ${window})`,
    };
    for (const sql of Object.values(views)) await broker.sql(sql);
    for (const view of Object.keys(views)) await broker.streamCaughtUp(view);
    // The newest record is of 9:30, so that windows up to that which ended at 6:00 are gone.
    expect(await minutes(broker, 'short')).toEqual([6, 7, 8, 9]);
    expect(await minutes(broker, 'told')).toEqual([]);
    await broker.close();
    broker = await startTestBroker(options);
    expect(await minutes(broker, 'short')).toEqual([6, 7, 8, 9]);
    await produce(broker, 10, 13);
    for (const view of Object.keys(views)) await broker.streamCaughtUp(view);
    expect(await minutes(broker, 'short')).toEqual([9, 10, 11, 12]);
    expect(await minutes(broker, 'kept')).toEqual(Array.from({ length: 13 }, (_, at) => at));
    expect(await minutes(broker, 'told')).toEqual([]);
    const closed = `SELECT count(*) AS n FROM kept WHERE window_end <= make_timestamp(${(START_MS + 12.5 * MINUTE_MS) * 1000})`;
    const [all] = await broker.sql(closed);
    await expect.poll(() => broker.getLatestOffset('told', 0)).toBe(all?.n);
    const same = `SELECT * FROM kept WHERE window_end > make_timestamp(${(START_MS + 9.5 * MINUTE_MS) * 1000})`;
    expect(await broker.sql(`${same} EXCEPT ALL FROM short`)).toEqual([]);
    expect(await broker.sql(`FROM short EXCEPT ALL (${same})`)).toEqual([]);
    await broker.close();
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});

test('a retention that means nothing is refused, with its place', async () => {
  await using broker = await startTestBroker({ topics: ['clicks'] });
  await produce(broker, 0, 1);
  const grouped = 'SELECT page, count(*) AS n FROM clicks GROUP BY page';
  for (const [sql, message] of [
    [`CREATE MATERIALIZED VIEW v WITH (retention = '1 day') AS ${grouped}`, 'without a window'],
    [
      `CREATE MATERIALIZED VIEW v WITH (retention = '1 day') AS ${grouped} WINDOW TUMBLING (1 HOUR, RETENTION 2 DAYS)`,
      'given twice',
    ],
    [`CREATE MATERIALIZED VIEW v WITH (retention = 'long') AS ${grouped}`, 'no interval'],
    [`${grouped} WINDOW TUMBLING (1 HOUR, RETENTION 2 DAYS)`, 'never end'],
  ] as const) {
    await expect(broker.sql(sql)).rejects.toMatchObject({
      message: expect.stringContaining(message),
      hint: expect.any(String),
    });
  }
});
