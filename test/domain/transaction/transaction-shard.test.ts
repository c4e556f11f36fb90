import { describe, expect, test } from 'vitest';
import { KafkaError } from '../../../src/domain/kafka-error.ts';
import { at, TransactionHarness } from './transaction-harness.ts';

const MAX_USED_EPOCH = 32_766;

describe('a transaction of the classic generation', () => {
  test('is begun, committed and marked', () => {
    const harness = new TransactionHarness();
    const producer = harness.init();
    expect(producer).toEqual({ error: 'NONE', producerId: 100n, producerEpoch: 0 });
    expect(harness.add(producer, [at(0), at(1)])).toBe('NONE');
    expect(harness.add(producer, [at(1)])).toBe('NONE');
    expect(harness.end(producer, true)).toEqual(producer);
    expect(harness.states).toEqual(['Empty', 'Ongoing', 'PrepareCommit', 'CompleteCommit']);
    expect(harness.markers).toEqual(['COMMIT t-0 100/0 by 7 v0', 'COMMIT t-1 100/0 by 7 v0']);
    expect(harness.values?.partitions.size).toBe(0);
  });

  test('is answered once its end is stored, before the markers are written', () => {
    const harness = new TransactionHarness();
    const producer = harness.init();
    harness.add(producer, [at(0)]);
    harness.holdsMarkers = true;
    const end = harness.startEnd(producer, true);
    expect(end.answer).toBeUndefined();
    harness.settle();
    expect(end.answer?.error).toBe('NONE');
    expect(harness.state).toBe('PrepareCommit');
    expect(harness.add(producer, [at(0)])).toBe('CONCURRENT_TRANSACTIONS');
    expect(harness.init().error).toBe('CONCURRENT_TRANSACTIONS');
    expect(harness.end(producer, true).error).toBe('CONCURRENT_TRANSACTIONS');
    expect(harness.end(producer, false).error).toBe('CONCURRENT_TRANSACTIONS');
    harness.deliver();
    harness.settle();
    expect(harness.state).toBe('CompleteCommit');
  });

  test('who waits for its end is told when the last record of it is stored', () => {
    const harness = new TransactionHarness();
    const told: string[] = [];
    const wait = (name: string) => harness.shard.whenSettled('id', () => told.push(name));
    wait('unknown id');
    const producer = harness.init();
    wait('at once');
    expect(told).toEqual(['unknown id', 'at once']);
    harness.add(producer, [at(0)]);
    harness.holdsMarkers = true;
    harness.startEnd(producer, true);
    wait('end');
    const forget = wait('forgotten');
    harness.settle();
    forget();
    wait('markers');
    expect(told).toEqual(['unknown id', 'at once']);
    harness.deliver();
    expect(told).toHaveLength(2);
    harness.settle();
    expect(told).toEqual(['unknown id', 'at once', 'end', 'markers']);
  });

  test('who waits for a change that cannot be stored is told as well', () => {
    const harness = new TransactionHarness();
    const producer = harness.init();
    harness.startAdd(producer, [at(0)]);
    let told = 0;
    harness.shard.whenSettled('id', () => {
      told += 1;
    });
    harness.settle(new KafkaError('KAFKA_STORAGE_ERROR'));
    expect(told).toBe(1);
    expect(harness.add(producer, [at(0)])).toBe('NONE');
    expect(told).toBe(1);
  });

  test('markers are tried again where they could not be written, and only there', () => {
    const harness = new TransactionHarness();
    const producer = harness.init();
    harness.add(producer, [at(0), at(1)]);
    harness.unreachable.add(1);
    harness.end(producer, false);
    expect(harness.markers).toEqual(['ABORT t-0 100/0 by 7 v0']);
    harness.advance(1_000);
    expect(harness.state).toBe('PrepareAbort');
    harness.unreachable.clear();
    harness.advance(1_000);
    expect(harness.markers).toEqual(['ABORT t-0 100/0 by 7 v0', 'ABORT t-1 100/0 by 7 v0']);
    expect(harness.state).toBe('CompleteAbort');
  });

  test('nobody may change it while a change is on its way', () => {
    const harness = new TransactionHarness();
    const producer = harness.init();
    const first = harness.startAdd(producer, [at(0)]);
    const second = harness.startAdd(producer, [at(1)]);
    const end = harness.startEnd(producer, true);
    const init = harness.startInit();
    expect(second.answer).toBe('CONCURRENT_TRANSACTIONS');
    expect(end.answer?.error).toBe('CONCURRENT_TRANSACTIONS');
    expect(init.answer?.error).toBe('CONCURRENT_TRANSACTIONS');
    harness.settle();
    expect(first.answer).toBe('NONE');
  });

  test('what could not be stored is as if it had not been asked', () => {
    const harness = new TransactionHarness();
    const producer = harness.init();
    const failed = new KafkaError('KAFKA_STORAGE_ERROR');
    const add = harness.startAdd(producer, [at(0)]);
    harness.settle(failed);
    expect(add.answer).toBe('NOT_COORDINATOR');
    expect(harness.state).toBe('Empty');
    expect(harness.add(producer, [at(0)])).toBe('NONE');
    const end = harness.startEnd(producer, true);
    harness.settle(failed);
    expect(end.answer?.error).toBe('NOT_COORDINATOR');
    expect([harness.state, harness.markers]).toEqual(['Ongoing', []]);
    expect(harness.end(producer, true).error).toBe('NONE');
    expect(harness.state).toBe('CompleteCommit');
  });

  test('a completion that could not be stored is stored later', () => {
    const harness = new TransactionHarness();
    const producer = harness.init();
    harness.add(producer, [at(0)]);
    harness.startEnd(producer, true);
    harness.settle(undefined, 1);
    harness.settle(new KafkaError('KAFKA_STORAGE_ERROR'));
    expect(harness.state).toBe('PrepareCommit');
    harness.advance(1_000);
    expect(harness.state).toBe('CompleteCommit');
    expect(harness.markers).toHaveLength(1);
  });
});

