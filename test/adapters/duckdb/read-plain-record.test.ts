import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NativeChecksum } from '../../../src/adapters/checksum/native-checksum.ts';
import { NodeCompression } from '../../../src/adapters/compression/node-compression.ts';
import { readPlainRecord } from '../../../src/adapters/duckdb/read-plain-record.ts';
import { encodeRecordBatch } from '../../../src/domain/record/record-batch-encoder.ts';
import { RECORDS_AT } from '../../../src/domain/record/record-batch-header.ts';

const codecs = { checksum: new NativeChecksum(), compression: new NodeCompression() };
const places = () => ({
  ...{
    offsetDelta: 0,
    timestampDelta: 0,
    keyStart: 0,
    keyLength: 0,
    valueStart: 0,
    valueLength: 0,
  },
});
const bytes = fc.option(
  fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.integer({ min: 0, max: 20_000 }).map((size) => new Uint8Array(size)),
  ),
);

test('the parts of a record are where it has them', () => {
  fc.assert(
    fc.property(bytes, bytes, fc.integer({ min: 0, max: 3_000_000 }), (key, value, later) => {
      const records = [0, later].map((ms) => ({ key, value, timestampMs: BigInt(ms) }));
      const batch = encodeRecordBatch({ records }, codecs);
      let at = RECORDS_AT;
      for (const [index, delta] of [0, later].entries()) {
        const found = places();
        const end = readPlainRecord(batch, at, batch.length, found);
        // What is not plain is read by the cursor.
        if (end < 0) return;
        expect(found).toMatchObject({ offsetDelta: index, timestampDelta: delta });
        expect(found.keyLength).toBe(key?.length ?? -1);
        expect(found.valueLength).toBe(value?.length ?? -1);
        const part = batch.subarray(
          found.valueStart,
          found.valueStart + Math.max(0, found.valueLength),
        );
        expect(Buffer.compare(part, value ?? new Uint8Array(0))).toBe(0);
        at = end;
      }
      expect(at).toBe(batch.length);
    }),
  );
});

test('of a damaged record nothing beyond its batch is named', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (damaged) => {
      const found = places();
      const end = readPlainRecord(damaged, 0, damaged.length, found);
      if (end < 0) return;
      expect(end).toBeLessThanOrEqual(damaged.length);
      expect(found.keyStart + Math.max(0, found.keyLength)).toBeLessThan(end);
      expect(found.valueStart + Math.max(0, found.valueLength)).toBeLessThan(end);
    }),
    { numRuns: 5000 },
  );
});
