import { expect, test } from 'vitest';
import type { LiveSharePartition } from '../../../src/app/services/share/live-share-partition.ts';
import { RecordSizeEstimate } from '../../../src/app/services/share/record-size-estimate.ts';
import { lookAtPartitions } from '../../../src/app/services/share/share-fetch-pass.ts';
import { SharePartition } from '../../../src/domain/share/share-partition.ts';
import { CONFIG } from '../../domain/share/share-partition-harness.ts';
import { batchOf, changed } from '../../fidelity/batches.ts';

const RECORDS = 10;
const BATCHES = 200;

/** A share-partition over batches of ten records with `valueBytes` each, that notes what is asked of its log. */
function partitionOf(valueBytes: number) {
  const one = batchOf(Array.from({ length: RECORDS }, () => 'x'.repeat(valueBytes)));
  const bytesRead: number[] = [];
  const limits: number[] = [];
  const read = (from: bigint, options: { maxBytes: number; minOneMessage: boolean }) => {
    limits.push(options.maxBytes);
    const first = Number(from) / RECORDS;
    const fitting = Math.floor(options.maxBytes / one.length);
    const count = Math.min(BATCHES - first, Math.max(fitting, options.minOneMessage ? 1 : 0));
    const slices = Array.from({ length: count }, (_, n) =>
      changed(one, (view) => view.setBigInt64(0, BigInt((first + n) * RECORDS))),
    );
    bytesRead.push(count * one.length);
    return { slices, sizeBytes: count * one.length, release: () => undefined };
  };
  const end = BigInt(BATCHES * RECORDS);
  const state = { startOffset: 0n, stateEpoch: 0, stateBatches: [] };
  const live = {
    partition: new SharePartition(state, () => ({ ...CONFIG, maxInFlightRecords: 10_000 })),
    log: { logStartOffset: 0n, highWatermark: end, lastStableOffset: end, read },
    recordSizes: new RecordSizeEstimate(),
    ...{ isClosed: false, tryLock: () => true, unlock: () => undefined },
    watchLocks: () => undefined,
  } as unknown as LiveSharePartition;
  return { live, bytesRead, limits, batchBytes: one.length };
}

const options = (maxRecords: number, maxBytes = 50_000_000) => ({
  ...{ memberId: 'm', mode: 'batch_optimized', batchSize: 500, maxRecords, maxBytes, minBytes: 1 },
  ...{ isolation: 'read_uncommitted', nowMs: () => 1_000, isGone: () => false },
});

const look = (partitions: readonly LiveSharePartition[], maxRecords: number, maxBytes?: number) =>
  lookAtPartitions(partitions, options(maxRecords, maxBytes) as never, false, () => undefined);

test('about as much is read as records are wanted', async () => {
  const { live, bytesRead, batchBytes } = partitionOf(10_000);
  await look([live], 20);
  expect((await look([live], 20)).acquiredCount).toBe(20);
  expect(bytesRead[1]).toBeLessThanOrEqual(3 * batchBytes);
});

test('partitions behind the records that are wanted are not read', async () => {
  const [first, second] = [partitionOf(100), partitionOf(100)];
  const pass = await look([first.live, second.live], 50);
  expect(pass.acquiredCount).toBe(50);
  expect(second.bytesRead).toEqual([]);
  expect(pass.partitions.map(({ acquired }) => acquired.length)).toEqual([1, 0]);
});

test('a batch larger than was thought is read all the same, wherever it stands', async () => {
  const [first, second] = [partitionOf(100), partitionOf(100_000)];
  // Records were small so far.
  second.live.recordSizes.note(1_000, 1_000);
  const pass = await look([first.live, second.live], 3_000);
  expect(second.limits).toHaveLength(2);
  expect(pass.partitions.map(({ slices }) => slices.length > 0)).toEqual([true, true]);
});
