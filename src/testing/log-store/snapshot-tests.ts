import { describe, expect, it } from 'vitest';
import { sampleBatches } from './sample-batches.ts';
import {
  expectBatches,
  type LogStoreSubject,
  partition,
  readAll,
  StoreBench,
} from './store-bench.ts';

export function snapshotTests(subject: LogStoreSubject): void {
  describe('snapshots', () => {
    it('are kept by name and log', async () => {
      const bench = await StoreBench.open(subject);
      const { log, batches } = await bench.filled(3);
      const other = await bench.create(partition('orders', 1));
      expect(await log.readSnapshot('log-state-0')).toBeUndefined();
      await log.writeSnapshot('log-state-0', new Uint8Array([1, 2, 3]));
      await log.writeSnapshot('log-state-1', new Uint8Array());
      await log.writeSnapshot('producers.v2', new Uint8Array(100_000).fill(7));
      expect(await log.readSnapshot('log-state-0')).toEqual(new Uint8Array([1, 2, 3]));
      expect(await log.readSnapshot('log-state-1')).toHaveLength(0);
      expect(await log.readSnapshot('producers.v2')).toEqual(new Uint8Array(100_000).fill(7));
      expect(await log.readSnapshot('producers')).toBeUndefined();
      expect(await other.readSnapshot('log-state-0')).toBeUndefined();
      expectBatches(await readAll(log), batches);
      expect(log.sizeBytes).toBe(batches.reduce((sum, { bytes }) => sum + bytes.length, 0));
    });

    it('are copies', async () => {
      const bench = await StoreBench.open(subject);
      const log = await bench.create();
      const bytes = new Uint8Array([1, 2, 3]);
      await log.writeSnapshot('state', bytes);
      bytes.fill(9);
      const read = await log.readSnapshot('state');
      expect([...read!]).toEqual([1, 2, 3]);
      read!.fill(8);
      expect([...(await log.readSnapshot('state'))!]).toEqual([1, 2, 3]);
    });

    it('are one value or the next, whole, however many are written', async () => {
      const bench = await StoreBench.open(subject);
      const log = await bench.create();
      const writes = [];
      const reads = [];
      for (let i = 1; i <= 20; i++) {
        writes.push(log.writeSnapshot('state', new Uint8Array(i * 1000).fill(i)));
        reads.push(log.readSnapshot('state'));
      }
      await Promise.all(writes);
      for (const read of [...(await Promise.all(reads)), await log.readSnapshot('state')]) {
        if (read === undefined) continue;
        expect(read.length).toBe(1000 * read[0]!);
        expect(read.every((byte) => byte === read[0])).toBe(true);
      }
      await log.writeSnapshot('state', new Uint8Array([42]));
      expect([...(await log.readSnapshot('state'))!]).toEqual([42]);
    });

    it.skipIf(!subject.capabilities.durable)('outlive the process', async () => {
      const bench = await StoreBench.open(subject);
      const { log } = await bench.filled(3);
      await log.writeSnapshot('state', new Uint8Array([1]));
      await log.writeSnapshot('state', new Uint8Array([2, 3]));
      const crashed = (await bench.crash())!;
      expect([...(await crashed.readSnapshot('state'))!]).toEqual([2, 3]);
      await crashed.writeSnapshot('state', new Uint8Array([4]));
      const reopened = (await bench.reopen())!;
      expect([...(await reopened.readSnapshot('state'))!]).toEqual([4]);
      await bench.append(reopened, sampleBatches(1, { baseOffset: 3n }));
    });
  });
}
