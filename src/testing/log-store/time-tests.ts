import { describe, expect, it } from 'vitest';
import type { StoredLog } from '../../ports/log-store.ts';
import { type SampleBatch, sampleBatch } from './sample-batches.ts';
import {
  LARGE_SEGMENTS,
  type LogStoreSubject,
  partition,
  SMALL_SEGMENTS,
  StoreBench,
} from './store-bench.ts';

const CONFIGS = [
  ['one segment', LARGE_SEGMENTS],
  ['small segments', SMALL_SEGMENTS],
] as const;

/** Producers' clocks differ, so that times go forth and back. */
const TIMES_MS = [50n, 40n, 60n, 60n, 10n, 90n, 70n, 80n, 90n, 20n, 95n, 30n, 95n, 0n];

function batchesAt(timesMs: readonly bigint[], baseOffset = 0n): readonly SampleBatch[] {
  return timesMs.map((timestampMs, i) =>
    sampleBatch({ baseOffset: baseOffset + BigInt(i * 2), records: 2, timestampMs }),
  );
}

function position(batch: SampleBatch | undefined): object | undefined {
  if (batch === undefined) return undefined;
  return { baseOffset: batch.baseOffset, maxTimestampMs: batch.maxTimestampMs };
}

export async function expectTimes(
  log: StoredLog,
  batches: readonly SampleBatch[],
  timesMs: readonly bigint[],
): Promise<void> {
  for (const timeMs of timesMs) {
    const expected = batches.find(({ maxTimestampMs }) => maxTimestampMs >= timeMs);
    expect(await log.findByTimestamp(timeMs), `at ${timeMs}`).toEqual(position(expected));
  }
  let largest: SampleBatch | undefined;
  for (const batch of batches) {
    if (largest === undefined || batch.maxTimestampMs > largest.maxTimestampMs) largest = batch;
  }
  expect(await log.findMaxTimestamp()).toEqual(position(largest));
}

const ASKED_MS = Array.from({ length: 100 }, (_, i) => BigInt(i));

export function timeTests(subject: LogStoreSubject): void {
  describe.each(CONFIGS)('search by time (%s)', (_name, config) => {
    it('finds the first batch at or after a time, and the first of the latest', async () => {
      const bench = await StoreBench.open(subject);
      const log = await bench.create(partition(), config);
      const batches = batchesAt(TIMES_MS);
      for (let i = 0; i < batches.length; i++) {
        await bench.append(log, [batches[i]!]);
        await expectTimes(log, batches.slice(0, i + 1), [0n, 45n, 60n, 90n, 91n, 95n, 96n]);
      }
      await expectTimes(log, batches, ASKED_MS);
    });

    it('forgets what was truncated', async () => {
      const bench = await StoreBench.open(subject);
      const log = await bench.create(partition(), config);
      const batches = batchesAt(TIMES_MS);
      await bench.append(log, batches);
      for (let count = batches.length; count >= 0; count--) {
        await log.truncate(BigInt(count * 2));
        await expectTimes(log, batches.slice(0, count), ASKED_MS);
      }
      const more = batchesAt([5n, 3n, 8n]);
      await bench.append(log, more);
      await expectTimes(log, more, ASKED_MS);
    });

    it('forgets what was dropped', async () => {
      const bench = await StoreBench.open(subject);
      const log = await bench.create(partition(), config);
      const batches = batchesAt(TIMES_MS);
      await bench.append(log, batches);
      for (let count = 0; count <= batches.length; count++) {
        await log.dropPrefix(BigInt(count * 2));
        await expectTimes(log, batches.slice(count), ASKED_MS);
      }
    });

    it.skipIf(!subject.capabilities.durable)('knows times after opening again', async () => {
      const bench = await StoreBench.open(subject);
      const log = await bench.create(partition(), config);
      const batches = batchesAt(TIMES_MS);
      await bench.append(log, batches, 'synced');
      await expectTimes((await bench.crash())!, batches, ASKED_MS);
      const reopened = (await bench.reopen())!;
      await expectTimes(reopened, batches, ASKED_MS);
      const more = batchesAt([5n, 96n, 97n], 28n);
      await bench.append(reopened, more);
      await expectTimes(reopened, [...batches, ...more], [...ASKED_MS, 96n, 97n, 98n]);
    });
  });
}
