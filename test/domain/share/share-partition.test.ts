import { describe, expect, test } from 'vitest';
import { StateTransition } from '../../../src/domain/share/state-transition.ts';
import {
  ACCEPT,
  batchesOf,
  REJECT,
  RELEASE,
  RENEW,
  SharePartitionHarness,
} from './share-partition-harness.ts';

describe('acquiring', () => {
  test('whole record batches are given, more than was asked for if need be', () => {
    const h = new SharePartitionHarness(batchesOf(10, 10, 10));
    expect(h.fetch('a', { maxRecords: 15 })).toEqual([[0n, 19n, 1]]);
    expect(h.partition.nextFetchOffset()).toBe(20n);
    expect(h.fetch('b')).toEqual([[20n, 29n, 1]]);
    expect(h.fetch('b')).toEqual([]);
  });

  test('a record limit is kept, and the rest of the batch stays available', () => {
    const h = new SharePartitionHarness(batchesOf(10, 10));
    expect(h.fetch('a', { mode: 'record_limit', maxRecords: 4 })).toEqual([[0n, 3n, 1]]);
    expect(h.partition.nextFetchOffset()).toBe(4n);
    expect(h.fetch('b', { mode: 'record_limit', maxRecords: 3 })).toEqual([[4n, 6n, 1]]);
    expect(h.fetch('c', { mode: 'record_limit', maxRecords: 100 })).toEqual([
      [7n, 9n, 1],
      [10n, 19n, 1],
    ]);
  });

  test('large answers are split where record batches begin', () => {
    const h = new SharePartitionHarness(batchesOf(4, 4, 4, 4));
    expect(h.fetch('a', { batchSize: 6 })).toEqual([
      [0n, 7n, 1],
      [8n, 15n, 1],
    ]);
  });

  test('nothing is acquired beyond the window, but what was released inside it', () => {
    const h = new SharePartitionHarness(batchesOf(10, 10, 10), { maxInFlightRecords: 20 });
    expect(h.fetch('a')).toEqual([[0n, 19n, 1]]);
    expect(h.partition.canAcquire()).toBe(false);
    expect(h.acknowledge('a', 5, 6, RELEASE)).toBe('NONE');
    expect(h.fetch('b')).toEqual([[5n, 6n, 2]]);
    expect(h.partition.canAcquire()).toBe(false);
    expect(h.acknowledge('a', 0, 4, ACCEPT)).toBe('NONE');
    // Five records have room; the batch they are in comes whole.
    expect(h.fetch('b')).toEqual([[20n, 29n, 1]]);
  });

  test('released runs of records come back together, with their delivery counts', () => {
    const h = new SharePartitionHarness(batchesOf(10));
    h.fetch('a');
    expect(h.acknowledge('a', 0, 9, ACCEPT, 2, 2, 1, 2, 3, 1, 1, 2, 2)).toBe('NONE');
    expect(h.partition.startOffset).toBe(1n);
    expect(h.fetch('b')).toEqual([
      [1n, 2n, 2],
      [4n, 4n, 2],
      [8n, 9n, 2],
    ]);
  });

  test('records of aborted transactions are archived', () => {
    const log = batchesOf(5, 5, 5);
    const h = new SharePartitionHarness(log);
    expect(h.fetch('a', { aborted: [log[1]!] })).toEqual([
      [0n, 4n, 1],
      [10n, 14n, 1],
    ]);
    expect(h.acknowledge('a', 5, 9, ACCEPT)).toBe('INVALID_RECORD_STATE');
    expect(h.acknowledge('a', 0, 4, ACCEPT)).toBe('NONE');
    expect(h.partition.startOffset).toBe(10n);
  });

  test('where all was aborted the start offset moves without anyone', () => {
    const log = batchesOf(5);
    const h = new SharePartitionHarness(log);
    expect(h.fetch('a', { aborted: log })).toEqual([]);
    expect(h.partition.startOffset).toBe(5n);
    expect(h.partition.nextFetchOffset()).toBe(5n);
  });

  test('batches that were compacted away are archived', () => {
    const log = batchesOf(5, 5, 5);
    const h = new SharePartitionHarness(log);
    for (let i = 0; i < 3; i += 1) h.fetch('a', { batchesRead: 1 });
    for (const first of [0, 5, 10]) h.acknowledge('a', first, first + 4, RELEASE);
    log.splice(0, 2);
    expect(h.fetch('b')).toEqual([[10n, 14n, 2]]);
    h.acknowledge('b', 10, 14, ACCEPT);
    expect(h.partition.startOffset).toBe(15n);
  });
});

