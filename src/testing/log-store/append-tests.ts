import { describe, expect, it } from 'vitest';
import { bytesOf, entriesOf, entryOf, sampleBatch, sampleBatches } from './sample-batches.ts';
import {
  expectBatches,
  type LogStoreSubject,
  partition,
  readAll,
  SMALL_SEGMENTS,
  StoreBench,
} from './store-bench.ts';

export function appendTests(subject: LogStoreSubject): void {
  describe('append', () => {
    it.each(['written', 'synced'] as const)('keeps batches in order (%s)', async (durability) => {
      const bench = await StoreBench.open(subject);
      const log = await bench.create();
      const batches = sampleBatches(20, { records: 3 });
      await bench.append(log, batches.slice(0, 1), durability);
      expect(log.endOffset).toBe(3n);
      await bench.append(log, batches.slice(1), durability);
      expect([log.startOffset, log.endOffset]).toEqual([0n, 60n]);
      expect(log.sizeBytes).toBe(bytesOf(batches));
      expectBatches(await readAll(log), batches);
    });

    it('takes several logs in one call, in any mixture', async () => {
      const bench = await StoreBench.open(subject);
      const first = await bench.create(partition('orders', 0), SMALL_SEGMENTS);
      const second = await bench.create(partition('orders', 1));
      const a = sampleBatches(9, { valueBytes: 90 });
      const b = sampleBatches(9, { seed: 1, records: 2 });
      const entries = a.flatMap((batch, i) => [entryOf(second, b[i]!), entryOf(first, batch)]);
      await bench.store.append(entries, 'synced');
      expectBatches(await readAll(first), a);
      expectBatches(await readAll(second), b);
    });

    it('takes offsets with gaps, and a first offset that is not 0', async () => {
      const bench = await StoreBench.open(subject);
      const log = await bench.create(partition(), SMALL_SEGMENTS);
      const batches = [7n, 8n, 20n, 1_000n, 4_000_000_000n, 4_000_000_001n, 1n << 40n].map(
        (baseOffset) => sampleBatch({ baseOffset, records: 1, valueBytes: 80 }),
      );
      for (const batch of batches) await bench.append(log, [batch]);
      expect(log.endOffset).toBe((1n << 40n) + 1n);
      expectBatches(await readAll(log), batches);
    });

    it('takes an empty call', async () => {
      const bench = await StoreBench.open(subject);
      await bench.store.append([], 'synced');
      await bench.store.append([], 'written');
    });

    it('gives the bytes back once it has settled', async () => {
      const bench = await StoreBench.open(subject);
      const log = await bench.create();
      const batches = sampleBatches(3);
      const borrowed = batches.map((batch) => ({ ...batch, bytes: new Uint8Array(batch.bytes) }));
      await bench.append(log, borrowed);
      for (const { bytes } of borrowed) bytes.fill(0xee);
      expectBatches(await readAll(log), batches);
    });

    it('takes a batch that is a part of a larger buffer', async () => {
      const bench = await StoreBench.open(subject);
      const log = await bench.create();
      const batch = sampleBatch({ baseOffset: 0n, records: 4 });
      const frame = new Uint8Array(batch.bytes.length + 100).fill(0xdd);
      frame.set(batch.bytes, 33);
      const part = { ...batch, bytes: frame.subarray(33, 33 + batch.bytes.length) };
      await bench.append(log, [part]);
      expectBatches(await readAll(log), [batch]);
    });

    it('takes a batch larger than a segment', async () => {
      const bench = await StoreBench.open(subject);
      const log = await bench.create(partition(), SMALL_SEGMENTS);
      const batches = [20, 3_000_000, 20, 900, 900].map((valueBytes, i) =>
        sampleBatch({ baseOffset: BigInt(i), valueBytes }),
      );
      await bench.append(log, batches, 'synced');
      expectBatches(await readAll(log), batches);
    });

    it('takes more appends before earlier ones have settled', async () => {
      const bench = await StoreBench.open(subject);
      const logs = [await bench.create(partition('a'), SMALL_SEGMENTS), await bench.create()];
      const batches = sampleBatches(60, { valueBytes: 60 });
      const settled: number[] = [];
      const appends = batches.map((batch, i) => {
        const entries = logs.map((log) => entryOf(log, batch));
        const appended = bench.store.append(entries, i % 3 === 0 ? 'written' : 'synced');
        return appended.then(() => settled.push(i));
      });
      await Promise.all(appends);
      expect(settled).toHaveLength(60);
      for (const log of logs) expectBatches(await readAll(log), batches);
    });

    it('shows batches to readers in order while appends are under way', async () => {
      const bench = await StoreBench.open(subject);
      const log = await bench.create(partition(), SMALL_SEGMENTS);
      const batches = sampleBatches(40, { records: 2 });
      const ends = new Set([0n, ...batches.map(({ lastOffset }) => lastOffset + 1n)]);
      const appends: Promise<void>[] = [];
      let before = 0n;
      for (const batch of batches) {
        appends.push(bench.append(log, [batch], 'synced'));
        if (appends.length % 4 === 0) await appends.at(-3);
        const { endOffset } = log;
        expect(ends.has(endOffset)).toBe(true);
        expect(endOffset).toBeGreaterThanOrEqual(before);
        before = endOffset;
        const seen = await readAll(log);
        expect(seen.length).toBeGreaterThanOrEqual(Number(endOffset) / 2);
        expectBatches(seen, batches.slice(0, seen.length));
      }
      await Promise.all(appends);
      expectBatches(await readAll(log), batches);
    });

    it('syncs what was written before', async () => {
      const bench = await StoreBench.open(subject);
      const { log, batches } = await bench.filled(5);
      const appended = bench.append(log, sampleBatches(1, { baseOffset: 5n }));
      await bench.store.sync(log);
      await appended;
      await bench.store.sync(log);
      expect(await readAll(log)).toHaveLength(batches.length + 1);
    });

    it('keeps nothing of a log it refuses', async () => {
      const bench = await StoreBench.open(subject);
      const { log, batches } = await bench.filled(2);
      const deleted = await bench.create(partition('orders', 1));
      await bench.store.delete(deleted);
      const more = sampleBatches(2, { baseOffset: 2n });
      const entries = [...entriesOf(log, more), ...entriesOf(deleted, sampleBatches(1))];
      await expect(bench.store.append(entries, 'written')).rejects.toThrow();
      // An engine may have taken the other log's batches: only `endOffset` tells.
      if (subject.capabilities.atomicAcrossLogs) expect(log.endOffset).toBe(2n);
      const kept = log.endOffset === 4n ? [...batches, ...more] : batches;
      expectBatches(await readAll(log), kept);
      const next = sampleBatches(1, { baseOffset: log.endOffset, seed: 3 });
      await bench.append(log, next);
      expectBatches(await readAll(log), [...kept, ...next]);
    });
  });
}
