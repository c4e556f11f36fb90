import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HistoryBroker, HistoryPair, historyStep } from '../history-pair.ts';

const RUNS = Number(process.env.NUM_RUNS ?? 6);
let broker: HistoryBroker;
let count = 0;

beforeAll(async () => {
  broker = await HistoryBroker.open();
});
afterAll(() => broker[Symbol.asyncDispose]());

const COLUMNS = '(n BIGINT, tags BIGINT[], place STRUCT(city VARCHAR))';

/** Views over a topic: each record with its place, and records counted. */
async function createViews(topic: string): Promise<void> {
  await broker.rows(`CREATE STREAM "${topic}-stream" ${COLUMNS} WITH (topic = '${topic}')`);
  const dlq = `on_error = 'dlq', dlq_topic = '${topic}-dlq'`;
  await broker.rows(`CREATE MATERIALIZED VIEW "${topic}-rows" WITH (${dlq}) AS
    SELECT kafka_partition, kafka_offset, key, n, place.city AS city, headers FROM "${topic}-stream"`);
  await broker.rows(`CREATE MATERIALIZED VIEW "${topic}-counts" AS
    SELECT kafka_partition, n % 3 AS rest, count(*) AS records, sum(n) AS total FROM "${topic}-stream" GROUP BY ALL`);
}

async function caughtUp(topic: string): Promise<void> {
  const { streams } = broker.running.services;
  for (const view of ['rows', 'counts']) await streams.caughtUp(`${topic}-${view}`);
}

async function results(topic: string): Promise<unknown> {
  return {
    rows: await broker.rows(`SELECT * FROM "${topic}-rows" ORDER BY 1, 2`),
    counts: await broker.rows(`SELECT * FROM "${topic}-counts" ORDER BY ALL`),
    partitions: await broker.rows(
      `SELECT partition, next_offset, "rows", errors, lost FROM kawadb_stream_partitions
       WHERE name = '${topic}-rows' ORDER BY 1`,
    ),
    failed: await broker.rows(
      `SELECT key, value, headers->>'__streams.errors.partition', headers->>'__streams.errors.offset'
       FROM "${topic}-dlq" ORDER BY 3, 4::BIGINT`,
    ),
  };
}

test('a view over history and tail shows what one over a whole log shows', {
  timeout: 60_000 + RUNS * 20_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(historyStep, { minLength: 3, maxLength: 10 }),
      fc.array(historyStep, { minLength: 2, maxLength: 8 }),
      async (before, after) => {
        count += 1;
        const pair = new HistoryPair(broker, count);
        await pair.create();
        const [history, plain] = pair.names;
        for (const topic of pair.names) {
          await broker.running.services.topics.ensureTopic(`${topic}-dlq`);
          await broker.rows(`CREATE TOPIC SCHEMA "${topic}" ${COLUMNS}`);
        }
        for (const step of before) await pair.take(step);
        for (const topic of pair.names) await createViews(topic);
        // Some of it is read while it goes from the log to history, or waits until it is there.
        for (const [index, step] of after.entries()) {
          if (index % 4 === 3) await broker.rows(`RESUME MATERIALIZED VIEW "${history}-rows"`);
          if (index % 4 === 1) await caughtUp(history);
          if (index % 4 === 2) await broker.rows(`PAUSE MATERIALIZED VIEW "${history}-rows"`);
          await pair.take(step);
        }
        await broker.rows(`RESUME MATERIALIZED VIEW "${history}-rows"`);
        for (const topic of pair.names) await caughtUp(topic);
        const shown = await results(plain);
        expect(await results(history)).toEqual(shown);
        const all = await broker.rows(
          `SELECT kafka_partition, kafka_offset, n FROM "${plain}" WHERE kafka_offset IN
           (SELECT kafka_offset FROM "${plain}-rows" r WHERE r.kafka_partition = "${plain}".kafka_partition) ORDER BY 1, 2`,
        );
        const own = await broker.rows(
          `SELECT kafka_partition, kafka_offset, n FROM "${history}-rows" ORDER BY 1, 2`,
        );
        expect(own).toEqual(all);
        for (const topic of pair.names) {
          for (const view of ['rows', 'counts']) {
            await broker.rows(`DROP MATERIALIZED VIEW "${topic}-${view}"`);
          }
          await broker.rows(`DROP STREAM "${topic}-stream"`);
        }
      },
    ),
    { numRuns: RUNS },
  );
});