describe('acknowledging', () => {
  test('the start offset moves behind what is done at the front', () => {
    const h = new SharePartitionHarness(batchesOf(10, 10));
    h.fetch('a', { batchesRead: 1 });
    h.fetch('a');
    expect(h.acknowledge('a', 10, 19, ACCEPT)).toBe('NONE');
    expect(h.partition.startOffset).toBe(0n);
    expect(h.partition.deliveryCompleteCount).toBe(10);
    expect(h.acknowledge('a', 0, 9, REJECT)).toBe('NONE');
    expect(h.partition.startOffset).toBe(20n);
    expect(h.inFlight()).toEqual([]);
  });

  test.each([
    ['records nobody holds', 'a', 0, 9, [ACCEPT], 'NONE'],
    ['records behind the last one', 'a', 10, 12, [ACCEPT], 'INVALID_REQUEST'],
    ['a range that goes beyond', 'a', 5, 12, [ACCEPT], 'INVALID_REQUEST'],
    ['records of another member', 'b', 0, 9, [ACCEPT], 'INVALID_RECORD_STATE'],
    ['a type that is none', 'a', 0, 9, [7], 'INVALID_REQUEST'],
  ])('%s', (_, member, first, last, types, error) => {
    const h = new SharePartitionHarness(batchesOf(10));
    h.fetch('a');
    expect(h.acknowledge(member, first, last, ...types)).toBe(error);
  });

  test('before anything was acquired', () => {
    const h = new SharePartitionHarness(batchesOf(10));
    expect(h.acknowledge('a', 0, 9, ACCEPT)).toBe('INVALID_RECORD_STATE');
  });

  test('a second time, which is refused until the start offset is past it', () => {
    const h = new SharePartitionHarness(batchesOf(10));
    h.fetch('a');
    expect(h.acknowledge('a', 5, 9, ACCEPT)).toBe('NONE');
    expect(h.acknowledge('a', 5, 9, ACCEPT)).toBe('INVALID_RECORD_STATE');
    expect(h.acknowledge('a', 0, 4, ACCEPT)).toBe('NONE');
    expect(h.acknowledge('a', 0, 9, ACCEPT)).toBe('NONE');
  });

  test('nothing of a request counts when one of its ranges overlaps another', () => {
    const h = new SharePartitionHarness(batchesOf(10));
    h.fetch('a');
    const answer = h.start(
      'a',
      { firstOffset: 0n, lastOffset: 5n, acknowledgeTypes: [ACCEPT] },
      { firstOffset: 5n, lastOffset: 9n, acknowledgeTypes: [ACCEPT] },
    );
    expect(answer).toMatchObject({ error: 'INVALID_RECORD_STATE' });
    expect(h.acknowledge('a', 0, 9, ACCEPT)).toBe('NONE');
    expect(h.partition.startOffset).toBe(10n);
  });

  test('while an acknowledgement is stored, the record takes no other', () => {
    const h = new SharePartitionHarness(batchesOf(10));
    h.fetch('a');
    const batch = { firstOffset: 0n, lastOffset: 9n, acknowledgeTypes: [RELEASE] };
    const first = h.start('a', batch) as StateTransition;
    expect(first).toBeInstanceOf(StateTransition);
    expect(h.start('a', batch)).toMatchObject({ error: 'INVALID_RECORD_STATE' });
    expect(h.fetch('b')).toEqual([]);
    h.partition.rollBack(first);
    expect(h.inFlight()).toEqual(['0-9 acquired 1 a']);
    h.commit(h.start('a', batch) as StateTransition);
    expect(h.fetch('b')).toEqual([[0n, 9n, 2]]);
  });

  test('a lock that ends while an acknowledgement is being stored in vain frees the records', () => {
    const h = new SharePartitionHarness(batchesOf(10));
    h.fetch('a');
    const batch = { firstOffset: 0n, lastOffset: 9n, acknowledgeTypes: [ACCEPT] };
    const transition = h.start('a', batch) as StateTransition;
    h.expire(30_000);
    expect(h.inFlight()).toEqual(['0-9 acknowledged 1']);
    h.partition.rollBack(transition);
    h.expire(0);
    expect(h.fetch('b')).toEqual([[0n, 9n, 2]]);
  });

  test('the start offset waits for what is still being stored', () => {
    const h = new SharePartitionHarness(batchesOf(5, 5));
    h.fetch('a', { batchesRead: 1 });
    h.fetch('a');
    const batch = { firstOffset: 0n, lastOffset: 4n, acknowledgeTypes: [ACCEPT] };
    const first = h.start('a', batch) as StateTransition;
    expect(h.acknowledge('a', 5, 9, ACCEPT)).toBe('NONE');
    expect(h.partition.startOffset).toBe(0n);
    h.commit(first);
    expect(h.partition.startOffset).toBe(10n);
  });

  test('gaps and rejections end a record', () => {
    const h = new SharePartitionHarness(batchesOf(3));
    h.fetch('a');
    expect(h.acknowledge('a', 0, 2, 0, REJECT, ACCEPT)).toBe('NONE');
    expect(h.partition.startOffset).toBe(3n);
  });
});