describe('each transaction with its epoch', () => {
  test('ends with the next epoch, by which a retry is known', () => {
    const harness = new TransactionHarness();
    const first = harness.init();
    harness.add(first, [at(0)], 2);
    const second = harness.end(first, true, 2);
    expect(second).toEqual({ error: 'NONE', producerId: 100n, producerEpoch: 1 });
    expect(harness.markers).toEqual(['COMMIT t-0 100/1 by 7 v2']);
    expect(harness.end(first, true, 2)).toEqual(second);
    expect(harness.end(first, false, 2).error).toBe('INVALID_TXN_STATE');
    expect(harness.end(second, true, 2).error).toBe('INVALID_TXN_STATE');
    expect(harness.end(second, false, 2)).toMatchObject({ error: 'NONE', producerEpoch: 2 });
  });

  test('the next end waits for the one before, and is not fenced by it', () => {
    const harness = new TransactionHarness();
    const first = harness.init();
    harness.add(first, [at(0)], 2);
    harness.holdsMarkers = true;
    const end = harness.startEnd(first, true, 2);
    harness.settle();
    expect(end.answer).toMatchObject({ error: 'NONE', producerEpoch: 1 });
    const second = { ...first, producerEpoch: 1 };
    expect(harness.end(second, false, 2).error).toBe('CONCURRENT_TRANSACTIONS');
    expect(harness.end(first, true, 2).error).toBe('CONCURRENT_TRANSACTIONS');
    harness.deliver();
    harness.settle();
    expect(harness.end(second, false, 2)).toMatchObject({ error: 'NONE', producerEpoch: 2 });
  });

  test('an abort of nothing has no markers', () => {
    const harness = new TransactionHarness();
    const producer = harness.init();
    expect(harness.end(producer, true, 2).error).toBe('INVALID_TXN_STATE');
    expect(harness.end(producer, false, 2)).toMatchObject({ producerEpoch: 1 });
    expect([harness.state, harness.markers]).toEqual(['CompleteAbort', []]);
  });

  test('when the epochs are used up, the producer goes on with another id', () => {
    const harness = atEpoch(MAX_USED_EPOCH);
    const last = { error: 'NONE', producerId: 100n, producerEpoch: MAX_USED_EPOCH } as const;
    harness.add(last, [at(0)], 2);
    const next = harness.end(last, true, 2);
    expect(next).toEqual({ error: 'NONE', producerId: 200n, producerEpoch: 0 });
    expect(harness.markers).toEqual(['COMMIT t-0 100/32767 by 7 v2']);
    expect(harness.end(last, true, 2)).toEqual(next);
    expect(harness.end(last, false, 2).error).toBe('INVALID_TXN_STATE');
    expect(harness.restarted().end(last, true, 2)).toEqual(next);
    expect(harness.add(next, [at(1)], 2)).toBe('NONE');
  });
});

