import fc from 'fast-check';
import { afterAll, beforeAll, test } from 'vitest';
import { HistoryBroker, HistoryPair, historyStep, partition, START_MS } from './history-pair.ts';

const RUNS = Number(process.env.NUM_RUNS ?? 8);
let broker: HistoryBroker;
let count = 0;

beforeAll(async () => {
  broker = await HistoryBroker.open();
});
afterAll(() => broker[Symbol.asyncDispose]());

const where = fc.oneof(
  fc.constant('true'),
  fc
    .tuple(fc.nat(120), fc.nat(120))
    .map(([a, b]) => `kafka_offset BETWEEN ${Math.min(a, b)} AND ${Math.max(a, b)}`),
  fc
    .tuple(fc.nat(1000), partition)
    .map(
      ([ms, p]) =>
        `kafka_timestamp >= make_timestamp_ms(${START_MS + ms}) AND kafka_partition = ${p}`,
    ),
  fc.nat(1000).map((ms) => `kafka_timestamp < make_timestamp_ms(${START_MS + ms}) AND n % 2 = 0`),
);

test('history and tail give what the log alone gives', {
  timeout: 60_000 + RUNS * 10_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(historyStep, { minLength: 4, maxLength: 16 }),
      fc.array(where, { minLength: 2, maxLength: 4 }),
      async (steps, conditions) => {
        count += 1;
        const pair = new HistoryPair(broker, count);
        await pair.create();
        const schema = '(n BIGINT, tags BIGINT[], place STRUCT(city VARCHAR))';
        for (const name of ['history', 'plain']) {
          await broker.rows(`CREATE TOPIC SCHEMA "${name}-${count}" ${schema}`);
        }
        for (const [index, next] of steps.entries()) {
          await pair.take(next);
          const condition = conditions[index % conditions.length] ?? 'true';
          if (index % 3 === 2) await pair.check(condition);
        }
        for (const condition of ['true', ...conditions]) await pair.check(condition);
      },
    ),
    { numRuns: RUNS },
  );
});
