import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startBroker } from '../../../src/index.ts';

// This engine's reads take threads of the pool that statements run on, four of them unless the environment says more.
test('more statements at a time than the pool has threads all read their topic', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'kawadb-sql-concurrent-'));
  try {
    await using broker = await startBroker({
      ...{ storage: 'leveldb', dataDir, port: 0 },
      settings: { 'sql.threads': 1 },
    });
    await broker.createTopic('orders');
    const value = JSON.stringify({ text: 'x'.repeat(1000) });
    for (let count = 0; count < 10_000; count += 1000) {
      await broker.produceBatch(
        'orders',
        Array.from({ length: 1000 }, () => ({ value })),
      );
    }
    const statements = Array.from({ length: 8 }, (_, index) =>
      broker.sql(`SELECT count(text) + ${index} AS n FROM orders`),
    );
    const counts = (await Promise.all(statements)).map(([row]) => row?.n);
    expect(counts).toEqual(Array.from({ length: 8 }, (_, index) => BigInt(10_000 + index)));
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});