/** A shard whose producer 100 has come to this epoch; 200 is the next id. */
function atEpoch(producerEpoch: number): TransactionHarness {
  const before = new TransactionHarness();
  before.init();
  const metadata = before.shard.ids.get('id');
  if (metadata === undefined) throw new Error('no metadata');
  metadata.values = { ...metadata.values, producerEpoch };
  before.nextProducerId = 200n;
  return before;
}

describe('InitProducerId', () => {
  test.each([0, -1, 900_001])('a timeout of %i ms is refused', (timeoutMs) => {
    const harness = new TransactionHarness();
    expect(harness.init(undefined, timeoutMs).error).toBe('INVALID_TRANSACTION_TIMEOUT');
    expect(harness.stored).toEqual([]);
  });

  test('fences the one before and first ends its transaction', () => {
    const harness = new TransactionHarness();
    const zombie = harness.init();
    harness.add(zombie, [at(0)]);
    expect(harness.init().error).toBe('CONCURRENT_TRANSACTIONS');
    expect(harness.markers).toEqual(['ABORT t-0 100/1 by 7 v2']);
    const producer = harness.init();
    expect(producer).toMatchObject({ error: 'NONE', producerId: 100n, producerEpoch: 2 });
    expect(harness.add(zombie, [at(0)])).toBe('PRODUCER_FENCED');
    expect(harness.end(zombie, true).error).toBe('PRODUCER_FENCED');
    expect(harness.end(zombie, true, 2).error).toBe('PRODUCER_FENCED');
    expect(harness.init(zombie).error).toBe('PRODUCER_FENCED');
  });

  test('a fence that could not be stored leaves the transaction as it is', () => {
    const harness = new TransactionHarness();
    const producer = harness.init();
    harness.add(producer, [at(0)]);
    const init = harness.startInit();
    harness.settle(new KafkaError('KAFKA_STORAGE_ERROR'));
    expect(init.answer?.error).toBe('NOT_COORDINATOR');
    expect(harness.end(producer, true).error).toBe('NONE');
    expect(harness.markers).toEqual(['COMMIT t-0 100/0 by 7 v0']);
  });

  test('a producer that continues gets the next epoch, and again for the same request', () => {
    const harness = new TransactionHarness();
    const first = harness.init();
    const second = harness.init(first);
    expect(second.producerEpoch).toBe(1);
    expect(harness.init(first)).toEqual(second);
    expect(harness.init({ ...second, producerEpoch: 9 }).error).toBe('PRODUCER_FENCED');
    expect(harness.init({ producerId: 5n, producerEpoch: 1 }).error).toBe('PRODUCER_FENCED');
    // An instance that starts anew fences those before it for good.
    harness.init();
    expect(harness.init(first).error).toBe('PRODUCER_FENCED');
  });

  test('gives another producer id once the epochs are used up', () => {
    const harness = atEpoch(MAX_USED_EPOCH);
    expect(harness.init()).toEqual({ error: 'NONE', producerId: 200n, producerEpoch: 0 });
    const other = atEpoch(MAX_USED_EPOCH);
    const exhausted = { producerId: 100n, producerEpoch: MAX_USED_EPOCH };
    const rotated = other.init(exhausted);
    expect(rotated).toEqual({ error: 'NONE', producerId: 200n, producerEpoch: 0 });
    expect(other.init(exhausted)).toEqual(rotated);
  });

  test('a fence at the last epoch leaves a way on', () => {
    for (const epoch of [MAX_USED_EPOCH - 1, MAX_USED_EPOCH]) {
      const harness = atEpoch(epoch);
      const last = { error: 'NONE', producerId: 100n, producerEpoch: epoch } as const;
      harness.add(last, [at(0)], 2);
      harness.advance(70_000);
      expect(harness.state).toBe('Ongoing');
      harness.shard.loaded();
      harness.advance(70_000);
      expect(harness.state).toBe('CompleteAbort');
      expect(harness.init()).toMatchObject({ error: 'NONE', producerId: 200n });
    }
  });
});

