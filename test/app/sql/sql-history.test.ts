import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { type Admin, ConfigResourceTypes, Kafka, logLevel } from 'kafkajs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Broker } from '../../../src/index.ts';
import { startTestBroker } from '../../../src/testing/index.ts';
import { cli } from '../cli/cli-run.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'kawadb-history-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

function messages(from: number, count: number, more: object = {}) {
  return Array.from({ length: count }, (_, i) => ({
    key: `k${(from + i) % 5}`,
    partition: (from + i) % 2,
    timestampMs: 1_700_000_000_000 + from + i,
    headers: { n: String(from + i) },
    value: JSON.stringify({
      n: from + i,
      name: `name ${from + i}`,
      place: { city: 'Köln' },
      ...more,
    }),
  }));
}

const ALL = `SELECT kafka_partition, kafka_offset, kafka_timestamp, key, value, headers, n, name, place.city
  FROM ticks ORDER BY ALL`;
const EXPORT = 'EXPORT TOPIC ticks TO HISTORY WITH OPEN SEGMENTS';

function start(options: Partial<Parameters<typeof startTestBroker>[0]> = {}): Promise<Broker> {
  return startTestBroker({ storage: 'segment', dataDir, ...options });
}

async function asAdmin(broker: Broker, work: (admin: Admin) => Promise<unknown>): Promise<void> {
  const kafka = new Kafka({ brokers: [broker.bootstrapServers], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  await admin.fetchTopicMetadata({ topics: ['ticks'] });
  await work(admin);
  await admin.disconnect();
}

async function historyFiles(): Promise<string[]> {
  const names = await readdir(join(dataDir, 'sql/history'), { recursive: true });
  return names.filter((name) => name.endsWith('.parquet')).sort();
}

describe.each(['segment', 'leveldb'] as const)('on %s', (storage) => {
  test('history and the live tail are one table, also after a restart', async () => {
    let expected: unknown;
    {
      await using broker = await start({ storage, topics: { ticks: { partitions: 2 } } });
      await broker.produceBatch('ticks', messages(0, 3000));
      expect(await broker.sql('EXPORT TOPIC ticks TO HISTORY')).toEqual([]);
      const before = await broker.sql(ALL);
      const files = await broker.sql(EXPORT);
      const ranges = files.map(({ kafka_partition: partition, first_offset, last_offset }) => {
        return [partition, first_offset, last_offset];
      });
      expect(ranges).toEqual([
        [0n, 0n, 1499n],
        [1n, 0n, 1499n],
      ]);
      expect(await broker.sql(ALL)).toEqual(before);
      expect(await broker.sql(EXPORT)).toEqual([]);
      await broker.produceBatch('ticks', messages(3000, 10));
      expected = await broker.sql(ALL);
      expect(expected).toHaveLength(3010);
      const bounded = 'SELECT n FROM ticks WHERE kafka_offset > 1490 AND kafka_partition = 1';
      const [scan] = await broker.sql(`EXPLAIN ${bounded}`);
      expect(scan?.explain_value).toBe(
        'ticks: partitions 1; offsets from 1490; fields n; 1 of 2 files of history',
      );
      expect(await broker.sql(bounded)).toHaveLength(14);
      const late =
        "SELECT count(*) AS n FROM ticks WHERE kafka_timestamp > '2023-11-14 22:13:22.999'";
      const [times] = await broker.sql(`EXPLAIN ${late}`);
      expect(times?.explain_value).toContain('1 of 2 files');
      expect(await broker.sql(late)).toEqual([{ n: 10n }]);
    }
    await using again = await start({ storage });
    expect(await again.sql(ALL)).toEqual(expected);
    expect(await again.sql('SHOW TOPIC HISTORY')).toHaveLength(2);
  });
});

test('closed segments go by themselves, and history outlives the log', async () => {
  const settings = {
    'sql.history.topics': 'tick*,none',
    'sql.history.check_interval_ms': 50,
    'log.retention.check.interval.ms': 50,
  };
  const topics = { ticks: { partitions: 2, configs: { 'segment.bytes': '1048576' } }, other: {} };
  await using broker = await start({ topics, settings });
  const filler = { filler: 'x'.repeat(1000) };
  // Of today, or retention would have them at once.
  const timestampMs = Date.now();
  for (let i = 0; i < 6; i++) {
    const some = messages(i * 500, 500, filler).map((each) => ({ ...each, timestampMs }));
    await broker.produceBatch('ticks', some);
  }
  await vi.waitFor(async () => expect(await historyFiles()).not.toEqual([]), 30_000);
  const expected = await broker.sql(ALL);
  expect(expected).toHaveLength(3000);
  await asAdmin(broker, async (admin) => {
    const configEntries = [
      { name: 'retention.bytes', value: '1' },
      { name: 'segment.bytes', value: '1048576' },
    ];
    const topic = { type: ConfigResourceTypes.TOPIC, name: 'ticks', configEntries };
    await admin.alterConfigs({ validateOnly: false, resources: [topic] });
    const starts = async () =>
      (await admin.fetchTopicOffsets('ticks')).map(({ low }) => Number(low));
    await vi.waitFor(async () => expect(Math.min(...(await starts()))).toBeGreaterThan(0), 30_000);
  });
  expect(await broker.sql(ALL)).toEqual(expected);
});

test('a field of another type, or one that comes later, is read out of the values', async () => {
  await using broker = await start({ topics: { ticks: { partitions: 2 } } });
  await broker.produceBatch('ticks', messages(0, 600, { amount: 5 }));
  await broker.sql(EXPORT);
  await broker.sql('CREATE TOPIC SCHEMA ticks (n VARCHAR, amount DECIMAL(9, 2), later BIGINT)');
  await broker.produceBatch('ticks', messages(600, 2, { amount: 0.25, later: 7 }));
  const sums =
    'SELECT sum(amount)::VARCHAR AS amount, sum(later)::BIGINT AS later, max(n) AS n FROM ticks';
  expect(await broker.sql(sums)).toEqual([{ amount: '3000.50', later: 14n, n: '99' }]);
  await broker.sql(EXPORT);
  expect(await broker.sql(sums)).toEqual([{ amount: '3000.50', later: 14n, n: '99' }]);
  await broker.sql('DROP TOPIC SCHEMA ticks');
  expect(await broker.sql('SELECT sum(n)::BIGINT AS n FROM ticks')).toEqual([{ n: 180_901n }]);
});

test('bytes, nulls and texts that are none stay what they are', async () => {
  await using broker = await start({ topics: ['ticks'] });
  const texts = Array.from({ length: 1500 }, (_, i) => ({ key: 'k', value: `{"n": ${i}}` }));
  texts[700] = { key: Buffer.from([0xc3, 0x28]), value: Buffer.from([65, 0xff]) } as never;
  await broker.produceBatch('ticks', [...texts, { key: null, value: null }] as never);
  const query =
    'SELECT key, value, n FROM ticks WHERE kafka_offset IN (1, 700, 1500) ORDER BY kafka_offset';
  const expected = [
    { key: 'k', value: '{"n": 1}', n: 1n },
    { key: '\ufffd(', value: 'A\ufffd', n: null },
    { key: null, value: null, n: null },
  ];
  expect(await broker.sql(query)).toEqual(expected);
  await broker.sql(EXPORT);
  expect(await broker.sql(query)).toEqual(expected);
});

test('a topic of Avro has its bytes and its columns', async () => {
  await using broker = await start({ topics: ['ticks'] });
  const schema = '{"type": "record", "name": "T", "fields": [{"name": "n", "type": "long"}]}';
  await broker.sql(`CREATE TOPIC SCHEMA ticks WITH (format = 'avro', schema = '${schema}')`);
  await broker.produceBatch('ticks', [{ value: Buffer.from([4]) }, { value: Buffer.from([255]) }]);
  const rows = [
    { n: 2n, value: new Uint8Array([4]) },
    { n: null, value: new Uint8Array([255]) },
  ];
  await broker.sql(EXPORT);
  expect(await broker.sql('SELECT n, value FROM ticks')).toEqual(rows);
  const [scan] = await broker.sql('EXPLAIN SELECT n, value FROM ticks');
  expect(scan?.explain_value).toContain('1 of 1 files of history');
});

test('files tell what they hold, and any engine reads them', async () => {
  {
    await using broker = await start({ topics: { ticks: { partitions: 2 } } });
    await broker.produceBatch('ticks', messages(0, 200));
    await broker.sql(EXPORT);
  }
  const [first = ''] = await historyFiles();
  const path = join(dataDir, 'sql/history', first);
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const rows = async (sql: string) => (await connection.runAndReadAll(sql, [path])).getRowsJson();
  const pairs = await rows('SELECT decode(key), decode(value) FROM parquet_kv_metadata($1)');
  expect(Object.fromEntries(pairs)).toMatchObject({
    ...{ 'kawadb.topic': 'ticks', 'kawadb.partition': '0' },
    ...{ 'kawadb.first_offset': '0', 'kawadb.last_offset': '99' },
  });
  expect(await rows('SELECT sum(n), max(place.city) FROM read_parquet($1)')).toEqual([
    ['9900', 'Köln'],
  ]);
  const codecs = await rows('SELECT DISTINCT compression FROM parquet_metadata($1)');
  expect(codecs).toEqual([['ZSTD']]);
});

test('deleted records are gone from history, and deleted topics with all of it', async () => {
  await using broker = await start({ topics: { ticks: { partitions: 2 } } });
  await broker.produceBatch('ticks', messages(0, 1000));
  await broker.sql(EXPORT);
  await broker.produceBatch('ticks', messages(1000, 1000));
  await broker.sql(EXPORT);
  const left =
    'SELECT kafka_partition AS p, count(*) AS n, min(kafka_offset) AS first FROM ticks GROUP BY ALL ORDER BY p';
  await asAdmin(broker, (admin) =>
    admin.deleteTopicRecords({
      topic: 'ticks',
      partitions: [
        { partition: 0, offset: '600' },
        { partition: 1, offset: '10' },
      ],
    }),
  );
  expect(await broker.sql(left)).toEqual([
    { p: 0, n: 400n, first: 600n },
    { p: 1, n: 990n, first: 10n },
  ]);
  expect(await broker.sql('SHOW TOPIC HISTORY')).toHaveLength(3);
  await broker.deleteTopic('ticks');
  await broker.createTopic('ticks', { partitions: 2 });
  await broker.produceBatch('ticks', messages(5, 4));
  expect(await broker.sql('SELECT n FROM ticks ORDER BY n')).toHaveLength(4);
  await vi.waitFor(async () => expect(await historyFiles()).toEqual([]), 30_000);
  await broker.sql(EXPORT);
  expect(await broker.sql(left)).toHaveLength(2);
});

test('files that are too old go; what the log still has is read there', async () => {
  const settings = { 'sql.history.retention_ms': 60_000, 'sql.history.check_interval_ms': 50 };
  await using broker = await start({ topics: { ticks: { partitions: 2 } }, settings });
  await broker.produceBatch('ticks', messages(0, 500));
  const expected = await broker.sql(ALL);
  await broker.sql(EXPORT);
  await vi.waitFor(async () => expect(await broker.sql('SHOW TOPIC HISTORY')).toEqual([]), 30_000);
  expect(await broker.sql(ALL)).toEqual(expected);
  expect(await broker.sql(EXPORT)).toEqual([]);
});

test('a scan that history went past since it was planned is refused', async () => {
  await using broker = await start({ topics: ['ticks'] });
  const write = (from: number) =>
    broker.produceBatch(
      'ticks',
      messages(from, 500).map((each) => ({ ...each, partition: 0 })),
    );
  const scan = (end: number) => {
    const spec = { topic: 'ticks', binaryKey: false, binaryValue: false, covered: { 0: [0, end] } };
    return broker.sql(`SELECT count(*) AS n FROM kawa_topic('${JSON.stringify(spec)}')`);
  };
  await write(0);
  await broker.sql(EXPORT);
  await write(500);
  expect(await scan(500)).toEqual([{ n: 500n }]);
  await broker.sql(EXPORT);
  expect(await scan(500)).toEqual([{ n: 500n }]);
  await asAdmin(broker, (admin) =>
    admin.deleteTopicRecords({ topic: 'ticks', partitions: [{ partition: 0, offset: '700' }] }),
  );
  await expect(scan(500)).rejects.toThrow('went from the log to history');
  expect(await scan(1000)).toEqual([{ n: 0n }]);
  expect(await broker.sql('SELECT count(*) AS n FROM ticks')).toEqual([{ n: 300n }]);
});

test('dropped history can be exported again', async () => {
  await using broker = await start({ topics: { ticks: { partitions: 2 } } });
  await broker.produceBatch('ticks', messages(0, 500));
  await broker.sql(EXPORT);
  await broker.sql('DROP TOPIC HISTORY ticks');
  expect(await broker.sql(EXPORT)).toHaveLength(2);
  expect(await broker.sql(ALL)).toHaveLength(500);
});

test('an export that was not finished leaves no gap and nothing twice', async () => {
  let expected: unknown;
  {
    await using broker = await start({ topics: { ticks: { partitions: 2 } } });
    await broker.produceBatch('ticks', messages(0, 500));
    await broker.sql(EXPORT);
    await broker.produceBatch('ticks', messages(500, 500));
    expected = await broker.sql(ALL);
  }
  const [first = ''] = await historyFiles();
  const directory = join(dataDir, 'sql/history', first, '..');
  // What a crash leaves: a file that is being written, one that has its name and is in no manifest, a manifest on its way.
  await writeFile(join(directory, '1.tmp'), 'half');
  await writeFile(join(directory, '0-00000000000000000250.parquet'), 'half');
  await writeFile(join(directory, 'manifest.json.1.tmp'), '{');
  await using broker = await start();
  expect(await broker.sql(ALL)).toEqual(expected);
  expect(await readdir(directory)).toHaveLength(3);
  expect(await broker.sql(EXPORT)).toHaveLength(2);
  expect(await broker.sql(ALL)).toEqual(expected);
});

test('exports at the same time give each record once', async () => {
  await using broker = await start({ topics: { ticks: { partitions: 2 } } });
  await broker.produceBatch('ticks', messages(0, 2000));
  const files = await Promise.all([1, 2, 3].map(() => broker.sql(EXPORT)));
  expect(files.flat()).toHaveLength(2);
  expect(await broker.sql(ALL)).toHaveLength(2000);
});

test('what cannot be done is told, and nothing reaches other files', async () => {
  const compact = { configs: { 'cleanup.policy': 'compact' } };
  await using broker = await start({ topics: { ticks: {}, compact } });
  for (const [sql, kind, message] of [
    ['EXPORT TOPIC', 'SYNTAX', 'name of a topic'],
    ['EXPORT TOPIC ticks', 'SYNTAX', 'TO HISTORY'],
    ['EXPORT TOPIC ticks TO HISTORY OLDER THAN 5 PARSECS', 'SYNTAX', 'no unit'],
    ['EXPORT TOPIC nothing TO HISTORY', 'INVALID', 'no topic'],
    ['EXPORT TOPIC compact TO HISTORY', 'INVALID', 'compacted'],
    ['DROP TOPIC HISTORY ticks', 'INVALID', 'no history'],
    ["COPY (SELECT 1) TO '$DATA/sql/history/x.parquet'", 'FORBIDDEN', 'exports go'],
    ["COPY (SELECT 1) TO '$DATA/x.parquet'", 'FORBIDDEN', ''],
    ["SELECT * FROM read_blob('$DATA/ticks-0/00000000000000000000.log')", 'FORBIDDEN', ''],
    ["SELECT * FROM read_blob('$DATA/sql/history/../../logs.summary')", 'FORBIDDEN', ''],
    ["ATTACH '$DATA/sql/history/x.duckdb'", 'FORBIDDEN', 'ATTACH'],
    ["SELECT * FROM read_blob('$DATA/sql/tables.duckdb')", 'FORBIDDEN', 'read_blob'],
    [
      "SELECT * FROM read_text(['$DATA/sql/history/x', '$DATA/sql/tables.duckdb'])",
      'FORBIDDEN',
      '',
    ],
    ['SELECT * FROM "read_csv"(\'$DATA/sql/tables.duckdb.wal\', header = false)', 'FORBIDDEN', ''],
    ["SELECT * FROM system.main.read_blob('file://$DATA/sql/tables.duckdb')", 'FORBIDDEN', ''],
    ["SELECT * FROM read_blob('$DATA/sql/tables.' || 'duckdb')", 'FORBIDDEN', 'as a text'],
    ["SELECT * FROM read_blob(E'$DATA/sql/tables\\x2educkdb')", 'FORBIDDEN', ''],
    ["SELECT * FROM query('FROM read_blob(''$DATA/sql/tables.duckdb'')')", 'FORBIDDEN', ''],
    ["SELECT * FROM query('FROM ' || 'ticks')", 'FORBIDDEN', 'query'],
    ['CREATE MACRO reads(path) AS TABLE SELECT * FROM read_blob(path)', 'FORBIDDEN', ''],
    ["CREATE VIEW v AS SELECT * FROM read_blob('$DATA/sql/tables.duckdb')", 'FORBIDDEN', ''],
    [
      "CREATE MATERIALIZED VIEW v AS SELECT n FROM ticks WHERE n IN (SELECT size FROM read_blob('$DATA/sql/tables.duckdb'))",
      ...['FORBIDDEN', ''],
    ],
    ["SELECT * FROM '$DATA/sql/tables.duckdb'", 'INVALID', 'already attached'],
    ["SELECT * FROM read_text('/etc/passwd')", 'FORBIDDEN', ''],
  ] as const) {
    await expect(broker.sql(sql.replaceAll('$DATA', dataDir)), sql).rejects.toMatchObject({
      kind,
      message: expect.stringContaining(message) as string,
    });
  }
});

test('names of functions that read files can be those of tables, and paths can be parameters', async () => {
  await using broker = await start({ topics: ['ticks'] });
  await broker.sql('CREATE TABLE query (read_blob INTEGER)');
  await broker.sql('INSERT INTO query (read_blob) VALUES (1)');
  const sql =
    'WITH parquet_metadata(n) AS (SELECT read_blob FROM query) SELECT n FROM parquet_metadata';
  expect(await broker.sql(sql)).toEqual([{ n: 1 }]);
  await broker.sql("COPY query TO 'some.csv'");
  const path = join(dataDir, 'sql/exports/some.csv');
  expect(await broker.sql('SELECT * FROM read_csv(?)', [path])).toEqual([{ read_blob: 1n }]);
  const tables = join(dataDir, 'sql/tables.duckdb');
  await expect(broker.sql('SELECT * FROM read_blob($1)', [tables])).rejects.toMatchObject({
    kind: 'FORBIDDEN',
  });
});

test('in memory there is no history', async () => {
  await using broker = await startTestBroker({ topics: ['ticks'] });
  await expect(broker.sql(EXPORT)).rejects.toMatchObject({ kind: 'INVALID' });
});

test('a copy to another engine takes tables, schemas and history along', async () => {
  let expected: unknown;
  {
    await using broker = await start({ topics: { ticks: { partitions: 2 } } });
    await broker.produceBatch('ticks', messages(0, 500));
    await broker.sql(
      'CREATE TOPIC SCHEMA ticks (n BIGINT, name VARCHAR, place STRUCT(city VARCHAR))',
    );
    await broker.sql(EXPORT);
    await asAdmin(broker, (admin) =>
      admin.deleteTopicRecords({ topic: 'ticks', partitions: [{ partition: 0, offset: '7' }] }),
    );
    await broker.sql('CREATE TABLE copies AS SELECT n FROM ticks');
    await broker.sql("COPY copies TO 'left.csv'");
    expected = await broker.sql(ALL);
  }
  const copied = await mkdtemp(join(tmpdir(), 'kawadb-copied-'));
  const target = join(copied, 'data');
  try {
    const folders = ['--from-dir', dataDir, '--to-dir', target, '--to-engine', 'leveldb'];
    const { code, out } = await cli(['storage', 'copy', ...folders]);
    expect({ code, out }).toEqual({
      code: 0,
      out: expect.stringContaining('files of SQL') as string,
    });
    expect(await readdir(join(target, 'sql'))).not.toContain('exports');
    await using broker = await startTestBroker({ storage: 'leveldb', dataDir: target });
    expect(await broker.sql(ALL)).toEqual(expected);
    expect(expected).toHaveLength(493);
    expect(await broker.sql('SELECT count(*) AS n FROM copies')).toEqual([{ n: 493n }]);
    expect(await broker.sql('SHOW TOPIC SCHEMAS')).toHaveLength(1);
    expect(await broker.sql('SHOW TOPIC HISTORY')).toHaveLength(2);
  } finally {
    await rm(copied, { recursive: true, force: true });
  }
});
