import { describe, expect, it } from 'vitest';
import type { StoredLog } from '../../ports/log-store.ts';
import { entriesOf, sampleBatches } from './sample-batches.ts';
import {
  expectBatches,
  LARGE_SEGMENTS,
  type LogStoreSubject,
  partition,
  readAll,
  SMALL_SEGMENTS,
  StoreBench,
} from './store-bench.ts';

export function lifecycleTests(subject: LogStoreSubject): void {
  describe('creating and deleting logs', () => {
    it('says what it is capable of', async () => {
      const { store } = await StoreBench.open(subject);
      expect(store.capabilities).toEqual(subject.capabilities);
    });

    it('opens empty, and makes an empty log', async () => {
      const bench = await StoreBench.open(subject);
      expect(bench.recovered).toEqual([]);
      const log = await bench.create();
      expect(log.id).toEqual(partition());
      expect([log.startOffset, log.endOffset, log.sizeBytes]).toEqual([0n, 0n, 0]);
      expect(await readAll(log)).toEqual([]);
      expect(await log.findByTimestamp(0n)).toBeUndefined();
      expect(await log.findMaxTimestamp()).toBeUndefined();
      expect(log.droppable()).toEqual([]);
    });

    it('refuses a partition that exists', async () => {
      const bench = await StoreBench.open(subject);
      const { log, batches } = await bench.filled(2);
      await expect(bench.create()).rejects.toThrow();
      await expect(bench.create(partition('orders', 0, 'B'))).rejects.toThrow();
      expectBatches(await readAll(log), batches);
    });

    it('tells partitions and similar topic names apart', async () => {
      const bench = await StoreBench.open(subject);
      const ids = ['a', 'a-1', 'a.b', 'a_b', 'A-1', '__consumer_offsets', 'x'.repeat(249)];
      const logs = [];
      for (const topic of ids) {
        for (const index of [0, 1, 11]) logs.push(await bench.create(partition(topic, index)));
      }
      const batches = logs.map((_, i) => sampleBatches(1, { seed: i }));
      const entries = logs.flatMap((log, i) => entriesOf(log, batches[i]!));
      await bench.store.append(entries, 'written');
      for (const [i, log] of logs.entries()) expectBatches(await readAll(log), batches[i]!);
    });

    it('deletes a log, and lets the partition be made anew', async () => {
      const bench = await StoreBench.open(subject);
      const { log } = await bench.filled(3, { config: SMALL_SEGMENTS });
      await log.writeSnapshot('state', new Uint8Array([1]));
      await bench.store.delete(log);
      const [batch] = sampleBatches(1, { baseOffset: 3n });
      await expect(bench.append(log, [batch!])).rejects.toThrow();
      const again = await bench.create(partition('orders', 0, 'B'));
      expect(again.id.topicId).toBe(partition('orders', 0, 'B').topicId);
      expect([again.startOffset, again.endOffset, again.sizeBytes]).toEqual([0n, 0n, 0]);
      expect(await again.readSnapshot('state')).toBeUndefined();
      const batches = sampleBatches(2, { seed: 5 });
      await bench.append(again, batches);
      expectBatches(await readAll(again), batches);
      await expect(bench.append(log, sampleBatches(1, { baseOffset: 9n }))).rejects.toThrow();
      expectBatches(await readAll(again), batches);
    });

    it('keeps other logs when one is deleted', async () => {
      const bench = await StoreBench.open(subject);
      const { log, batches } = await bench.filled(3);
      const other = await bench.create(partition('orders', 1));
      await bench.store.delete(other);
      expectBatches(await readAll(log), batches);
    });

    it('holds many logs', async () => {
      const bench = await StoreBench.open(subject);
      const logs: StoredLog[] = [];
      for (let i = 0; i < 120; i++) logs.push(await bench.create(partition('many', i)));
      const rounds = [0, 1, 2].map((round) =>
        logs.map((_, i) => sampleBatches(1, { baseOffset: BigInt(round), seed: i })[0]!),
      );
      for (const round of rounds) {
        const entries = logs.flatMap((log, i) => entriesOf(log, [round[i]!]));
        await bench.store.append(entries, 'synced');
      }
      for (const [i, log] of logs.entries()) {
        expectBatches(
          await readAll(log),
          rounds.map((round) => round[i]!),
        );
      }
    });

    it('is of no use before open and after close', async () => {
      const bench = await StoreBench.open(subject);
      const { log } = await bench.filled(1);
      await bench.store.close();
      await expect(bench.append(log, sampleBatches(1, { baseOffset: 1n }))).rejects.toThrow();
      await expect(bench.store.create(partition('late'), LARGE_SEGMENTS)).rejects.toThrow();
      const unopened = subject.create('does-not-matter');
      await expect(unopened.create(partition(), LARGE_SEGMENTS)).rejects.toThrow();
    });

    it('tells how much room there is, or that it cannot', async () => {
      const { store } = await StoreBench.open(subject);
      const usableBytes = await store.usableBytes();
      if (usableBytes === undefined) return;
      expect(usableBytes).toBeGreaterThan(0);
      const totalBytes = (await store.totalBytes?.()) ?? Number.POSITIVE_INFINITY;
      expect(totalBytes).toBeGreaterThanOrEqual(usableBytes);
    });
  });
}
