import { describe, expect, it } from 'vitest';
import { bytesOf, sampleBatch, sampleBatches } from './sample-batches.ts';
import {
  expectBatches,
  LARGE_SEGMENTS,
  type LogStoreSubject,
  partition,
  readAll,
  SMALL_SEGMENTS,
  StoreBench,
} from './store-bench.ts';

const CONFIGS = [
  ['one segment', LARGE_SEGMENTS],
  ['small segments', SMALL_SEGMENTS],
] as const;

export function truncateTests(subject: LogStoreSubject): void {
  describe.each(CONFIGS)('truncate (%s)', (_name, config) => {
    it.each([0n, 1n, 4n, 5n, 6n, 13n, 25n, 49n])('drops whole batches from %s on', async (to) => {
      const bench = await StoreBench.open(subject);
      const { log, batches } = await bench.filled(10, { config, records: 5 });
      await log.truncate(to);
      const kept = batches.filter(({ lastOffset }) => lastOffset < to);
      expect(log.endOffset).toBeLessThanOrEqual(to);
      expect(log.endOffset).toBe((kept.at(-1)?.lastOffset ?? -1n) + 1n);
      expect(log.sizeBytes).toBe(bytesOf(kept));
      expectBatches(await readAll(log), kept);
      expect((await log.findMaxTimestamp())?.baseOffset).toBe(kept.at(-1)?.baseOffset);
      const more = sampleBatches(6, { baseOffset: log.endOffset, records: 3, seed: 2 });
      await bench.append(log, more, 'synced');
      expectBatches(await readAll(log), [...kept, ...more]);
      expect(log.sizeBytes).toBe(bytesOf([...kept, ...more]));
    });

    it('does nothing at the end and beyond', async () => {
      const bench = await StoreBench.open(subject);
      const { log, batches } = await bench.filled(5, { config });
      await log.truncate(5n);
      await log.truncate(500n);
      expect(log.endOffset).toBe(5n);
      expectBatches(await readAll(log), batches);
    });

    it('ends after the last batch that is left where there is a gap', async () => {
      const bench = await StoreBench.open(subject);
      const log = await bench.create(partition(), config);
      const batches = [0n, 10n, 20n, 30n].map((baseOffset) =>
        sampleBatch({ baseOffset, records: 2, valueBytes: 150 }),
      );
      await bench.append(log, batches);
      await log.truncate(25n);
      expect(log.endOffset).toBe(22n);
      await log.truncate(20n);
      expect(log.endOffset).toBe(12n);
      expectBatches(await readAll(log), batches.slice(0, 2));
    });

    it('empties the log below its start, and lets it start there', async () => {
      const bench = await StoreBench.open(subject);
      const { log } = await bench.filled(10, { config });
      await log.dropPrefix(6n);
      await log.truncate(3n);
      expect([log.startOffset, log.endOffset, log.sizeBytes]).toEqual([3n, 3n, 0]);
      const more = sampleBatches(4, { baseOffset: 3n, seed: 1 });
      await bench.append(log, more);
      expectBatches(await readAll(log), more);
    });

    it('may drop the batch the log starts in', async () => {
      const bench = await StoreBench.open(subject);
      const { log } = await bench.filled(2, { config, records: 10 });
      await log.dropPrefix(5n);
      await log.truncate(7n);
      expect(await readAll(log)).toEqual([]);
      expect(log.startOffset).toBe(5n);
      expect(log.endOffset).toBeGreaterThanOrEqual(5n);
      expect(log.endOffset).toBeLessThanOrEqual(7n);
      const more = sampleBatches(2, { baseOffset: log.endOffset, seed: 1 });
      await bench.append(log, more);
      expectBatches(await readAll(log), more);
    });

    it('may be done again and again', async () => {
      const bench = await StoreBench.open(subject);
      const { log, batches } = await bench.filled(20, { config });
      let expected = batches;
      for (const to of [17n, 17n, 12n, 9n, 2n, 1n, 0n]) {
        await log.truncate(to);
        expected = expected.filter(({ lastOffset }) => lastOffset < to);
        expectBatches(await readAll(log), expected);
        const more = sampleBatches(1, { baseOffset: to, seed: Number(to) });
        await bench.append(log, more);
        expected = [...expected, ...more];
        expectBatches(await readAll(log), expected);
      }
    });
  });
}
