import { expect, it } from 'vitest';
import { LogState } from '../../../src/domain/log/log-state.ts';
import { filterRecordBatch } from '../../../src/domain/record/filter-batch.ts';
import { viewOf } from '../../../src/domain/record/record-batch-header.ts';
import { batchOf, checksum, compression } from '../../app/log/log-fixture.ts';

const PRODUCER = { producerId: 7n, producerEpoch: 2, baseSequence: 5 };

it('an emptied batch of a transaction opens none, and keeps the last sequence of its producer', () => {
  const records = [{ timestampMs: 1n, key: Buffer.from('k'), value: Buffer.from('v') }];
  const batch = batchOf(records, { ...PRODUCER, transactional: true });
  const open = new LogState();
  open.replay(batch, viewOf(batch), compression);
  expect(open.producers.lastStableOffset(1n)).toBe(0n);
  // The cleaner takes the records, and the marker a while later: the log looks as if it never came.
  const options = { checksum, compression, retainEmpty: true };
  const emptied = filterRecordBatch(batch, () => false, options)!;
  const state = new LogState();
  state.replay(emptied, viewOf(emptied), compression);
  expect(state.producers.lastStableOffset(1n)).toBe(1n);
  const check = { origin: 'client' } as const;
  const next = batchOf(records, { ...PRODUCER, baseSequence: 6, transactional: true });
  expect(state.checkProducer(next, viewOf(next), check, compression)).toBeUndefined();
  const skipping = batchOf(records, { ...PRODUCER, baseSequence: 9, transactional: true });
  expect(() => state.checkProducer(skipping, viewOf(skipping), check, compression)).toThrow();
});
