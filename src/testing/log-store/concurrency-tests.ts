import { describe, expect, it } from 'vitest';
import { type SampleBatch, sampleBatches } from './sample-batches.ts';
import {
  expectBatches,
  type LogStoreSubject,
  partition,
  readAll,
  SMALL_SEGMENTS,
  StoreBench,
} from './store-bench.ts';

/** Which of the appends, one batch each, were acknowledged. */
async function acknowledged(
  batches: readonly SampleBatch[],
  appends: readonly Promise<void>[],
): Promise<SampleBatch[]> {
  const results = await Promise.allSettled(appends);
  return batches.filter((_, i) => results[i]?.status === 'fulfilled');
}

export function concurrencyTests(subject: LogStoreSubject): void {
  describe('at the same time', () => {
    it('drops a prefix while appends go on', async () => {
      const bench = await StoreBench.open(subject);
      const { log, batches } = await bench.filled(20, { config: SMALL_SEGMENTS });
      const more = sampleBatches(40, { baseOffset: 20n });
      const changes: Promise<void>[] = [];
      for (const [i, batch] of more.entries()) {
        changes.push(bench.append(log, [batch], i % 2 === 0 ? 'written' : 'synced'));
        if (i % 8 === 0) changes.push(log.dropPrefix(BigInt(i / 2)));
        if (i % 5 === 0) await changes.at(-2);
      }
      await Promise.all(changes);
      expect([log.startOffset, log.endOffset]).toEqual([16n, 60n]);
      expectBatches(await readAll(log), [...batches, ...more].slice(16));
    });

    it('writes snapshots while appends go on', async () => {
      const bench = await StoreBench.open(subject);
      const { log, batches } = await bench.filled(2, { config: SMALL_SEGMENTS });
      const more = sampleBatches(20, { baseOffset: 2n });
      await Promise.all(
        more.flatMap((batch, i) => [
          bench.append(log, [batch], 'synced'),
          log.writeSnapshot('state', new Uint8Array(50).fill(i)),
        ]),
      );
      expectBatches(await readAll(log), [...batches, ...more]);
      expect(await log.readSnapshot('state')).toHaveLength(50);
    });

    it('reads whole batches in order while appends go on', async () => {
      const bench = await StoreBench.open(subject);
      const log = await bench.create(partition(), SMALL_SEGMENTS);
      const batches = sampleBatches(60, { records: 2 });
      const appends: Promise<void>[] = [];
      const reads: Promise<void>[] = [];
      for (const [i, batch] of batches.entries()) {
        appends.push(bench.append(log, [batch], 'synced'));
        const from = i - (i % 7);
        const read = readAll(log, BigInt(from * 2), 300);
        reads.push(
          read.then((seen) => expectBatches(seen, batches.slice(from).slice(0, seen.length))),
        );
        if (i % 6 === 0) await appends.at(-1);
      }
      await Promise.all([...appends, ...reads]);
      expectBatches(await readAll(log), batches);
    });

    it('creates and deletes many logs', async () => {
      const bench = await StoreBench.open(subject);
      const ids = Array.from({ length: 30 }, (_, i) => partition('many', i));
      const logs = await Promise.all(ids.map((id) => bench.create(id, SMALL_SEGMENTS)));
      await Promise.all(logs.map((log) => bench.append(log, sampleBatches(3), 'synced')));
      await Promise.all(logs.filter((_, i) => i % 2 === 0).map((log) => bench.store.delete(log)));
      for (const [i, log] of logs.entries()) {
        if (i % 2 === 1) expectBatches(await readAll(log), sampleBatches(3));
      }
    });

    it('settles what is under way when a log is deleted', async () => {
      const bench = await StoreBench.open(subject);
      const { log } = await bench.filled(2, { config: SMALL_SEGMENTS });
      const { log: other, batches } = await bench.filled(2, { id: partition('orders', 1) });
      const more = sampleBatches(10, { baseOffset: 2n });
      const appends = more.map((batch) => bench.append(log, [batch], 'synced'));
      const settled = Promise.allSettled([...appends, readAll(log), log.findMaxTimestamp()]);
      await bench.store.delete(log);
      await settled;
      expectBatches(await readAll(other), batches);
      const again = await bench.create();
      expect(await readAll(again)).toEqual([]);
    });
  });

  describe.skipIf(!subject.capabilities.durable)('a store on disk', () => {
    it('keeps what it acknowledged when it is closed with appends under way', async () => {
      const bench = await StoreBench.open(subject);
      const { log, batches } = await bench.filled(2, { config: SMALL_SEGMENTS });
      const more = sampleBatches(20, { baseOffset: 2n });
      const appends = more.map((batch) => bench.append(log, [batch], 'synced'));
      const settled = acknowledged(more, appends);
      const reopened = (await bench.reopen())!;
      const kept = [...batches, ...(await settled)];
      const found = await readAll(reopened);
      expect(found.length).toBeGreaterThanOrEqual(kept.length);
      expectBatches(found, [...batches, ...more].slice(0, found.length));
    });

    it('keeps a second store away from its data until it is closed', async () => {
      const bench = await StoreBench.open(subject);
      const { batches } = await bench.filled(3);
      await expect(bench.another().open()).rejects.toThrow();
      const reopened = (await bench.reopen())!;
      expectBatches(await readAll(reopened), batches);
    });
  });
}
