import { describe, expect, it } from 'vitest';
import { OffsetIndex } from '../../../src/adapters/segment/offset-index.ts';
import { TimeIndex } from '../../../src/adapters/segment/time-index.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('offset index', () => {
  it('has the bytes of a Kafka .index file', () => {
    const index = new OffsetIndex();
    index.append(3, 0x1234);
    index.append(0x7fffffff, 0x01020304);
    expect(hex(index.toBytes())).toBe('00000003000012347fffffff01020304');
    const again = OffsetIndex.fromBytes(index.toBytes(), 0x01020305)!;
    expect(hex(again.toBytes())).toBe(hex(index.toBytes()));
    expect(again.lastPosition).toBe(0x01020304);
  });

  it('gives the position of the last entry at or before an offset', () => {
    const index = new OffsetIndex();
    for (let i = 1; i <= 100; i++) index.append(i * 10, i * 1000);
    expect([0, 9, 10, 19, 20, 555, 1000, 5000].map((offset) => index.positionOf(offset))).toEqual([
      0, 0, 1000, 1000, 2000, 55_000, 100_000, 100_000,
    ]);
  });

  it('is cut by count and by offset', () => {
    const index = new OffsetIndex();
    for (let i = 1; i <= 10; i++) index.append(i * 10, i * 1000);
    index.truncate(70);
    expect([index.count, index.lastPosition]).toEqual([6, 6000]);
    index.rewind(2);
    index.append(25, 2500);
    expect(index.positionOf(29)).toBe(2500);
  });

  it.each([
    ['half an entry', '000000010000', 100],
    ['offsets that do not rise', '00000002000000010000000200000002', 100],
    ['positions that do not rise', '00000001000000050000000200000005', 100],
    ['a position beyond the segment', '0000000100000064', 100],
    ['a negative offset', 'ffffffff00000001', 100],
  ])('refuses %s', (_what, bytes, sizeBytes) => {
    expect(OffsetIndex.fromBytes(Buffer.from(bytes, 'hex'), sizeBytes)).toBeUndefined();
  });
});

describe('time index', () => {
  it('has the bytes of a Kafka .timeindex file', () => {
    const index = new TimeIndex();
    index.append(1_700_000_000_000n, 7);
    index.append(1_700_000_000_001n, 0x0a0b0c0d);
    expect(hex(index.toBytes())).toBe('0000018bcfe56800000000070000018bcfe568010a0b0c0d');
    expect(hex(TimeIndex.fromBytes(index.toBytes())!.toBytes())).toBe(hex(index.toBytes()));
  });

  it('takes rising times only', () => {
    const index = new TimeIndex();
    for (const [time, offset] of [
      [5n, 1],
      [5n, 2],
      [4n, 3],
      [9n, 4],
    ] as const) {
      index.append(time, offset);
    }
    expect([index.count, index.maxTimestampMs, index.offsetOfMax]).toEqual([2, 9n, 4]);
    expect([4n, 5n, 6n, 9n, 10n].map((time) => index.offsetBefore(time))).toEqual([
      -1, -1, 1, 1, 4,
    ]);
    index.truncate(4);
    expect([index.count, index.maxTimestampMs]).toEqual([1, 5n]);
  });

  it.each([
    ['half an entry', '00000000000000010000'],
    ['times that do not rise', '000000000000000500000001000000000000000500000002'],
    ['offsets that do not rise', '000000000000000500000002000000000000000600000002'],
    ['a negative time', 'ffffffffffffffff00000001'],
  ])('refuses %s', (_what, bytes) => {
    expect(TimeIndex.fromBytes(Buffer.from(bytes, 'hex'))).toBeUndefined();
  });
});
