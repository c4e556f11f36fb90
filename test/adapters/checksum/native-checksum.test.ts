import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NativeChecksum } from '../../../src/adapters/checksum/native-checksum.ts';
import { crc32c } from '../../../src/domain/record/crc32c.ts';
import { readVectors, unhex } from '../../protocol/vector-checker.ts';

const native = new NativeChecksum();
const vectors = readVectors(`${import.meta.dirname}/../../protocol/golden/primitives.jsonl.gz`);

describe('CRC-32C', () => {
  it("is Kafka's", () => {
    const checksums = vectors.filter((vector) => vector.type === 'crc');
    expect(checksums.length).toBeGreaterThan(0);
    for (const vector of checksums) {
      const bytes = unhex(vector.hex);
      expect(crc32c(bytes)).toBe(vector.crc32c);
      expect(native.crc32c(bytes, 0, bytes.length)).toBe(vector.crc32c);
    }
  });

  it('is the same natively and portably, for every part of a buffer', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), fc.nat(), fc.nat(), (bytes, a, b) => {
        const [start, end] = [a, b].map((n) => n % (bytes.length + 1)).sort((x, y) => x - y);
        expect(native.crc32c(bytes, start!, end!)).toBe(crc32c(bytes, start, end));
      }),
    );
  });
});