describe('locks', () => {
  test('a lock that ends makes records available, and counts', () => {
    const h = new SharePartitionHarness(batchesOf(10));
    h.fetch('a');
    expect(h.partition.nextLockEndMs()).toBe(31_000);
    h.expire(29_999);
    expect(h.inFlight()).toEqual(['0-9 acquired 1 a']);
    h.expire(1);
    expect(h.inFlight()).toEqual(['0-9 available 1']);
    expect(h.partition.nextLockEndMs()).toBeUndefined();
    expect(h.acknowledge('a', 0, 9, ACCEPT)).toBe('INVALID_RECORD_STATE');
  });

  test('renewing gives them the full time again, without storing anything', () => {
    const h = new SharePartitionHarness(batchesOf(10));
    h.fetch('a');
    h.expire(20_000);
    expect(h.acknowledge('a', 2, 4, RENEW)).toBe('NONE');
    h.expire(15_000);
    expect(h.inFlight().slice(1, 6)).toEqual([
      '1-1 available 1',
      '2-2 acquired 1 a',
      '3-3 acquired 1 a',
      '4-4 acquired 1 a',
      '5-5 available 1',
    ]);
  });

  test('renewing can be forbidden', () => {
    const h = new SharePartitionHarness(batchesOf(10), { isRenewEnabled: false });
    h.fetch('a');
    expect(h.acknowledge('a', 0, 9, RENEW)).toBe('INVALID_RECORD_STATE');
  });

  test('after the last delivery a record is archived', () => {
    const h = new SharePartitionHarness(batchesOf(1), { maxDeliveryCount: 2 });
    expect(h.fetch('a')).toEqual([[0n, 0n, 1]]);
    h.expire(30_000);
    expect(h.fetch('a')).toEqual([[0n, 0n, 2]]);
    expect(h.acknowledge('a', 0, 0, RELEASE)).toBe('NONE');
    expect(h.fetch('a')).toEqual([]);
    expect(h.partition.startOffset).toBe(1n);
  });

  test('records that fail again and again come in ever smaller numbers, and alone at last', () => {
    const h = new SharePartitionHarness(batchesOf(8));
    const counts: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      const acquired = h.fetch('a');
      counts.push(acquired.reduce((sum, [first, last]) => sum + Number(last - first) + 1, 0));
      h.release('nobody');
      h.expire(30_000);
    }
    expect(counts).toEqual([8, 8, 8, 4, 1]);
  });
});

describe('the end of a session', () => {
  test('what the member held counts as delivered', () => {
    const h = new SharePartitionHarness(batchesOf(10, 10));
    h.fetch('a', { batchesRead: 1 });
    h.fetch('b');
    h.release('a');
    expect(h.inFlight()).toEqual(['0-9 available 1', '10-19 acquired 1 b']);
    expect(h.fetch('c')).toEqual([[0n, 9n, 2]]);
  });

  test('what was delivered too often is given up', () => {
    const h = new SharePartitionHarness(batchesOf(2, 2), { maxDeliveryCount: 2 });
    for (let session = 0; session < 2; session += 1) {
      h.fetch('a', { batchesRead: 1 });
      h.release('a');
    }
    expect(h.partition.startOffset).toBe(2n);
    expect(h.letters).toEqual([]);
  });
});

