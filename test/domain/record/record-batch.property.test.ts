import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NodeCompression } from '../../../src/adapters/compression/node-compression.ts';
import { KafkaError } from '../../../src/domain/kafka-error.ts';
import { validateRecordBatch } from '../../../src/domain/record/batch-validation.ts';
import { COMPRESSION_TYPES } from '../../../src/domain/record/compression.ts';
import { portableChecksum } from '../../../src/domain/record/crc32c.ts';
import { decodeLegacyBatch } from '../../../src/domain/record/legacy-batch.ts';
import type { Record as BatchRecord } from '../../../src/domain/record/record.ts';
import { decodeRecordBatch, encodeRecordBatch } from '../../../src/domain/record/record-batch.ts';
import {
  ATTRIBUTES_AT,
  patchCrc,
  RECORDS_AT,
  viewOf,
} from '../../../src/domain/record/record-batch-header.ts';
import { batchesOf } from '../../../src/domain/record/record-batches.ts';

const compression = new NodeCompression();
const options = { compression, checksum: portableChecksum };
const nullableBytes = fc.option(fc.uint8Array({ maxLength: 300 }));
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const timestamp = fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 42n }), int64, fc.constant(-1n));
const record = fc.record({
  timestampMs: timestamp,
  key: nullableBytes,
  value: nullableBytes,
  headers: fc.array(
    fc.record({ key: fc.string({ unit: 'binary', maxLength: 40 }), value: nullableBytes }),
    { maxLength: 4 },
  ),
});
const batch = fc.record({
  records: fc.array(record, { minLength: 1, maxLength: 30 }),
  partitionLeaderEpoch: fc.integer({ min: -1, max: 0x7fffffff }),
  producerId: fc.bigInt({ min: -1n, max: 2n ** 63n - 1n }),
  producerEpoch: fc.integer({ min: 0, max: 0x7fff }),
  baseSequence: fc.integer({ min: 0, max: 0x7fffffff }),
  transactional: fc.boolean(),
});

describe.each(COMPRESSION_TYPES)('batches with compression %s', (type) => {
  it('come back as they were, and are valid', () => {
    fc.assert(
      fc.property(batch, int64, (input, baseOffset) => {
        const first = encodeRecordBatch({ ...input, compression: type }, options);
        const { maxTimestampMs, recordsCount } = validateRecordBatch(first, options);
        const times = [-1n, ...input.records.map(({ timestampMs }) => timestampMs)];
        expect(recordsCount).toBe(input.records.length);
        expect(maxTimestampMs).toBe(times.sort((a, b) => Number(b > a) - Number(b < a))[0]);

        const base = BigInt.asIntN(62, baseOffset);
        const bytes = encodeRecordBatch({ ...input, compression: type, baseOffset: base }, options);
        const { records, ...header } = decodeRecordBatch(bytes, { compression });
        const { records: given, ...fields } = input;
        expect(header).toMatchObject({ ...fields, baseOffset: base, compression: type });
        expect(records.map(plain)).toEqual(
          given.map((one, i) => plain({ ...one, offset: base + BigInt(i) })),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('with damaged records are refused with a KafkaError or read', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(batch, damage, (input, hits) => {
        const bytes = encodeRecordBatch({ ...input, compression: type }, options);
        for (const [place, byte] of hits) {
          bytes[ATTRIBUTES_AT + (place % (bytes.length - ATTRIBUTES_AT))] = byte;
        }
        patchCrc(viewOf(bytes), 0, portableChecksum.crc32c(bytes, ATTRIBUTES_AT, bytes.length));
        if (accepts(() => validateRecordBatch(bytes, options))) {
          decodeRecordBatch(bytes, { compression });
        }
        accepts(() => decodeRecordBatch(bytes, { compression }));
      }),
      { numRuns: 150 },
    );
  });
});

describe('bytes that are no batches', () => {
  it('are read without any error but a KafkaError', () => {
    const magic = fc.integer({ min: -1, max: 3 });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), magic, (noise, magicByte) => {
        if (noise.length > 16) noise[16] = magicByte;
        if (noise.length > 11) viewOf(noise).setInt32(8, noise.length - 12);
        accepts(() => validateRecordBatch(noise, options));
        accepts(() => decodeRecordBatch(noise, { compression }));
        accepts(() => decodeLegacyBatch(noise, { compression }));
        accepts(() => [...batchesOf(noise)]);
      }),
      { numRuns: 500 },
    );
  });

  it('cannot make the count of records cost anything', () => {
    const bytes = encodeRecordBatch({ records: [{ timestampMs: 1n }] }, options);
    viewOf(bytes).setInt32(57, 0x7fffffff);
    expect(() => decodeRecordBatch(bytes, { compression })).toThrow(KafkaError);
    expect(bytes.length).toBeGreaterThan(RECORDS_AT);
  });
});

/** Views of Node's buffers equal no plain Uint8Array, so bytes are compared as text. */
function plain(one: BatchRecord) {
  return {
    ...one,
    key: hex(one.key),
    value: hex(one.value),
    headers: one.headers.map(({ key, value }) => ({ key, value: hex(value) })),
  };
}

function hex(bytes: Uint8Array | null): string | null {
  return bytes && Buffer.from(bytes).toString('hex');
}

function accepts(action: () => unknown): boolean {
  try {
    action();
    return true;
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error;
    return false;
  }
}
