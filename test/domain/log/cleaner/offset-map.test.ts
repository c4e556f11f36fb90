import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hashKey } from '../../../../src/domain/log/cleaner/key-hash.ts';
import { OffsetMap } from '../../../../src/domain/log/cleaner/offset-map.ts';

function hashOf(text: string, seed: number): string {
  const bytes = Buffer.from(`xx${text}`);
  const out = { h1: 0, h2: 0, h3: 0, h4: 0 };
  hashKey(bytes, 2, bytes.length - 2, seed, out);
  return [out.h1, out.h2, out.h3, out.h4]
    .map((word) => (word >>> 0).toString(16).padStart(8, '0'))
    .join('');
}

it('hashes as MurmurHash3_x86_128 does', () => {
  expect(hashOf('', 0)).toBe('0'.repeat(32));
  expect(hashOf('The quick brown fox jumps over the lazy dog', 0)).toBe(
    '2f1583c3ecee2c675d7bf66ce5e91d2c',
  );
  expect(hashOf('a key', 1)).not.toBe(hashOf('a key', 2));
});

it('knows the last offset of every key, however many there are', () => {
  const keys = fc.array(fc.tuple(fc.integer({ min: 0, max: 3000 }), fc.nat(1000)));
  const base = (1n << 40n) + 7n;
  fc.assert(
    fc.property(keys, (all) => {
      const map = new OffsetMap({ memoryBytes: 1 << 20, loadFactor: 0.9, seed: 5 });
      map.clear(base);
      const last = new Map<number, bigint>();
      for (const [key, delta] of all) {
        const bytes = Buffer.from(`key ${key}`);
        const offset = base + BigInt(delta);
        map.put(bytes, 0, bytes.length, map.relative(offset));
        if ((last.get(key) ?? -1n) < offset) last.set(key, offset);
      }
      expect(map.size).toBe(last.size);
      for (const [key, offset] of last) {
        const bytes = Buffer.from(`key ${key}`);
        expect(map.hasLater(bytes, 0, bytes.length, map.relative(offset))).toBe(false);
        expect(map.hasLater(bytes, 0, bytes.length, map.relative(offset - 1n))).toBe(true);
        expect(map.hasLater(bytes, 0, bytes.length, map.relative(3n))).toBe(true);
      }
      const other = Buffer.from('another');
      expect(map.hasLater(other, 0, other.length, 0)).toBe(false);
    }),
  );
});

it('is full where the memory is', () => {
  const map = new OffsetMap({ memoryBytes: 24 * 4000, loadFactor: 0.9, seed: 5 });
  map.clear(0n);
  for (let i = 0; !map.isFull; i++) {
    const key = Buffer.from(String(i));
    map.put(key, 0, key.length, i);
  }
  expect(map.size).toBe(3600);
  for (let i = 0; i < 3600; i++) {
    const key = Buffer.from(String(i));
    expect(map.hasLater(key, 0, key.length, i - 1)).toBe(true);
    expect(map.hasLater(key, 0, key.length, i)).toBe(false);
  }
  map.clear(0n);
  expect([map.size, map.isFull]).toEqual([0, false]);
});

it('is full before a table of it has no room, however large it is', () => {
  const map = new OffsetMap({ memoryBytes: 24 * (1 << 17), loadFactor: 1, seed: 5 });
  map.clear(0n);
  let count = 0;
  for (; !map.isFull; count++) {
    const key = Buffer.from(`key ${count}`);
    map.put(key, 0, key.length, count);
  }
  expect(count).toBeGreaterThan(100_000);
  for (let i = 0; i < count; i++) {
    const key = Buffer.from(`key ${i}`);
    expect(map.hasLater(key, 0, key.length, i - 1) && !map.hasLater(key, 0, key.length, i)).toBe(
      true,
    );
  }
});
