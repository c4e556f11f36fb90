import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NodeCompression } from '../../../src/adapters/compression/node-compression.ts';
import { portableChecksum } from '../../../src/domain/record/crc32c.ts';
import { plainRecordEnd } from '../../../src/domain/record/plain-record.ts';
import { encodeRecordBatch } from '../../../src/domain/record/record-batch.ts';
import { RECORDS_AT } from '../../../src/domain/record/record-batch-header.ts';
import { readRecords } from '../../../src/domain/record/record-reader.ts';

const options = { compression: new NodeCompression(), checksum: portableChecksum };
const bytes = (maxLength: number) => fc.option(fc.uint8Array({ maxLength }));
const BASE_MS = 1_000_000n;

/** One record behind one with the time the deltas count from. */
function recordBytes(timestampMs: bigint, key: Uint8Array | null, value: Uint8Array | null) {
  const first = { timestampMs: BASE_MS, key: null, value: null };
  const one = encodeRecordBatch({ records: [first] }, options).length - RECORDS_AT;
  const records = [first, { timestampMs, key, value }];
  return encodeRecordBatch({ records }, options).subarray(RECORDS_AT + one);
}

function decoded(record: Uint8Array) {
  const base = { baseOffset: 0n, baseTimestamp: BASE_MS, logAppendTimeMs: undefined };
  return readRecords(record, 0, record.length, 1, base)[0];
}

test('common records are plain, and are what the decoder makes of them', () => {
  const delta = fc.bigInt({ min: -(2n ** 20n), max: 2n ** 20n - 1n });
  fc.assert(
    fc.property(delta, bytes(300), bytes(5000), (timestampDelta, key, value) => {
      const record = recordBytes(BASE_MS + timestampDelta, key, value);
      const found = { timestampDelta: 0, hasKey: false };
      expect(plainRecordEnd(record, 0, record.length, 1, found)).toBe(record.length);
      expect(found).toEqual({ timestampDelta: Number(timestampDelta), hasKey: key !== null });
    }),
  );
});

test('what is taken for plain though bytes of it changed is sound for the decoder too', () => {
  const flips = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 3 });
  let taken = 0;
  fc.assert(
    fc.property(bytes(20), bytes(200), flips, (key, value, changes) => {
      const record = recordBytes(BASE_MS + 7n, key, value).slice();
      // The first bytes hold the lengths.
      for (const [at, byte] of changes) record[at % Math.min(record.length, 12)] = byte;
      const found = { timestampDelta: 0, hasKey: false };
      const end = plainRecordEnd(record, 0, record.length, 1, found);
      if (end < 0) return;
      taken += 1;
      const record2 = decoded(record.subarray(0, end));
      expect(record2?.offset).toBe(1n);
      expect(record2?.timestampMs).toBe(BASE_MS + BigInt(found.timestampDelta));
      expect(record2?.key === null).toBe(!found.hasKey);
    }),
    { numRuns: 20_000 },
  );
  expect(taken).toBeGreaterThan(100);
});

test('a cut record is not plain', () => {
  const record = recordBytes(BASE_MS, new Uint8Array(10), new Uint8Array(200));
  const found = { timestampDelta: 0, hasKey: false };
  for (let length = 0; length < record.length; length++) {
    expect(plainRecordEnd(record.subarray(0, length), 0, length, 1, found)).toBe(-1);
    expect(plainRecordEnd(record, 0, length, 1, found)).toBe(-1);
  }
});
