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
  for (const table of ['ticks', 'copy']) {
    for (const [name, query] of Object.entries(VIEWS)) {
      await broker.sql(`CREATE VIEW ${table}_${name} AS ${query.replaceAll('$T', table)}`);
    }
  }
});
afterAll(() => broker.close());

/** Views through which bounds may go, and those through which they must not. */
const VIEWS = {
  whole: 'SELECT * FROM $T',
  nested: 'SELECT v.* FROM $T_whole v WHERE v.kafka_offset > 20 ORDER BY n',
  chosen: 'SELECT n, kafka_timestamp, T.kafka_offset, kafka_partition FROM $T AS t WHERE n % 3 > 0',
  shifted:
    'SELECT n, kafka_timestamp, kafka_offset + 5 AS kafka_offset, kafka_partition % 2 AS kafka_partition FROM $T',
  swapped:
    'SELECT kafka_partition AS kafka_offset, kafka_offset AS kafka_partition, kafka_timestamp, n FROM $T',
  limited: 'SELECT * FROM $T ORDER BY n LIMIT 100',
  windowed: 'SELECT * EXCLUDE (n), row_number() OVER (ORDER BY n DESC) AS n FROM $T',
  grouped:
    'SELECT kafka_offset, min(kafka_partition) AS kafka_partition, max(kafka_timestamp) AS kafka_timestamp, sum(n) AS n FROM $T GROUP BY kafka_offset',
  distinct: 'SELECT DISTINCT ON (kafka_offset) * FROM $T ORDER BY kafka_offset, n',
  common: 'WITH $T AS (SELECT * FROM $T WHERE n > 9) SELECT * FROM $T',
  joined:
    'SELECT a.kafka_offset, a.kafka_partition, b.kafka_timestamp, b.n FROM $T a JOIN $T b USING (n)',
  united: 'SELECT * FROM $T WHERE n < 100 UNION ALL SELECT * FROM $T WHERE n > 90',
} as const;
const source = fc.constantFrom(
  '$T t',
  '(SELECT * FROM $T) t',
  '(SELECT * FROM (SELECT n, t.* EXCLUDE (n) FROM $T t) t WHERE kafka_offset < 190) t',
  ...Object.keys(VIEWS).map((name) => `$T_${name} t`),
);

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
    fc.asyncProperty(condition, source, async (where, from) => {
      const [topic, copy] = await Promise.all(
        ['ticks', 'copy'].map((table) =>
          broker.sql(
            `SELECT count(*) AS rows, sum(kafka_offset) AS offsets, sum(n) AS numbers FROM ${from.replace('$T', table)} WHERE ${where}`,
          ),
        ),
      );
      expect(topic, `${from} WHERE ${where}`).toEqual(copy);
    }),
    { numRuns: Number(process.env.NUM_RUNS ?? 60) },
  );
});
