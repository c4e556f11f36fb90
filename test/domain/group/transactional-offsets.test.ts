import { describe, expect, test } from 'vitest';
import { offsetRecord } from '../../../src/domain/group/offsets/offset-record.ts';
import { GroupHarness } from './group-harness.ts';

const PRODUCER = 7n;

function record(offset: bigint | undefined, partition = 0) {
  const committed = {
    offset: offset ?? 0n,
    leaderEpoch: -1,
    metadata: '',
    commitTimestampMs: 1_000_000n,
    expireTimestampMs: undefined,
    topicId: undefined,
  };
  return offsetRecord('g', 't', partition, offset === undefined ? undefined : committed);
}

function seen(h: GroupHarness, requireStable: boolean, partition = 0) {
  const [found] = h.shard.fetchOffsets('g', [{ topic: 't', partition }], requireStable);
  return [found?.offset, found?.error];
}

describe('offsets of transactions (KIP-447)', () => {
  test('are seen once the transaction is committed, and known of by who wants stable ones', () => {
    const h = new GroupHarness();
    h.shard.replay(record(1n), 'loading');
    h.shard.replay(record(2n), 'loading', PRODUCER);
    expect(seen(h, false)).toEqual([1n, 'NONE']);
    expect(seen(h, true)).toEqual([-1n, 'UNSTABLE_OFFSET_COMMIT']);
    expect(h.shard.fetchAllOffsets('g', true)).toMatchObject([{ error: 'UNSTABLE_OFFSET_COMMIT' }]);
    expect(seen(h, true, 1)).toEqual([-1n, 'NONE']);
    h.shard.replayEndOfTransaction(8n, true);
    expect(seen(h, true)).toEqual([-1n, 'UNSTABLE_OFFSET_COMMIT']);
    h.shard.replayEndOfTransaction(PRODUCER, true);
    expect(seen(h, true)).toEqual([2n, 'NONE']);
  });

  test('are forgotten when it is aborted', () => {
    const h = new GroupHarness();
    h.shard.replay(record(2n), 'loading', PRODUCER);
    h.shard.replayEndOfTransaction(PRODUCER, false);
    expect(seen(h, true)).toEqual([-1n, 'NONE']);
    h.shard.replayEndOfTransaction(PRODUCER, true);
    expect(seen(h, true)).toEqual([-1n, 'NONE']);
  });

  test('yield to what was committed later, outside of the transaction', () => {
    const h = new GroupHarness();
    h.shard.replay(record(2n), 'loading', PRODUCER);
    h.shard.replay(record(3n), 'loading');
    h.shard.replayEndOfTransaction(PRODUCER, true);
    expect(seen(h, true)).toEqual([3n, 'NONE']);
  });

  test('go with a tombstone', () => {
    const h = new GroupHarness();
    h.shard.replay(record(2n), 'loading', PRODUCER);
    h.shard.replay(record(undefined), 'loading');
    h.shard.replayEndOfTransaction(PRODUCER, true);
    expect(seen(h, true)).toEqual([-1n, 'NONE']);
  });

  test('keep their group and its offsets from expiring, and are deleted with it', () => {
    const h = new GroupHarness();
    h.shard.replay(record(1n), 'loading');
    h.shard.replay(record(2n), 'loading', PRODUCER);
    h.shard.replay(record(4n, 1), 'loading', PRODUCER);
    h.now += 30 * 86_400_000;
    h.shard.cleanupExpiredOffsets();
    h.settle();
    expect(seen(h, false)).toEqual([1n, 'NONE']);
    let error = '';
    h.shard.deleteGroup('g', (answer) => {
      error = answer;
    });
    h.settle();
    expect(error).toBe('NONE');
    h.shard.replayEndOfTransaction(PRODUCER, true);
    expect([seen(h, false), seen(h, false, 1)]).toEqual([
      [-1n, 'NONE'],
      [-1n, 'NONE'],
    ]);
  });
});
