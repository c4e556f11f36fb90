import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Broker } from '../../../src/index.ts';
import { startTestBroker } from '../../../src/testing/index.ts';
import { sqlExtensions } from '../../support/sql-extensions.ts';

const EXTENSIONS = sqlExtensions(['avro', 'iceberg', 'ducklake']);
let dataDir: string;
let broker: Broker;
let exports: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'kawadb-export-'));
  exports = join(dataDir, 'sql/exports');
  const settings = {
    ...(EXTENSIONS && {
      'sql.extension_directory': EXTENSIONS,
      'sql.extensions': 'iceberg,ducklake',
    }),
  };
  broker = await startTestBroker({
    storage: 'segment',
    dataDir,
    topics: ['user-events'],
    settings,
  });
  await broker.produceBatch(
    'user-events',
    Array.from({ length: 100 }, (_, i) => ({
      value: JSON.stringify({ user_id: i, place: { city: 'Köln' } }),
    })),
  );
});
afterAll(async () => {
  await broker.close();
  await rm(dataDir, { recursive: true, force: true });
});

test.each([
  ["COPY (SELECT user_id FROM user_events WHERE kafka_offset < $1) TO 'few.csv'", 'few.csv', 3n],
  [
    'COPY "user-events" TO \'daily/all.parquet\' (FORMAT parquet, COMPRESSION zstd)',
    'daily/all.parquet',
    100n,
  ],
  ['COPY "user-events" (user_id, kafka_offset) TO \'lines.json\'', 'lines.json', 100n],
  [
    "copy (from user_events) to '$EXPORTS/by city' (format parquet, partition_by (user_id), overwrite_or_ignore)",
    'by city',
    100n,
  ],
])('%s', async (sql, file, count) => {
  const parameters = sql.includes('$1') ? [3] : [];
  expect(await broker.sql(sql.replace('$EXPORTS', exports), parameters)).toEqual([
    { Count: count },
  ]);
  expect(existsSync(join(exports, file))).toBe(true);
});

test('the engine reads what it wrote', async () => {
  await broker.sql(
    "COPY (SELECT user_id, headers FROM user_events) TO 'read.csv' (HEADER, DELIMITER ';')",
  );
  expect(await readFile(join(exports, 'read.csv'), 'utf8')).toContain('user_id;headers\n0;\n');
  const rows = `SELECT count(*) AS n, sum(user_id)::BIGINT AS s FROM read_csv('${exports}/read.csv')`;
  expect(await broker.sql(rows)).toEqual([{ n: 100n, s: 4950n }]);
});

test('exports go to their folder only', async () => {
  await mkdir(join(dataDir, 'outside'));
  await symlink(join(dataDir, 'outside'), join(exports, 'link'));
  for (const target of [
    ...['/tmp/kawadb-hostile.csv', '../x.csv', 'a/../../x.csv', '$EXPORTS/../x.csv', '', '.hidden'],
    ...[
      '$DATA/x.csv',
      '$EXPORTS',
      'a//b.csv',
      's3://bucket/x.csv',
      'link/x.csv',
      '$EXPORTS2/x.csv',
    ],
    ...['..\\x.csv', '~/x.csv', '/dev/stdout'],
  ]) {
    const path = target.replace('$EXPORTS', exports).replace('$DATA', dataDir);
    await expect(broker.sql(`COPY (SELECT 1) TO '${path}'`), path).rejects.toMatchObject({
      kind: 'FORBIDDEN',
    });
  }
  expect(await readdir(join(dataDir, 'outside'))).toEqual([]);
  const pattern = "COPY (SELECT 1 AS a) TO 'x' (FORMAT parquet, FILENAME_PATTERN '../../y')";
  await expect(broker.sql(pattern)).rejects.toMatchObject({ kind: 'SYNTAX' });
});

test.each([
  ["COPY users FROM '/etc/passwd'", 'FORBIDDEN', { line: 1, column: 12 }, 'reads no files'],
  [
    "COPY (SELECT usr_id\nFROM user_events) TO 'x.csv'",
    'INVALID',
    { line: 1, column: 14 },
    'usr_id',
  ],
  ["COPY (SELECT 1) TO 'x' (FORMAT orc)", 'INVALID', { line: 1, column: 25 }, 'no format'],
  ["COPY (SELECT 1) TO 'x' (USE_TMP_FILE true)", 'SYNTAX', { line: 1, column: 25 }, 'no option'],
  ['COPY (SELECT 1) TO $1', 'SYNTAX', { line: 1, column: 20 }, 'name of the file'],
  ["COPY (CREATE TABLE x (a INT)) TO 'x.csv'", 'SYNTAX', { line: 1, column: 7 }, 'CREATE'],
])('%s is refused with its place', async (sql, kind, position, message) => {
  await expect(broker.sql(sql)).rejects.toMatchObject({
    ...{ kind, position },
    message: expect.stringContaining(message) as string,
  });
});

describe.skipIf(EXTENSIONS === undefined)('with extensions', () => {
  test('a snapshot as an Iceberg table', async () => {
    const copy = "COPY (SELECT * FROM user_events) TO 'iceberg/events' (FORMAT iceberg)";
    for (let i = 0; i < 2; i++) expect(await broker.sql(copy)).toEqual([{ Count: 100n }]);
    const scan = `SELECT count(*) AS n, max(place.city) AS city FROM iceberg_scan('${exports}/iceberg/events')`;
    expect(await broker.sql(scan)).toEqual([{ n: 100n, city: 'Köln' }]);
    expect(await readdir(join(exports, 'iceberg/events/metadata'))).toContain('version-hint.text');
  });

  test('tables of a lake', async () => {
    const copy = (options: string, where = 'true') =>
      broker.sql(
        `COPY (SELECT * FROM user_events WHERE ${where}) TO 'lake/events' (FORMAT ducklake${options})`,
      );
    expect(await Promise.all([copy(''), copy('')])).toEqual([[{ Count: 100n }], [{ Count: 100n }]]);
    expect(await copy(', APPEND', 'kafka_offset < 5')).toEqual([{ Count: 5n }]);
    expect(existsSync(join(exports, 'lake/catalog.ducklake'))).toBe(true);
    const files = await readdir(join(exports, 'lake/data'), { recursive: true });
    expect(files.filter((name) => name.endsWith('.parquet'))).not.toEqual([]);
    expect(await broker.sql('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

test('what is missing is told', async () => {
  await using bare = await startTestBroker();
  await expect(bare.sql("COPY (SELECT 1) TO 'x.csv'")).rejects.toMatchObject({
    ...{ kind: 'FORBIDDEN', hint: expect.stringContaining('sql.export_directory') as string },
  });
  const directory = await mkdtemp(join(tmpdir(), 'kawadb-export-'));
  const settings = { 'sql.export_directory': directory, 'sql.extensions': 'iceberg' };
  await using configured = await startTestBroker({ settings });
  await configured.sql("COPY (SELECT 1) TO 'x.csv'");
  await expect(configured.sql("COPY (SELECT 1) TO 'x' (FORMAT iceberg)")).rejects.toMatchObject({
    ...{ kind: 'UNAVAILABLE', hint: expect.stringContaining('sql.extension_directory') as string },
  });
  await rm(directory, { recursive: true });
});
