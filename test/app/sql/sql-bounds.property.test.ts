import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Broker } from '../../../src/index.ts';
import { startTestBroker } from '../../../src/testing/index.ts';

const START_MS = 1_700_000_000_000;
const SPAN_MS = 400;
let broker: Broker;

beforeAll(async () => {
  broker = await startTestBroker({ topics: { ticks: { partitions: 3 } } });
  for (let batch = 0; batch < 30; batch++) {
    const messages = Array.from({ length: 20 }, (_, i) => ({
      partition: (batch + i) % 3,
      // Out of order, within a batch and between batches.
      timestampMs: START_MS + ((batch * 97 + i * 31) % SPAN_MS),
      value: JSON.stringify({ n: batch * 20 + i }),
    }));
    await broker.produceBatch('ticks', messages, { compression: batch % 2 === 0 ? 'none' : 'lz4' });
  }
  await broker.sql('CREATE TABLE copy AS SELECT * FROM ticks');
});
afterAll(() => broker.close());

const offset = fc.integer({ min: -2, max: 210 }).map(String);
const offsetOperand = fc.oneof(
  offset,
  fc.double({ min: -2, max: 210, noNaN: true }).map((value) => value.toFixed(2)),
  offset.map((value) => `'${value}'`),
  offset.map((value) => `(${value} + 3)`),
);
const timestamp = fc
  .integer({ min: -20, max: SPAN_MS + 20 })
  .map((ms) => `TIMESTAMP '${new Date(START_MS + ms).toISOString().replace('Z', '')}'`);
const timestampOperand = fc.oneof(
  timestamp,
  timestamp.map((text) => text.replace('TIMESTAMP ', '')),
  timestamp.map((text) => `${text} + INTERVAL 7 MILLISECOND`),
  timestamp.map((text) => `CAST(${text} AS TIMESTAMPTZ)`),
);
const partition = fc.integer({ min: -1, max: 3 }).map(String);
const operator = fc.constantFrom('=', '<', '<=', '>', '>=', '<>');

function comparisons(column: string, operand: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.oneof(
    fc.tuple(operator, operand).map(([op, value]) => `${column} ${op} ${value}`),
    fc.tuple(operator, operand).map(([op, value]) => `${value} ${op} ${column}`),
    fc.tuple(operand, operand).map(([low, high]) => `${column} BETWEEN ${low} AND ${high}`),
    fc
      .array(operand, { minLength: 1, maxLength: 3 })
      .map((list) => `${column} IN (${list.join(', ')})`),
  );
}

const condition = fc.letrec<{ any: string; simple: string }>((tie) => ({
  simple: fc.oneof(
    comparisons('kafka_offset', offsetOperand),
    comparisons('t.kafka_offset', offsetOperand),
    comparisons('kafka_timestamp', timestampOperand),
    comparisons('kafka_partition', partition),
    fc.constant('n % 2 = 0'),
    fc.constant('kafka_offset = n'),
  ),
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('simple'),
    fc.tuple(tie('any'), tie('any')).map(([a, b]) => `(${a}) AND (${b})`),
    fc.tuple(tie('any'), tie('any')).map(([a, b]) => `(${a}) OR (${b})`),
    tie('any').map((inner) => `NOT (${inner})`),
  ),
})).any;

test('a query over the topic gives what it gives over a copy of all its records', {
  timeout: 60_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(condition, async (where) => {
      const [topic, copy] = await Promise.all(
        ['ticks', 'copy'].map((table) =>
          broker.sql(
            `SELECT count(*) AS rows, sum(kafka_offset) AS offsets, sum(n) AS numbers FROM ${table} t WHERE ${where}`,
          ),
        ),
      );
      expect(topic, where).toEqual(copy);
    }),
    { numRuns: Number(process.env.NUM_RUNS ?? 60) },
  );
});
