import { describe, expect, it } from 'vitest';
import type { StoredLog } from '../../ports/log-store.ts';
import { bytesOf, type SampleBatch, sampleBatches } from './sample-batches.ts';
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

export function dropTests(subject: LogStoreSubject): void {
  describe.each(CONFIGS)('dropPrefix (%s)', (_name, config) => {
    it.each([1n, 3n, 12n, 27n, 29n, 30n])('lets the log start at %s', async (at) => {
      const bench = await StoreBench.open(subject);
      const { log, batches } = await bench.filled(10, { config, records: 3 });
      await log.dropPrefix(at);
      const kept = batches.filter(({ lastOffset }) => lastOffset >= at);
      expect([log.startOffset, log.endOffset]).toEqual([at, 30n]);
      expectBatches(await readAll(log), kept);
      expectSize(subject, log, kept, batches);
      const more = sampleBatches(3, { baseOffset: 30n, records: 3 });
      await bench.append(log, more);
      expectBatches(await readAll(log), [...kept, ...more]);
    });

    it('does nothing at the start and below', async () => {
      const bench = await StoreBench.open(subject);
      const { log, batches } = await bench.filled(10, { config });
      await log.dropPrefix(0n);
      expectBatches(await readAll(log), batches);
      await log.dropPrefix(4n);
      await log.dropPrefix(4n);
      await log.dropPrefix(2n);
      expect(log.startOffset).toBe(4n);
      expectBatches(await readAll(log), batches.slice(4));
    });

    it('moves an end that is below it', async () => {
      const bench = await StoreBench.open(subject);
      const { log } = await bench.filled(10, { config });
      await log.dropPrefix(25n);
      expect([log.startOffset, log.endOffset]).toEqual([25n, 25n]);
      expect(await readAll(log)).toEqual([]);
      const more = sampleBatches(3, { baseOffset: 25n });
      await bench.append(log, more);
      expectBatches(await readAll(log), more);
    });
  });

  describe.each(CONFIGS)('reset (%s)', (_name, config) => {
    it.each([0n, 4n, 10n, 5_000_000_000n])('empties the log and starts it at %s', async (at) => {
      const bench = await StoreBench.open(subject);
      const { log } = await bench.filled(10, { config });
      await log.dropPrefix(3n);
      await log.reset(at);
      expect([log.startOffset, log.endOffset, log.sizeBytes]).toEqual([at, at, 0]);
      expect(await readAll(log)).toEqual([]);
      expect(await log.findMaxTimestamp()).toBeUndefined();
      const more = sampleBatches(8, { baseOffset: at, seed: 1 });
      await bench.append(log, more);
      expect(log.startOffset).toBe(at);
      expect(log.sizeBytes).toBe(bytesOf(more));
      expectBatches(await readAll(log), more);
    });
  });

  describe('droppable', () => {
    it('tells runs of batches at the start of the log', async () => {
      const bench = await StoreBench.open(subject);
      const { log, batches } = await bench.filled(20, { config: SMALL_SEGMENTS, records: 2 });
      const runs = log.droppable();
      expect(runs.length).toBeGreaterThan(2);
      let from = 0n;
      for (const { nextOffset, sizeBytes, maxTimestampMs } of runs) {
        const run = batches.filter((b) => b.baseOffset >= from && b.baseOffset < nextOffset);
        expect(run.length).toBeGreaterThan(0);
        expect(run.at(-1)?.lastOffset).toBe(nextOffset - 1n);
        expect(sizeBytes).toBe(bytesOf(run));
        expect(maxTimestampMs).toBe(run.at(-1)?.maxTimestampMs);
        from = nextOffset;
      }
      expect(from).toBeLessThanOrEqual(log.endOffset);
    });

    it('tells what dropping a run frees', async () => {
      const bench = await StoreBench.open(subject);
      const { log, batches } = await bench.filled(20, { config: SMALL_SEGMENTS });
      for (let runs = log.droppable(); runs.length > 1; runs = log.droppable()) {
        const [{ nextOffset, sizeBytes }] = runs as [(typeof runs)[number]];
        const before = log.sizeBytes;
        await log.dropPrefix(nextOffset);
        expect(log.sizeBytes).toBe(before - sizeBytes);
        const kept = batches.filter(({ lastOffset }) => lastOffset >= nextOffset);
        expectBatches(await readAll(log), kept);
        expect(log.droppable()).toHaveLength(runs.length - 1);
      }
    });

    it('has the largest timestamp of a run, wherever it is', async () => {
      const bench = await StoreBench.open(subject);
      const log = await bench.create(partition(), SMALL_SEGMENTS);
      const batches = sampleBatches(20).map((batch, i) => {
        const timestampMs = 1_700_000_000_000n + BigInt((i * 7) % 20);
        return sampleBatches(1, { baseOffset: batch.baseOffset, timestampMs })[0]!;
      });
      await bench.append(log, batches);
      let from = 0n;
      for (const { nextOffset, maxTimestampMs } of log.droppable()) {
        const run = batches.filter((b) => b.baseOffset >= from && b.baseOffset < nextOffset);
        const times = run.map((batch) => Number(batch.maxTimestampMs));
        expect(Number(maxTimestampMs)).toBe(Math.max(...times));
        from = nextOffset;
      }
    });

    it('follows a new config', async () => {
      const bench = await StoreBench.open(subject);
      const { log, batches } = await bench.filled(10, { config: LARGE_SEGMENTS });
      log.configure(SMALL_SEGMENTS);
      const more = sampleBatches(30, { baseOffset: 10n });
      await bench.append(log, more);
      expectBatches(await readAll(log), [...batches, ...more]);
      expect(log.droppable().length).toBeGreaterThan(2);
    });
  });
}

/** What is left must be accounted for; what may be left over is the engine's own affair. */
function expectSize(
  subject: LogStoreSubject,
  log: StoredLog,
  kept: readonly SampleBatch[],
  before: readonly SampleBatch[],
): void {
  if (subject.capabilities.exactPrefixDrop) expect(log.sizeBytes).toBe(bytesOf(kept));
  expect(log.sizeBytes).toBeGreaterThanOrEqual(bytesOf(kept));
  expect(log.sizeBytes).toBeLessThanOrEqual(bytesOf(before));
}
