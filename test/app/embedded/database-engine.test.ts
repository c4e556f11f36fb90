import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DatabaseEngine, SqlError } from '../../../src/index.ts';
import { startTestBroker } from '../../../src/testing/index.ts';

const USERS = {
  name: 'users',
  columns: [
    { name: 'id', type: 'int64', nullable: false },
    { name: 'name', type: 'string', nullable: false },
    { name: 'email', type: 'string' },
    { name: 'created_at', type: 'timestamp', nullable: false },
  ],
};
const ROWS = [
  { id: 1, name: 'Alice', email: 'alice@example.com', created_at: '2024-01-01T00:00:00Z' },
  { id: 2, name: 'Bob', created_at: '2024-01-02T00:00:00Z' },
];

test('tables are created, filled, queried, listed and dropped in memory', async () => {
  await using db = await DatabaseEngine.open({ logLevel: 'silent' });
  await db.createTable(USERS);
  expect(await db.insertData('users', ROWS)).toBe(2);
  expect(await db.executeSql('SELECT name, email FROM users WHERE id > $1', [1])).toEqual([
    { name: 'Bob', email: null },
  ]);
  expect(await db.listTables()).toEqual(['users']);
  for await (const row of db.sqlRows('SELECT range AS n FROM range(1000000)')) {
    expect(row).toEqual({ n: 0n });
    break;
  }
  await expect(db.executeSql('SELECT * FROM orders')).rejects.toBeInstanceOf(SqlError);
  await expect(db.executeSql("SELECT * FROM read_csv('/etc/passwd')")).rejects.toMatchObject({
    kind: 'FORBIDDEN',
  });
  await db.dropTable('users');
  expect(await db.listTables()).toEqual([]);
  const closed = db.close();
  expect(db.close()).toBe(closed);
  await closed;
  await expect(db.executeSql('SELECT 1')).rejects.toMatchObject({ kind: 'UNAVAILABLE' });
});

test('a column may have any name', async () => {
  await using db = await DatabaseEngine.open({ logLevel: 'silent' });
  const [row] = await db.executeSql(`SELECT 1 AS "__proto__", 2 AS "constructor", 3 AS "1"`);
  expect(Object.entries(row!)).toEqual([
    ['1', 3],
    ['__proto__', 1],
    ['constructor', 2],
  ]);
  expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
});

test('many rows do not keep the event loop from other work', async () => {
  await using db = await DatabaseEngine.open({ logLevel: 'silent' });
  let turns = 0;
  let reading = true;
  const turn = () => {
    turns += 1;
    if (reading) setImmediate(turn);
  };
  setImmediate(turn);
  const rows = await db.executeSql('SELECT range AS n FROM range(100000)');
  reading = false;
  expect(rows).toHaveLength(100_000);
  // A turn after each chunk of 2,048 rows.
  expect(turns).toBeGreaterThan(48);
});

test('tables outlive the engine, a broker has the same, and the folder has one owner', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'kawadb-database-'));
  try {
    {
      await using db = await DatabaseEngine.open({ dataDir, logLevel: 'silent' });
      await db.createTable(USERS);
      await db.insertData('users', ROWS);
      await expect(DatabaseEngine.open({ dataDir })).rejects.toThrow(dataDir);
      await expect(startTestBroker({ storage: 'segment', dataDir })).rejects.toThrow(dataDir);
    }
    {
      await using broker = await startTestBroker({ storage: 'segment', dataDir });
      expect(await broker.tables.list()).toEqual(['users']);
      await broker.tables.insert('users', [{ ...ROWS[0], id: 3 }]);
      await expect(DatabaseEngine.open({ dataDir })).rejects.toThrow(dataDir);
    }
    await using db = await DatabaseEngine.open({ dataDir, logLevel: 'silent' });
    expect(await db.executeSql('SELECT count(*) AS n FROM users')).toEqual([{ n: 3n }]);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});

test('wrong options are told', async () => {
  const wrong = DatabaseEngine.open({ settings: { 'sql.thraeds': 2 } });
  await expect(wrong).rejects.toThrow('sql.threads');
});
