import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startTestBroker } from '../../../src/testing/index.ts';

const KEYS = 50;

test('a compacted topic is its last records, with gaps between their offsets', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'kawadb-compacted-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const settings = { 'log.cleaner.backoff.ms': 50 };
  const configs = {
    ...{ 'cleanup.policy': 'compact', 'segment.bytes': '1048576' },
    'min.cleanable.dirty.ratio': '0.01',
  };
  const topics = { prices: { configs } };
  await using broker = await startTestBroker({ storage: 'segment', dataDir, settings, topics });
  for (let batch = 0; batch < 8; batch++) {
    const messages = Array.from({ length: 500 }, (_, i) => {
      const n = batch * 500 + i;
      return { key: `k${(n * 7) % KEYS}`, value: JSON.stringify({ n, filler: 'x'.repeat(700) }) };
    });
    await broker.produceBatch('prices', messages);
  }
  const count = async (): Promise<number> => {
    const [row] = await broker.sql('SELECT count(*) AS n FROM prices');
    return Number(row?.n);
  };
  await vi.waitFor(async () => expect(await count()).toBeLessThan(3000), 30_000);
  const all = await broker.sql('SELECT kafka_offset AS o, key, n FROM prices ORDER BY o');
  expect(all.every(({ o, n }) => o === n)).toBe(true);
  expect(new Set(all.map(({ key }) => key)).size).toBe(KEYS);
  const last = await broker.sql('SELECT key, max(n) AS n FROM prices GROUP BY key');
  expect(Math.min(...last.map(({ n }) => Number(n)))).toBeGreaterThanOrEqual(4000 - KEYS);
  // Bounds that begin and end in gaps, and at records beside them.
  for (const from of [0n, 1n, 700n, all[10]?.o as bigint, (all[10]?.o as bigint) + 1n]) {
    const to = from + 1500n;
    const expected = all.filter(({ o }) => (o as bigint) >= from && (o as bigint) < to);
    const within =
      'SELECT kafka_offset AS o, key, n FROM prices WHERE kafka_offset >= $1 AND kafka_offset < $2 ORDER BY o';
    expect(await broker.sql(within, [from, to])).toEqual(expected);
  }
});
