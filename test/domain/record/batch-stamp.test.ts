import { describe, expect, it } from 'vitest';
import { stampBatch } from '../../../src/domain/record/batch-stamp.ts';
import { validateRecordBatch } from '../../../src/domain/record/batch-validation.ts';
import type { Compression } from '../../../src/domain/record/compression.ts';
import {
  decodeEndTransactionMarker,
  encodeEndTransactionMarker,
} from '../../../src/domain/record/control-record.ts';
import { portableChecksum } from '../../../src/domain/record/crc32c.ts';
import { filterRecordBatch } from '../../../src/domain/record/filter-batch.ts';
import { decodeRecordBatch, encodeRecordBatch } from '../../../src/domain/record/record-batch.ts';
import { ATTRIBUTES_AT, viewOf } from '../../../src/domain/record/record-batch-header.ts';

const compression: Compression = {
  compress: (_type, bytes) => bytes,
  decompress: (_type, bytes) => bytes,
};
const options = { compression, checksum: portableChecksum };
const records = [{ timestampMs: 1000n }, { timestampMs: 3000n }, { timestampMs: 2000n }];

describe('stampBatch', () => {
  it('gives every record the append time, somewhere in a larger buffer', () => {
    const batch = encodeRecordBatch({ records }, options);
    const buffer = new Uint8Array(batch.length + 20);
    buffer.set(batch, 7);
    const stamp = {
      baseOffset: 50n,
      partitionLeaderEpoch: 3,
      timestampType: 'LogAppendTime',
      maxTimestampMs: 9000n,
    } as const;
    stampBatch(buffer, viewOf(buffer), 7, stamp, portableChecksum);
    const stored = buffer.subarray(7, 7 + batch.length);
    const read = decodeRecordBatch(stored, options);
    expect(read.records.map(({ timestampMs }) => timestampMs)).toEqual([9000n, 9000n, 9000n]);
    expect(read.records.map(({ offset }) => offset)).toEqual([50n, 51n, 52n]);
    expect(read.partitionLeaderEpoch).toBe(3);
    expect(read.crc).toBe(portableChecksum.crc32c(stored, ATTRIBUTES_AT, stored.length));
  });

  it("clears a client's LogAppendTime bit and keeps its max timestamp", () => {
    const sent = encodeRecordBatch(
      { records, timestampType: 'LogAppendTime', maxTimestamp: 4000n },
      options,
    );
    const { maxTimestampMs } = validateRecordBatch(sent, options);
    expect(maxTimestampMs).toBe(4000n);
    const stamp = { baseOffset: 0n, partitionLeaderEpoch: 0, maxTimestampMs };
    stampBatch(sent, viewOf(sent), 0, { ...stamp, timestampType: 'CreateTime' }, portableChecksum);
    const read = decodeRecordBatch(sent, options);
    expect(read.timestampType).toBe('CreateTime');
    expect(read.maxTimestamp).toBe(4000n);
    expect(read.records[1]?.timestampMs).toBe(3000n);
  });
});

describe('validateRecordBatch', () => {
  const errorOf = (bytes: Uint8Array, more: object) => {
    try {
      validateRecordBatch(bytes, { ...options, ...more });
      return undefined;
    } catch (error) {
      return (error as { errorName: string }).errorName;
    }
  };

  it('compares timestamps with the clock, but not those that are not set', () => {
    const timestampBounds = { nowMs: 2000n, beforeMaxMs: 1000n, afterMaxMs: 1000n };
    const batch = (...times: bigint[]) =>
      encodeRecordBatch({ records: times.map((timestampMs) => ({ timestampMs })) }, options);
    expect(errorOf(batch(1000n, 3000n, -1n), { timestampBounds })).toBeUndefined();
    expect(errorOf(batch(2000n, 3001n), { timestampBounds })).toBe('INVALID_TIMESTAMP');
    expect(errorOf(batch(2000n, 999n), { timestampBounds })).toBe('INVALID_TIMESTAMP');
  });

  it('refuses batches that are too large, more than one, or with bytes after them', () => {
    const one = encodeRecordBatch({ records }, options);
    expect(errorOf(one, { maxBatchBytes: one.length })).toBeUndefined();
    expect(errorOf(one, { maxBatchBytes: one.length - 1 })).toBe('MESSAGE_TOO_LARGE');
    expect(errorOf(Uint8Array.of(...one, ...one), {})).toBe('INVALID_RECORD');
    expect(errorOf(Uint8Array.of(...one, 0), {})).toBe('INVALID_RECORD');
  });

  it('lets only the coordinator write transaction markers', () => {
    const marker = encodeEndTransactionMarker(
      { type: 'COMMIT', coordinatorEpoch: 46, producerId: 7n, producerEpoch: 1, timestampMs: 5n },
      portableChecksum,
    );
    expect(errorOf(marker, {})).toBe('INVALID_RECORD');
    expect(errorOf(marker, { origin: 'coordinator' })).toBeUndefined();
    const { records: decoded, control } = decodeRecordBatch(marker, options);
    expect(control).toBe(true);
    expect(decodeEndTransactionMarker(decoded[0]!)).toEqual({
      type: 'COMMIT',
      coordinatorEpoch: 46,
    });
  });
});

describe('filterRecordBatch', () => {
  it('returns the same bytes, a rewritten batch, a bare header, or nothing', () => {
    const batch = encodeRecordBatch({ records, producerId: 1n, baseSequence: 4 }, options);
    expect(filterRecordBatch(batch, () => true, { ...options, retainEmpty: true })).toBe(batch);
    expect(filterRecordBatch(batch, () => false, { ...options, retainEmpty: false })).toBeNull();
    const empty = filterRecordBatch(batch, () => false, { ...options, retainEmpty: true });
    expect(empty).toHaveLength(61);
    const last = filterRecordBatch(batch, ({ offsetDelta }) => offsetDelta === 1, {
      ...options,
      retainEmpty: true,
    });
    expect(decodeRecordBatch(last!, options)).toMatchObject({
      baseOffset: 0n,
      lastOffset: 2n,
      baseTimestamp: 3000n,
      baseSequence: 4,
      recordsCount: 1,
    });
  });
});