describe('time', () => {
  test('a transaction that takes too long is aborted, and its producer fenced', () => {
    const harness = new TransactionHarness();
    harness.shard.loaded();
    const producer = harness.init(undefined, 30_000);
    harness.advance(20_000);
    harness.add(producer, [at(0)]);
    harness.advance(30_000);
    expect(harness.state).toBe('Ongoing');
    harness.advance(10_001);
    expect(harness.state).toBe('CompleteAbort');
    expect(harness.markers).toEqual(['ABORT t-0 100/1 by 7 v2']);
    expect(harness.end(producer, true).error).toBe('PRODUCER_FENCED');
    expect(harness.add(producer, [at(0)])).toBe('PRODUCER_FENCED');
  });

  test('an id that nobody uses is forgotten, one in use is not', () => {
    const config = { idExpirationMs: 100_000, removeExpiredIntervalMs: 10_000 };
    const harness = new TransactionHarness({ ...config, maxTimeoutMs: 1_000_000 });
    harness.shard.loaded();
    const producer = harness.init(undefined, 1_000_000);
    harness.add(producer, [at(0)]);
    harness.advance(200_000);
    expect(harness.state).toBe('Ongoing');
    harness.end(producer, true);
    harness.advance(90_000);
    expect(harness.state).toBe('CompleteCommit');
    harness.advance(30_000);
    expect(harness.shard.ids.size).toBe(0);
    expect(harness.stored.at(-1)?.value).toBeNull();
    expect(harness.restarted().shard.ids.size).toBe(0);
    expect(harness.add(producer, [at(0)])).toBe('INVALID_PRODUCER_ID_MAPPING');
  });
});

describe('records of a transaction', () => {
  test('belong to it only in partitions that were added', () => {
    const harness = new TransactionHarness();
    const producer = harness.init();
    const named = { transactionalId: 'id', ...producer };
    const verify = (change: object, partition: number) =>
      harness.shard.verifyPartition({ ...named, ...change }, at(partition));
    expect(verify({}, 0)).toBe('TRANSACTION_ABORTABLE');
    harness.add(producer, [at(0)]);
    expect(verify({}, 0)).toBe('NONE');
    expect(verify({}, 1)).toBe('TRANSACTION_ABORTABLE');
    expect(verify({ producerEpoch: 1 }, 0)).toBe('PRODUCER_FENCED');
    expect(verify({ producerId: 5n }, 0)).toBe('INVALID_PRODUCER_ID_MAPPING');
    expect(verify({ transactionalId: 'other' }, 0)).toBe('INVALID_PRODUCER_ID_MAPPING');
    harness.holdsMarkers = true;
    harness.end(producer, true);
    expect(verify({}, 0)).toBe('CONCURRENT_TRANSACTIONS');
    harness.deliver();
    harness.settle();
    expect(verify({}, 0)).toBe('TRANSACTION_ABORTABLE');
  });
});

describe.each([0, 2])('a stop between any two records, version %i', (version) => {
  test.each([true, false])('what was prepared is carried out: commit %s', (committed) => {
    const whole = new TransactionHarness();
    const producer = whole.init();
    whole.add(producer, [at(0)], version);
    whole.add(producer, [at(1)], version);
    const after = whole.end(producer, committed, version);
    expect(whole.stored).toHaveLength(5);
    const seen = [];
    for (let count = 0; count <= whole.stored.length; count++) {
      const restarted = whole.restarted(count);
      seen.push([restarted.state, restarted.markers.length]);
      const next = restarted.init();
      // A transaction left open is aborted first.
      if (next.error !== 'NONE') expect(restarted.init().error).toBe('NONE');
      expect(restarted.state).toBe('Empty');
    }
    const done = committed ? 'CompleteCommit' : 'CompleteAbort';
    expect(seen).toEqual([
      ...[[undefined, 0] as const, ['Empty', 0] as const, ['Ongoing', 0] as const],
      ...[['Ongoing', 0] as const, [done, 2] as const, [done, 0] as const],
    ]);
    // A producer that did not see the answer asks again, and is told the same.
    for (const count of [4, 5]) {
      const again = whole.restarted(count).end(producer, committed, version);
      expect(again).toEqual(after);
    }
    // One whose transaction was still open ends it now.
    expect(whole.restarted(3).end(producer, committed, version)).toEqual(after);
  });
});
