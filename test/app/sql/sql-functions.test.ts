import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cellToParent, latLngToCell } from 'h3-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Broker } from '../../../src/index.ts';
import { startTestBroker } from '../../../src/testing/index.ts';
import { RecordingLogger } from '../../support/recording-logger.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kawadb-plugins-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('functions', () => {
  let broker: Broker;
  beforeAll(async () => {
    const plugin = join(folder, 'plugin.mjs');
    await writeFile(
      plugin,
      `export default async ({ factor = '1' }) => ({ functions: [
        { name: 'scaled', parameters: ['DOUBLE'], returns: 'DOUBLE',
          evaluate: ([values]) => values.map((value) => value * Number(factor)) },
        { name: 'joined', parameters: ['VARCHAR'], variadic: 'VARCHAR', returns: 'VARCHAR',
          evaluate: (columns, rows) => Array.from({ length: rows }, (_, row) => columns.map((c) => c[row]).join('-')) },
        { name: 'doubled', parameters: ['DOUBLE[]'], returns: 'DOUBLE[]',
          evaluate: ([lists]) => lists.map((list) => list.map((each) => 2 * each)) },
        { name: 'refuses', parameters: ['BIGINT'], returns: 'BOOLEAN',
          evaluate: () => { throw new Error('it is never right'); } },
        { name: 'too_few', parameters: ['BIGINT'], returns: 'BOOLEAN', evaluate: () => [] },
      ] });`,
    );
    broker = await startTestBroker({
      topics: ['documents', 'places'],
      settings: { 'sql.plugins': `${plugin}?factor=3` },
    });
    await broker.produceBatch('documents', [
      { value: '{"id": 1, "embedding": [1.0, 0.0, 0.5]}' },
      { value: '{"id": 2, "embedding": [0.0, 1.0, 0.5]}' },
      { value: '{"id": 3, "embedding": [0.9, 0.1, 0.5]}' },
    ]);
    await broker.produceBatch('places', [
      { value: '{"name": "Tokyo", "lat": 35.681, "lng": 139.767}' },
      { value: '{"name": "Osaka", "lat": 34.702, "lng": 135.496}' },
      { value: '{"name": null, "lat": null, "lng": 1.5}' },
    ]);
  });
  afterAll(() => broker.close());

  test('vectors of a topic are compared', async () => {
    const similar = `SELECT id FROM documents
      ORDER BY array_cosine_similarity(embedding::FLOAT[3], $1::FLOAT[3]) DESC LIMIT 2`;
    expect(await broker.sql(similar, ['[1, 0, 0.5]'])).toEqual([{ id: 1n }, { id: 3n }]);
    const [row] = await broker.sql(
      'SELECT min(list_cosine_distance(embedding, [1.0, 0.0, 0.5])) AS d FROM documents',
    );
    expect(row?.d).toBeCloseTo(0);
  });

  test('cells of H3', async () => {
    const rows = await broker.sql(
      'SELECT name, h3_latlng_to_cell(lat, lng, 7) AS cell FROM places ORDER BY kafka_offset',
    );
    const tokyo = latLngToCell(35.681, 139.767, 7);
    expect(rows.map(({ cell }) => cell)).toEqual([tokyo, latLngToCell(34.702, 135.496, 7), null]);
    const [cell] = await broker.sql(
      `SELECT h3_cell_to_parent($1, 5) AS parent, h3_get_resolution($1) AS resolution, h3_is_valid_cell('x') AS valid,
        len(h3_cell_to_children($1, 8)) AS children, len(h3_grid_disk($1, 1)) AS disk, h3_grid_distance($1, $1) AS distance,
        round(h3_cell_to_lat($1)) AS lat, round(h3_cell_to_lng($1)) AS lng, h3_cell_area_km2($1) BETWEEN 3 AND 7 AS area,
        h3_cell_to_boundary_wkt($1) LIKE 'POLYGON ((139.%))' AS boundary`,
      [tokyo],
    );
    expect(cell).toEqual({
      ...{ parent: cellToParent(tokyo, 5), resolution: 7n, valid: false, children: 7n, disk: 7n },
      ...{ distance: 0n, lat: 36, lng: 140, area: true, boundary: true },
    });
  });

  test('functions of a plug-in, with its options', async () => {
    const [row] = await broker.sql(
      `SELECT scaled(2) AS a, scaled(NULL) AS b, joined('x', 'y', 'z') AS c, doubled([1, 2.5]) AS d`,
    );
    expect(row).toEqual({ a: 6, b: null, c: 'x-y-z', d: [2, 5] });
    const many = 'SELECT count(*) AS n FROM range(10000) WHERE scaled(range) = 3 * range';
    expect(await broker.sql(many)).toEqual([{ n: 10_000n }]);
    await expect(broker.sql('SELECT refuses(range) FROM range(5)')).rejects.toThrow('never right');
    await expect(broker.sql('SELECT too_few(range) FROM range(5)')).rejects.toThrow(
      '0 values for 5',
    );
  });

  test.each([
    ['SELECT ST_Point(1, 2)', 'spatial'],
    ["PRAGMA create_fts_index('t', 'id', 'body')", 'fts'],
  ])('%s: what is missing is told with how to get it', async (sql, extension) => {
    const error = await broker.sql(sql).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      kind: 'INVALID',
      message: expect.stringContaining(`of the extension ${extension}`),
      hint: expect.stringMatching(
        `pip install .* duckdb-extension-${extension}==1\\.\\d.*sql.extensions`,
      ),
    });
  });
});

test('a plug-in that is missing is told by the first statement', async () => {
  await using broker = await startTestBroker({ settings: { 'sql.plugins': 'kawadb-nothing' } });
  await expect(broker.sql('SELECT 1')).rejects.toMatchObject({
    kind: 'UNAVAILABLE',
    message: expect.stringContaining('npm install kawadb-nothing'),
  });
  const empty = join(folder, 'empty.mjs');
  await writeFile(empty, 'export default 5;');
  await using second = await startTestBroker({ settings: { 'sql.plugins': empty } });
  await expect(second.sql('SELECT 1')).rejects.toThrow('no function as default');
});

test('an extension that is missing is warned of, and SQL goes on', async () => {
  const warnings: string[] = [];
  class Warnings extends RecordingLogger {
    override warn(_fields?: object, message = ''): void {
      warnings.push(message);
    }
  }
  await using broker = await startTestBroker({
    settings: { 'sql.extension_directory': folder, 'sql.extensions': 'spatial' },
    logger: new Warnings(),
  });
  expect(await broker.sql('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  expect(warnings).toEqual([
    expect.stringContaining('the extension spatial (sql.extensions) is not loaded'),
  ]);
});
