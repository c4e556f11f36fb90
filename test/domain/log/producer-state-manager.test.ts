import { describe, expect, it } from 'vitest';
import { ProducerStateManager } from '../../../src/domain/log/producer-state-manager.ts';

const PRODUCER = 7n;

function manager() {
  const producers = new ProducerStateManager();
  let offset = 0n;
  return {
    producers,
    write: (first: number, count = 1, { epoch = 0, transactional = false, id = PRODUCER } = {}) => {
      producers.checkDataBatch(id, epoch, first, transactional, true);
      const lastOffset = offset + BigInt(count - 1);
      const lastSequence = (first + count - 1) % 0x80000000;
      producers.appendDataBatch(id, epoch, transactional, {
        firstSequence: first,
        lastSequence,
        firstOffset: offset,
        lastOffset,
        timestampMs: 1000n,
      });
      offset = lastOffset + 1n;
      return lastOffset;
    },
    end: (
      type: 'COMMIT' | 'ABORT',
      { epoch = 0, id = PRODUCER, version = 1, coordinator = 0 } = {},
    ) => {
      const marker = { type, coordinatorEpoch: coordinator };
      producers.checkMarker(id, epoch, marker, version);
      producers.appendMarker(id, epoch, marker, offset, 2000n);
      return offset++;
    },
  };
}

function errorOf(step: () => unknown): string | undefined {
  try {
    step();
    return undefined;
  } catch (error) {
    return (error as { errorName?: string }).errorName;
  }
}

describe('sequences', () => {
  it('may start anywhere for an unknown producer and then go on', () => {
    const { write } = manager();
    write(5, 2);
    expect(errorOf(() => write(8))).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER');
    expect(errorOf(() => write(7))).toBeUndefined();
  });

  it('go on with 0 after the largest', () => {
    const { write } = manager();
    write(0x7fffffff);
    expect(errorOf(() => write(1))).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER');
    expect(errorOf(() => write(0))).toBeUndefined();
  });

  it('start with 0 in a newer epoch; an older one is fenced', () => {
    const { write } = manager();
    write(0);
    expect(errorOf(() => write(1, 1, { epoch: 1 }))).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER');
    write(0, 1, { epoch: 1 });
    expect(errorOf(() => write(1))).toBe('INVALID_PRODUCER_EPOCH');
  });

  it('find the last five batches again, in the same epoch only', () => {
    const { producers, write } = manager();
    for (let sequence = 0; sequence < 12; sequence += 2) write(sequence, 2);
    expect(producers.findDuplicate(PRODUCER, 0, 0, 1)).toBeUndefined();
    expect(producers.findDuplicate(PRODUCER, 0, 2, 3)?.firstOffset).toBe(2n);
    expect(producers.findDuplicate(PRODUCER, 0, 10, 11)?.lastOffset).toBe(11n);
    expect(producers.findDuplicate(PRODUCER, 0, 2, 5)).toBeUndefined();
    expect(producers.findDuplicate(PRODUCER, 1, 2, 3)).toBeUndefined();
  });
});

describe('transactions', () => {
  it('hold the last stable offset until their marker is below the high watermark', () => {
    const { producers, write, end } = manager();
    write(0);
    write(0, 2, { id: 8n, transactional: true });
    expect(producers.lastStableOffset(3n)).toBe(1n);
    expect(producers.lastStableOffset(1n)).toBe(1n);
    end('COMMIT', { id: 8n });
    producers.highWatermarkAdvanced(3n);
    expect(producers.lastStableOffset(3n)).toBe(1n);
    producers.highWatermarkAdvanced(4n);
    expect(producers.lastStableOffset(4n)).toBe(4n);
  });

  it('list those that were aborted by the range they reach into', () => {
    const { producers, write, end } = manager();
    write(0, 2, { transactional: true });
    end('ABORT');
    write(2, 1, { transactional: true });
    end('COMMIT');
    write(3, 1, { transactional: true });
    end('ABORT');
    const listed = (from: bigint, upTo: bigint) =>
      producers.aborted.collect(from, upTo).map(({ firstOffset }) => firstOffset);
    expect(listed(0n, 7n)).toEqual([0n, 5n]);
    expect(listed(2n, 5n)).toEqual([0n]);
    expect(listed(3n, 5n)).toEqual([]);
    expect(listed(6n, 7n)).toEqual([5n]);
    producers.aborted.removeBelow(3n);
    expect(listed(0n, 7n)).toEqual([5n]);
  });

  it('refuse a batch beside the open transaction of its producer', () => {
    const { write, end } = manager();
    write(0, 1, { transactional: true });
    expect(errorOf(() => write(1))).toBe('INVALID_TXN_STATE');
    end('COMMIT');
    expect(errorOf(() => write(1))).toBeUndefined();
  });

  it('refuse markers of older epochs, and of the same one in version 2', () => {
    const { write, end } = manager();
    write(0, 1, { epoch: 3, transactional: true });
    expect(errorOf(() => end('COMMIT', { epoch: 2 }))).toBe('INVALID_PRODUCER_EPOCH');
    expect(errorOf(() => end('COMMIT', { epoch: 3, version: 2 }))).toBe('INVALID_PRODUCER_EPOCH');
    end('COMMIT', { epoch: 4, version: 2, coordinator: 5 });
    const old = { epoch: 5, version: 2, coordinator: 4 };
    expect(errorOf(() => end('COMMIT', old))).toBe('TRANSACTION_COORDINATOR_FENCED');
    expect(errorOf(() => write(0, 1, { epoch: 4 }))).toBeUndefined();
  });
});

describe('expiry', () => {
  it('keeps producers with an open transaction', () => {
    const { producers, write } = manager();
    write(0, 1, { transactional: true });
    write(0, 1, { id: 8n });
    expect(producers.removeExpired(1999n, 1000n)).toBe(0);
    expect(producers.removeExpired(2000n, 1000n)).toBe(1);
    expect([...producers.producers].map(({ producerId }) => producerId)).toEqual([PRODUCER]);
  });
});
