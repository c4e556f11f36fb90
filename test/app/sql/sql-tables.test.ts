import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestBroker } from '../../../src/testing/index.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'kawadb-sql-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const USERS = {
  name: 'users',
  columns: [
    { name: 'id', type: 'int64', nullable: false },
    { name: 'name', type: 'string', nullable: false },
    { name: 'email', type: 'string' },
    { name: 'created_at', type: 'timestamp', nullable: false },
  ],
};

test.each(['segment', 'leveldb'] as const)('tables outlive the broker (%s)', async (storage) => {
  {
    await using broker = await startTestBroker({ storage, dataDir, topics: ['orders'] });
    await broker.tables.create(USERS);
    const rows = [
      { id: 1, name: 'Alice', email: 'alice@example.com', created_at: '2024-01-01T00:00:00Z' },
      { id: 9007199254740993n, name: "Bob O'Neil", created_at: '2024-01-02T00:00:00Z' },
    ];
    expect(await broker.tables.insert('users', rows)).toBe(2);
    expect(await broker.tables.list()).toEqual(['users']);
  }
  await using broker = await startTestBroker({ storage, dataDir });
  expect(await broker.listTopics()).toEqual(['orders']);
  expect(await broker.sql('SELECT * FROM users WHERE id > 1')).toEqual([
    {
      id: 9007199254740993n,
      name: "Bob O'Neil",
      email: null,
      created_at: new Date('2024-01-02T00:00:00Z'),
    },
  ]);
  await broker.tables.drop('users');
  expect(await broker.tables.list()).toEqual([]);
});

test('rows that do not fit are refused whole', async () => {
  await using broker = await startTestBroker();
  await broker.tables.create(USERS);
  const good = { id: 1, name: 'Alice', created_at: '2024-01-01' };
  for (const bad of [
    { ...good, id: 'one' },
    { ...good, name: null },
    { ...good, nickname: 'Al' },
    { ...good, created_at: 'yesterday' },
  ]) {
    await expect(broker.tables.insert('users', [good, bad])).rejects.toMatchObject({
      name: 'SqlError',
    });
  }
  expect(await broker.sql('SELECT count(*) AS n FROM users')).toEqual([{ n: 0n }]);
  await expect(broker.tables.insert('nobody', [good])).rejects.toThrow('nobody');
  await expect(
    broker.tables.create({ name: 't', columns: [{ name: 'a', type: 'int); DROP TABLE users' }] }),
  ).rejects.toThrow('no type');
});