describe('a queue of dead letters', () => {
  const config = { hasDeadLetterQueue: true, maxDeliveryCount: 2 };
  const lettersOf = (h: SharePartitionHarness) =>
    h.letters.map((each) => `${each.firstOffset}-${each.lastOffset} ${each.cause}`);

  test('what is rejected waits in the queue’s way, and only then moves the start', () => {
    const h = new SharePartitionHarness(batchesOf(4, 4), config);
    for (let i = 0; i < 2; i += 1) h.fetch('a', { batchesRead: 1 });
    expect(h.acknowledge('a', 0, 7, REJECT)).toBe('NONE');
    expect(lettersOf(h)).toEqual(['0-3 rejected', '4-7 rejected']);
    expect(h.inFlight()).toEqual(['0-3 archiving 1', '4-7 archiving 1']);
    expect(h.acknowledge('a', 0, 3, ACCEPT)).toBe('INVALID_RECORD_STATE');
    expect(h.fetch('b')).toEqual([]);
    expect(h.partition.deliveryCompleteCount).toBe(0);
    h.buryFirst();
    expect(h.partition.startOffset).toBe(4n);
    h.buryFirst();
    expect(h.partition.startOffset).toBe(8n);
    expect(h.inFlight()).toEqual([]);
  });

  test('records that were delivered too often go there, whoever gave them back', () => {
    const h = new SharePartitionHarness(batchesOf(3), config);
    h.fetch('a');
    h.acknowledge('a', 0, 2, RELEASE);
    h.fetch('a');
    h.acknowledge('a', 0, 0, RELEASE);
    h.release('a');
    expect(lettersOf(h)).toEqual(
      ['0', '1', '2'].map((at) => `${at}-${at} delivery_count_exceeded`),
    );
  });

  test('a lock that runs out the last time', () => {
    const h = new SharePartitionHarness(batchesOf(3), config);
    for (let delivery = 0; delivery < 2; delivery += 1) {
      h.fetch('a');
      h.expire(30_000);
    }
    expect(lettersOf(h)).toEqual(['0-2 delivery_count_exceeded']);
    expect(h.inFlight()).toEqual(['0-2 archiving 2']);
  });

  test('what a stop kept from the queue is written by who restores the partition', () => {
    const h = new SharePartitionHarness(batchesOf(3), config);
    h.fetch('a');
    h.acknowledge('a', 1, 1, RELEASE);
    h.acknowledge('a', 0, 0, REJECT);
    h.fetch('a');
    h.acknowledge('a', 1, 1, RELEASE);
    h.restart();
    expect(lettersOf(h)).toEqual(['0-0 rejected', '1-1 delivery_count_exceeded']);
    h.buryFirst();
    h.buryFirst();
    h.restart();
    expect(lettersOf(h)).toEqual([]);
    expect(h.partition.startOffset).toBe(2n);
  });

  test('a rejection that cannot be stored leaves the record with its member', () => {
    const h = new SharePartitionHarness(batchesOf(3), config);
    h.fetch('a');
    const batch = { firstOffset: 0n, lastOffset: 2n, acknowledgeTypes: [REJECT] };
    h.partition.rollBack(h.start('a', batch) as StateTransition);
    expect(h.inFlight()).toEqual(['0-2 acquired 1 a']);
    expect(h.letters).toEqual([]);
  });
});

describe('the log begins later', () => {
  test('available records are gone, held ones stay until their lock ends', () => {
    const h = new SharePartitionHarness(batchesOf(10, 10, 10));
    for (let i = 0; i < 3; i += 1) h.fetch('a', { batchesRead: 1 });
    h.acknowledge('a', 0, 9, RELEASE);
    h.partition.moveLogStart(15n);
    expect(h.partition.startOffset).toBe(15n);
    expect(h.acknowledge('a', 10, 19, ACCEPT)).toBe('NONE');
    expect(h.acknowledge('a', 20, 29, ACCEPT)).toBe('NONE');
    h.expire(30_000);
    expect(h.partition.startOffset).toBe(30n);
    expect(h.inFlight()).toEqual([]);
  });

  test('where nothing is in flight it starts there', () => {
    const h = new SharePartitionHarness(batchesOf(10, 10));
    h.partition.moveLogStart(12n);
    expect(h.partition.nextFetchOffset()).toBe(12n);
    expect(h.fetch('a')).toEqual([[12n, 19n, 1]]);
  });
});

describe('a restart', () => {
  test('records in nobody’s hands are as they were stored; held ones are delivered again', () => {
    const h = new SharePartitionHarness(batchesOf(10, 10, 10));
    for (let i = 0; i < 3; i += 1) h.fetch('a', { batchesRead: 1 });
    h.acknowledge('a', 10, 12, ACCEPT);
    h.acknowledge('a', 13, 14, RELEASE);
    h.restart();
    expect(h.inFlight()).toEqual(['10-12 acknowledged 1', '13-14 available 1']);
    expect(h.partition.nextFetchOffset()).toBe(0n);
    expect(h.fetch('b')).toEqual([
      [0n, 9n, 1],
      [13n, 14n, 2],
      [15n, 29n, 1],
    ]);
    expect(h.acknowledge('b', 0, 9, ACCEPT)).toBe('NONE');
    expect(h.partition.startOffset).toBe(13n);
  });

  test('what was done at the front is passed over', () => {
    const h = new SharePartitionHarness(batchesOf(10, 10));
    h.fetch('a');
    h.acknowledge('a', 0, 3, ACCEPT);
    h.restart();
    expect(h.partition.startOffset).toBe(4n);
    // The batch of the log begins at 0, its first four records are done with.
    expect(h.fetch('b')).toEqual([[4n, 19n, 1]]);
  });

  test('the start does not wait at what was done behind a gap that is filled', () => {
    const h = new SharePartitionHarness(batchesOf(1, 1));
    h.fetch('a');
    h.acknowledge('a', 1, 1, ACCEPT);
    h.restart();
    expect(h.fetch('b')).toEqual([[0n, 0n, 1]]);
    expect(h.acknowledge('b', 0, 0, ACCEPT)).toBe('NONE');
    expect(h.partition.startOffset).toBe(2n);
    expect(h.inFlight()).toEqual([]);
  });
});
