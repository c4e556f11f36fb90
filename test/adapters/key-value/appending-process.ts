// A process that appends to two logs until it is killed; prints each offset once its batch is acknowledged.

import {
  patchBaseOffset,
  readLastOffset,
  viewOf,
} from '../../../src/domain/record/record-batch-header.ts';
import { sampleBatch } from '../../../src/testing/log-store/sample-batches.ts';
import { partition, SMALL_SEGMENTS } from '../../../src/testing/log-store/store-bench.ts';
import { storeIn } from './key-value-fixture.ts';

const [, , directory, engine] = process.argv;
const store = storeIn(directory!, engine!);
await store.open();
const logs = [
  await store.create(partition('orders', 0), SMALL_SEGMENTS),
  await store.create(partition('orders', 1), SMALL_SEGMENTS),
];
let next = 0n;

async function appendForever(): Promise<void> {
  for (;;) {
    const { bytes: batch } = sampleBatch({ baseOffset: 0n, records: Number(next % 7n) + 1 });
    const view = viewOf(batch);
    patchBaseOffset(view, 0, next);
    const place = { baseOffset: next, lastOffset: readLastOffset(view, 0), maxTimestampMs: next };
    next = place.lastOffset + 1n;
    const entries = logs.map((log) => ({ log, batch, ...place }));
    await store.append(entries, 'synced');
    process.stdout.write(`${place.lastOffset}\n`);
  }
}

await Promise.all([appendForever(), appendForever(), appendForever()]);
