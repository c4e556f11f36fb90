import { expect, test } from 'vitest';
import type { SqlProgress } from '../../../src/index.ts';
import { startTestBroker } from '../../../src/testing/index.ts';

test('a reader is told how far the reading of topics is', async () => {
  await using broker = await startTestBroker({ topics: { orders: { partitions: 2 } } });
  const total = 300_000;
  const value = JSON.stringify({ text: 'x'.repeat(40) });
  for (let count = 0; count < total; count += 10_000) {
    const messages = Array.from({ length: 10_000 }, () => ({ value }));
    await broker.produceBatch('orders', messages);
  }
  const told: SqlProgress[] = [];
  const onProgress = (progress: SqlProgress): void => void told.push(progress);
  // Until something was told: a fast machine is done in less time than it is told anything.
  const sql = `SELECT max(md5(repeat(text, 60))) AS n, count(*) AS c FROM orders`;
  for (let attempt = 0; attempt < 50 && told.length === 0; attempt++) {
    const [row] = await broker.sql(sql, [], { onProgress });
    expect(row?.c).toBe(BigInt(total));
  }
  expect(told.length).toBeGreaterThan(0);
  for (const { recordsRead, recordsTotal } of told) {
    expect(recordsTotal).toBe(total);
    expect(recordsRead).toBeGreaterThan(0);
    expect(recordsRead).toBeLessThanOrEqual(total);
  }
});
