import { describe, expect, it } from 'vitest';
import type { LogReadResult, StoredLog } from '../../ports/log-store.ts';
import { bytesOf, type SampleBatch, sampleBatch, sampleBatches } from './sample-batches.ts';
import {
  EVERYTHING,
  expectBatches,
  LARGE_SEGMENTS,
  type LogStoreSubject,
  partition,
  readAll,
  readOnce,
  SMALL_SEGMENTS,
  StoreBench,
  wholeBatches,
} from './store-bench.ts';

const CONFIGS = [
  ['one segment', LARGE_SEGMENTS],
  ['small segments', SMALL_SEGMENTS],
] as const;

function held(log: StoredLog): LogReadResult | Promise<LogReadResult> {
  const { startOffset: fromOffset } = log;
  return log.read({ fromOffset, maxBytes: 1 << 20, minOneBatch: true, upTo: EVERYTHING });
}

export function readTests(subject: LogStoreSubject): void {
  describe.each(CONFIGS)('read (%s)', (_name, config) => {
    it('begins with the batch that contains the offset', async () => {
      const bench = await StoreBench.open(subject);
      const { log, batches } = await bench.filled(12, { config, records: 5 });
      for (let offset = 0n; offset < 60n; offset++) {
        const expected = batches.filter(({ lastOffset }) => lastOffset >= offset);
        expectBatches(await readAll(log, offset), expected, `from ${offset}`);
      }
    });

    it('begins with the next batch where the offset is in a gap', async () => {
      const bench = await StoreBench.open(subject);
      const log = await bench.create(partition(), config);
      const batches = [5n, 10n, 11n, 50n, 51n, 52n, 400n].map((baseOffset) =>
        sampleBatch({ baseOffset, valueBytes: 120 }),
      );
      await bench.append(log, batches);
      for (const offset of [0n, 4n, 5n, 6n, 9n, 10n, 12n, 49n, 50n, 53n, 399n, 400n]) {
        const expected = batches.filter(({ lastOffset }) => lastOffset >= offset);
        expectBatches(await readAll(log, offset), expected, `from ${offset}`);
        expect(await readOnce(log, { fromOffset: offset })).not.toEqual([]);
      }
    });

    it('is empty at the end', async () => {
      const bench = await StoreBench.open(subject);
      const { log, batches } = await bench.filled(4, { config });
      expect(await readOnce(log, { fromOffset: 4n })).toEqual([]);
      expect(await readOnce(log, { fromOffset: 1000n })).toEqual([]);
      const more = sampleBatches(1, { baseOffset: 4n });
      await bench.append(log, more);
      expectBatches(await readAll(log, 4n), more);
      expectBatches(await readAll(log), [...batches, ...more]);
    });

    it('gives no more than it may, in whole batches', async () => {
      const bench = await StoreBench.open(subject);
      const { log, batches } = await bench.filled(10, { config, records: 2 });
      const size = batches[0]!.bytes.length;
      for (const maxBytes of [size, size + 1, 2 * size - 1, 2 * size, 3 * size + 5, 100 * size]) {
        for (const minOneBatch of [false, true]) {
          const read = await readOnce(log, { fromOffset: 5n, maxBytes, minOneBatch });
          expect(read.length).toBeGreaterThan(0);
          expect(read.length * size).toBeLessThanOrEqual(maxBytes);
          expectBatches(read, batches.slice(2, 2 + read.length));
        }
        expectBatches(await readAll(log, 0n, maxBytes), batches);
      }
    });

    it('gives one batch whole where it must', async () => {
      const bench = await StoreBench.open(subject);
      const { log, batches } = await bench.filled(4, { config });
      for (const maxBytes of [0, 1, 12, 61, batches[0]!.bytes.length - 1]) {
        const one = await readOnce(log, { fromOffset: 1n, maxBytes, minOneBatch: true });
        expectBatches(one, batches.slice(1, 2));
        const none = await readOnce(log, { fromOffset: 1n, maxBytes, minOneBatch: false });
        expect(none).toEqual([]);
      }
      const large = [sampleBatch({ baseOffset: 4n, valueBytes: 2_500_000 })];
      await bench.append(log, large);
      expectBatches(await readOnce(log, { fromOffset: 4n, maxBytes: 1 }), large);
    });

    it('leaves out batches that end at or beyond `upTo`', async () => {
      const bench = await StoreBench.open(subject);
      const { log, batches } = await bench.filled(8, { config, records: 4 });
      for (let upTo = 0n; upTo <= 33n; upTo++) {
        const expected = batches.filter(({ lastOffset }) => lastOffset < upTo);
        const read = await readOnce(log, { upTo });
        expect(read.length > 0, `up to ${upTo}`).toBe(expected.length > 0);
        expectBatches(read, expected.slice(0, read.length));
        const small = await readOnce(log, { upTo, maxBytes: 1, minOneBatch: true });
        expectBatches(small, expected.slice(0, 1), `one batch up to ${upTo}`);
      }
      expect(await readOnce(log, { fromOffset: 8n, upTo: 8n })).toEqual([]);
      expect(await readOnce(log, { fromOffset: 20n, upTo: 8n })).toEqual([]);
    });

    it('lets many read at once', async () => {
      const bench = await StoreBench.open(subject);
      const { log, batches } = await bench.filled(30, { config });
      const reads = Array.from({ length: 100 }, (_, i) => readAll(log, BigInt(i % 30)));
      for (const [i, read] of (await Promise.all(reads)).entries()) {
        expectBatches(read, batches.slice(i % 30));
      }
    });
  });

  describe.each(CONFIGS)('views of a read (%s)', (_name, config) => {
    const changes: [string, (bench: StoreBench, log: StoredLog) => Promise<void>][] = [
      ['truncated', (_bench, log) => log.truncate(1n)],
      ['cut at its start', (_bench, log) => log.dropPrefix(log.endOffset)],
      ['reset', (_bench, log) => log.reset(0n)],
      ['deleted', (bench, log) => bench.store.delete(log)],
    ];

    it.each(changes)('stay as they were while the log is %s', async (what, change) => {
      const bench = await StoreBench.open(subject);
      const { log, batches } = await bench.filled(10, { config });
      const result = await held(log);
      const seen = batches.slice(0, result.slices.flatMap((slice) => wholeBatches(slice)).length);
      expect(seen.length).toBeGreaterThan(0);
      await change(bench, log);
      expectSlices(result, seen);
      // New data must not land in the memory or the place that is still being read.
      const live = what === 'deleted' ? await bench.create() : log;
      const other = sampleBatches(20, { baseOffset: live.endOffset, seed: 9 });
      await bench.append(live, other, 'synced');
      for (let i = 0; i < 5; i++) expectBatches((await readAll(live)).slice(-20), other);
      expectSlices(result, seen);
      result.release();
    });

    it('may be released in any order', async () => {
      const bench = await StoreBench.open(subject);
      const { log, batches } = await bench.filled(10, { config });
      const results = await Promise.all([held(log), held(log), held(log)]);
      results[1]!.release();
      const more = await held(log);
      for (const result of [results[0]!, results[2]!, more]) {
        const count = result.slices.flatMap((slice) => wholeBatches(slice)).length;
        expectSlices(result, batches.slice(0, count));
      }
      for (const result of [more, results[0]!, results[2]!]) result.release();
      expectBatches(await readAll(log), batches);
    });
  });
}

function expectSlices(result: LogReadResult, expected: readonly SampleBatch[]): void {
  const batches = result.slices.flatMap((slice) => wholeBatches(slice));
  expectBatches(batches, expected);
  expect(batches.reduce((sum, { length }) => sum + length, 0)).toBe(bytesOf(expected));
}
