import { tableFromIPC } from 'apache-arrow';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../../../src/app/config/load-config.ts';
import { loggerOf } from '../../../src/app/container/logger-of.ts';
import { openBroker } from '../../../src/app/container/open-broker.ts';
import type { RunningBroker } from '../../../src/app/running-broker.ts';
import type { SqlEncoding } from '../../../src/ports/sql-engine.ts';

let broker: RunningBroker;
beforeAll(async () => {
  const { config } = loadConfig({
    overrides: {
      'network.bind_host': '127.0.0.1',
      'network.bind_port': 0,
      'storage.engine': 'memory',
    },
  });
  broker = await openBroker(config, loggerOf('silent'));
});
afterAll(() => broker.close());

async function encoded(sql: string, encoding: SqlEncoding): Promise<Buffer> {
  const { chunks } = await broker.services.sql.encode({ sql }, encoding);
  const pieces: Uint8Array[] = [];
  for await (const { data } of chunks) pieces.push(data);
  return Buffer.concat(pieces);
}

const SOME = `SELECT 1::TINYINT AS t, 5::BIGINT AS b, 9007199254740993 AS big, 1.5::DOUBLE AS d, true AS yes, 'a,"b"' AS s,
  NULL::INTEGER AS nothing, TIMESTAMP '2024-01-02 03:04:05.678' AS ts, [1, 2] AS list, {'x': 1} AS struct, '{"j": [1]}'::JSON AS js,
  '\\xAA'::BLOB AS bytes, '' AS empty, 1.25::DECIMAL(5,2) AS decimal, DATE '2024-01-02' AS day`;

test('NDJSON', async () => {
  const text = (await encoded(SOME, 'ndjson')).toString();
  expect(text.endsWith('}\n')).toBe(true);
  expect(JSON.parse(text)).toMatchObject({
    ...{ t: 1, b: 5, big: '9007199254740993', d: 1.5, yes: true, s: 'a,"b"', nothing: null },
    ...{ ts: '2024-01-02 03:04:05.678', list: [1, 2], struct: { x: 1 }, js: { j: [1] }, empty: '' },
    ...{ decimal: '1.25', day: '2024-01-02' },
  });
  expect(await encoded('SELECT 1 WHERE false', 'ndjson')).toHaveLength(0);
});

test('CSV', async () => {
  const [header, row] = (await encoded(SOME, 'csv')).toString().split('\n');
  expect(header).toBe('t,b,big,d,yes,s,nothing,ts,list,struct,js,bytes,empty,decimal,day');
  expect(row).toContain(
    '1,5,9007199254740993,1.5,true,"a,""b""",,2024-01-02 03:04:05.678,"[1, 2]"',
  );
  expect((await encoded('SELECT 1 AS a WHERE false', 'csv')).toString()).toBe('a\n');
});

test('Arrow IPC', async () => {
  const table = tableFromIPC(await encoded(SOME, 'arrow'));
  expect(table.get(0)?.toJSON()).toMatchObject({
    ...{ t: 1, b: 5n, big: 9007199254740993n, d: 1.5, yes: true, s: 'a,"b"', nothing: null },
    ...{ list: '[1, 2]', bytes: new Uint8Array([0xaa]), decimal: '1.25' },
    ts: Date.UTC(2024, 0, 2, 3, 4, 5, 678),
  });
  const many =
    'SELECT range AS i, CASE WHEN range % 3 = 0 THEN NULL ELSE range END AS n, range::VARCHAR AS s FROM range(10000)';
  const rows = tableFromIPC(await encoded(many, 'arrow'));
  expect(rows.numRows).toBe(10_000);
  expect(rows.get(9_999)?.toJSON()).toEqual({ i: 9999n, n: null, s: '9999' });
  expect(rows.get(5_000)?.toJSON()).toEqual({ i: 5000n, n: 5000n, s: '5000' });
  expect(tableFromIPC(await encoded('SELECT 1 AS a WHERE false', 'arrow')).numRows).toBe(0);
});
