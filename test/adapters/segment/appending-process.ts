// A process that appends to two logs until it is killed; prints each offset once its batch is acknowledged.

import { SegmentLogStore } from '../../../src/adapters/segment/segment-log-store.ts';
import {
  patchBaseOffset,
  readLastOffset,
  viewOf,
} from '../../../src/domain/record/record-batch-header.ts';
import { batchOf, checksum, ORDERS } from '../../app/log/log-fixture.ts';
import { silentLogger } from '../../support/silent-logger.ts';

const directory = process.argv[2]!;
const store = new SegmentLogStore({ directory, checksum, logger: silentLogger });
await store.open();
const config = { segmentBytes: 20_000, segmentMs: 604_800_000, indexIntervalBytes: 500 };
const logs = [
  await store.create(ORDERS, config),
  await store.create({ ...ORDERS, partition: 1 }, config),
];
let next = 0n;

async function appendForever(): Promise<void> {
  for (;;) {
    const batch = batchOf(Number(next % 7n) + 1);
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
