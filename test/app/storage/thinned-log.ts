import type { RunningBroker } from '../../../src/app/running-broker.ts';
import {
  readBaseOffset,
  readLastOffset,
  readMaxTimestamp,
  viewOf,
} from '../../../src/domain/record/record-batch-header.ts';
import { batchesOf } from '../../../src/domain/record/record-batches.ts';
import type { BatchToStore, StoredLog } from '../../../src/ports/log-store.ts';
import { batchOf, joined } from '../log/log-fixture.ts';
import { createTopic, logOf, produce } from './filled-broker.ts';

const HOUR_MS = 3_600_000;

function recordsAt(hour: number) {
  const timestampMs = 1_700_000_000_000n + BigInt(hour * HOUR_MS);
  return ['a', 'b', 'c'].map((key) => {
    return { timestampMs, key: Buffer.from(key), value: Buffer.from(String(hour)) };
  });
}

/** The stored batches of a range, one in three, and none of its first two and its last. */
async function* thinned(log: StoredLog, from: bigint, to: bigint): AsyncGenerator<BatchToStore> {
  const request = { fromOffset: from, maxBytes: 1 << 24, minOneBatch: true, upTo: to };
  const read = await log.read(request);
  const batches = [...batchesOf(joined(read.slices))].map(({ bytes }) => new Uint8Array(bytes));
  read.release();
  for (const [i, batch] of batches.entries()) {
    if (i % 3 !== 2 || i === batches.length - 1) continue;
    const view = viewOf(batch);
    const [baseOffset, lastOffset] = [readBaseOffset(view, 0), readLastOffset(view, 0)];
    yield { baseOffset, lastOffset, maxTimestampMs: readMaxTimestamp(view, 0), batch };
  }
}

export async function thin(log: StoredLog): Promise<void> {
  for (const run of log.replaceable()) {
    await log.replace(run, thinned(log, run.fromOffset, run.toOffset));
  }
}

/** A topic `compacted` in which offsets are missing, and that no cleaner has anything to do with. */
export async function fillCompacted(broker: RunningBroker): Promise<void> {
  await createTopic(broker, 'compacted', 1, {
    'cleanup.policy': 'compact',
    'min.cleanable.dirty.ratio': '1',
    'segment.ms': String(4 * HOUR_MS),
  });
  for (let i = 0; i < 60; i++) {
    await produce(broker, 'compacted', 0, batchOf(recordsAt(i)));
  }
  await thin(logOf(broker, 'compacted', 0).stored);
}
