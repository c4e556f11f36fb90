import { type DuckDBConnection, DuckDBInstance, LIST, listValue, VARCHAR } from '@duckdb/node-api';
import { tableFromIPC } from 'apache-arrow';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { arrowEncoder } from '../../../src/adapters/duckdb/arrow-encoder.ts';

let instance: DuckDBInstance;
let connection: DuckDBConnection;
beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  connection = await instance.connect();
});
afterAll(() => {
  connection.closeSync();
  instance.closeSync();
});

async function encoded(sql: string): Promise<{ bytes: Buffer; pieces: number }> {
  const result = await connection.stream(sql);
  const encoder = arrowEncoder(result);
  const pieces: Uint8Array[] = [];
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) break;
    const piece = encoder.chunk(chunk);
    if (piece !== undefined) pieces.push(piece);
  }
  pieces.push(encoder.end() ?? new Uint8Array(0));
  return { bytes: Buffer.concat(pieces), pieces: pieces.length };
}

async function expectSameRows(sql: string): Promise<void> {
  const expected = (await connection.runAndReadAll(sql)).getRowObjectsJS();
  const table = tableFromIPC((await encoded(sql)).bytes);
  expect(table.numRows).toBe(expected.length);
  expect(table.toArray().map((row) => row.toJSON())).toEqual(expected);
}

/** Around the twelve bytes up to which the engine keeps a text in place. */
const text = fc.option(
  fc.oneof(
    fc.string({ maxLength: 14, unit: 'binary' }),
    fc.string({ minLength: 11, maxLength: 13, unit: 'grapheme-ascii' }),
    fc.string({ minLength: 20, maxLength: 300, unit: 'grapheme-ascii' }),
    fc.constant(''),
  ),
  { freq: 5 },
);

test('texts, short and long, empty and missing, are those of the rows', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(text, { maxLength: 60 }), fc.nat(3), async (texts, modulus) => {
      await connection.run(
        'CREATE OR REPLACE TABLE texts AS SELECT unnest($1) AS t, generate_subscripts($1, 1) AS i',
        [listValue(texts.map((each) => each?.replaceAll('\0', '') ?? null))],
        [LIST(VARCHAR)],
      );
      const odd = `i % ${modulus + 1} = 0`;
      await expectSameRows(
        `SELECT t, t || t AS twice, encode(t)::BLOB IS NULL AS missing, CASE WHEN ${odd} THEN length(t) > 12 END AS long FROM texts`,
      );
      await expectSameRows(`SELECT t, upper(t) AS u FROM texts WHERE ${odd} ORDER BY t`);
    }),
    { numRuns: Number(process.env.NUM_RUNS ?? 30) },
  );
});

test('many chunks of any number of rows, with and without nulls, make few record batches', async () => {
  // A condition leaves chunks of odd sizes, and nulls begin long after the first rows.
  const sql = `SELECT i, CASE WHEN i > 30000 AND i % 7 = 0 THEN NULL ELSE i / 4 END AS d, i % 3 = 0 AS b,
    CASE WHEN i % 5 = 0 THEN NULL ELSE 'text number ' || i END AS t, repeat('x', (i % 40)::INTEGER) AS x,
    CASE WHEN i > 50000 THEN i % 2 = 0 END AS late, i::VARCHAR::BLOB AS bytes
    FROM (SELECT range AS i FROM range(60000)) WHERE hash(i) % 11 <> 0`;
  const columns = 'i, d, b, t, x, late';
  await expectSameRows(`SELECT ${columns} FROM (${sql})`);
  const { bytes, pieces } = await encoded(sql);
  const table = tableFromIPC(bytes);
  expect(pieces).toBeLessThan(8);
  expect(table.getChild('bytes')?.get(100)).toEqual(
    new Uint8Array(Buffer.from(String(table.getChild('i')?.get(100)))),
  );
});

test('what has no like in Arrow comes as text', async () => {
  const sql = `SELECT [i, NULL] AS l, i::DECIMAL(9, 2) AS c, CASE WHEN i % 2 = 0 THEN i::HUGEINT END AS h FROM range(5000) t(i)`;
  const table = tableFromIPC((await encoded(sql)).bytes);
  expect(table.get(4999)?.toJSON()).toEqual({ l: '[4999, NULL]', c: '4999.00', h: null });
  expect(table.get(4998)?.toJSON()).toMatchObject({ h: '4998' });
});
