import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Broker } from '../../../src/index.ts';
import { startTestBroker } from '../../../src/testing/index.ts';
import { sqlExtensions } from '../../support/sql-extensions.ts';

const EXTENSIONS = sqlExtensions(['spatial', 'fts', 'vss']);
if (EXTENSIONS === undefined) console.warn('skipped: spatial, fts and vss are not installed');

describe.skipIf(EXTENSIONS === undefined)('extensions', () => {
  let broker: Broker;
  beforeAll(async () => {
    broker = await startTestBroker({
      topics: ['places'],
      settings: {
        'sql.extension_directory': EXTENSIONS ?? '',
        'sql.extensions': 'spatial,fts,vss',
        'sql.memory_limit_bytes': 2 ** 29,
      },
    });
    await broker.produceBatch('places', [
      { value: '{"name": "Tokyo", "lat": 35.68, "lng": 139.76}' },
      { value: '{"name": "Osaka", "lat": 34.70, "lng": 135.50}' },
    ]);
  });
  afterAll(() => broker.close());

  test('distances and areas of a topic', async () => {
    const inside = `SELECT name FROM places
      WHERE ST_Within(ST_Point(lng, lat), ST_GeomFromText('POLYGON ((139 35, 141 35, 141 36, 139 36, 139 35))'))`;
    expect(await broker.sql(inside)).toEqual([{ name: 'Tokyo' }]);
    const distance = `SELECT ST_Distance_Sphere(ST_FlipCoordinates(ST_Point(a.lng, a.lat)),
        ST_FlipCoordinates(ST_Point(b.lng, b.lat))) / 1000 AS km
      FROM places a JOIN places b ON a.name < b.name`;
    const [row] = await broker.sql(distance);
    expect(row?.km).toBeCloseTo(402.1, 0);
  });

  test('full text over a table that was filled from a topic', async () => {
    await broker.sql('CREATE TABLE documents (id INTEGER, body VARCHAR)');
    await broker.sql("INSERT INTO documents VALUES (1, 'quick brown foxes'), (2, 'lazy dogs')");
    await broker.sql("PRAGMA create_fts_index('documents', 'id', 'body')");
    const found = `SELECT id FROM (SELECT id, fts_main_documents.match_bm25(id, 'fox') AS score FROM documents)
      WHERE score IS NOT NULL ORDER BY score DESC`;
    expect(await broker.sql(found)).toEqual([{ id: 1 }]);
    await broker.sql("PRAGMA drop_fts_index('documents')");
  });

  test('an index of vectors', async () => {
    await broker.sql('CREATE TABLE vectors (id INTEGER, v FLOAT[3])');
    await broker.sql('INSERT INTO vectors SELECT range, [range, 1, 0] FROM range(100)');
    await broker.sql("CREATE INDEX by_v ON vectors USING HNSW (v) WITH (metric = 'cosine')");
    const nearest =
      'SELECT id FROM vectors ORDER BY array_cosine_distance(v, [0, 1, 0]::FLOAT[3]) LIMIT 1';
    expect(await broker.sql(nearest)).toEqual([{ id: 0 }]);
  });

  test.each([
    "SELECT * FROM ST_Read('/etc/passwd')",
    "SELECT * FROM ST_ReadSHP('/etc/passwd')",
    "SELECT * FROM ST_ReadOSM('/etc/passwd')",
    "SELECT * FROM ST_Read_Meta('/etc/passwd')",
    "SELECT * FROM ST_Read('/vsicurl/http://127.0.0.1:1/x')",
    "COPY (SELECT 1) TO '/tmp/kawadb-hostile.json' (FORMAT gdal, DRIVER 'GeoJSON')",
    'LOAD spatial',
    "PRAGMA create_fts_index('a', 'b', 'c'); COPY (SELECT 1) TO '/tmp/x'",
    'PRAGMA hnsw_compact_index(1)',
  ])('%s is refused', async (sql) => {
    await expect(broker.sql(sql)).rejects.toMatchObject({ name: 'SqlError' });
  });
});
