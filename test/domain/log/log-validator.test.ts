import { describe, expect, it, vi } from 'vitest';
import { DEFAULT_LOG_CONFIG, type LogConfig } from '../../../src/domain/log/log-config.ts';
import { LogValidator } from '../../../src/domain/log/log-validator.ts';
import { RecordValidationError } from '../../../src/domain/log/record-error.ts';
import { portableChecksum as checksum } from '../../../src/domain/record/crc32c.ts';
import type { RecordInput } from '../../../src/domain/record/record.ts';
import { decodeRecordBatch, encodeRecordBatch } from '../../../src/domain/record/record-batch.ts';
import { viewOf } from '../../../src/domain/record/record-batch-header.ts';

const NOW_MS = 1_700_000_000_000n;

/** As good a codec as any: a byte in front. */
const compression = {
  compress: (_type: unknown, bytes: Uint8Array) => Uint8Array.from([0, ...bytes]),
  decompress: (_type: unknown, bytes: Uint8Array) => bytes.slice(1),
};
const options = { checksum, compression };

function batchOf(records: readonly RecordInput[], type: 'none' | 'gzip' = 'none'): Uint8Array {
  return encodeRecordBatch({ records, compression: type }, options);
}

function validate(batch: Uint8Array, config: Partial<LogConfig> = {}): LogValidator {
  const validator = new LogValidator({ ...DEFAULT_LOG_CONFIG, ...config }, options);
  validator.validate(batch, viewOf(batch), 'client', NOW_MS);
  return validator;
}

function errorOf(step: () => unknown) {
  try {
    step();
  } catch (error) {
    return error as RecordValidationError;
  }
  return undefined;
}

const RECORD = { timestampMs: NOW_MS, key: null, value: new Uint8Array(50) };

describe('a batch', () => {
  it('may not be larger than the topic or a segment takes', () => {
    const batch = batchOf([RECORD]);
    expect(errorOf(() => validate(batch, { maxMessageBytes: batch.length }))).toBeUndefined();
    expect(errorOf(() => validate(batch, { maxMessageBytes: batch.length - 1 }))?.errorName).toBe(
      'MESSAGE_TOO_LARGE',
    );
    // What a coordinator stores together may be many records.
    const tight = new LogValidator({ ...DEFAULT_LOG_CONFIG, maxMessageBytes: 10 }, options);
    const validated = tight.validate(batch, viewOf(batch), 'coordinator', NOW_MS);
    expect(validated.sizeInBytes).toBe(batch.length);
    expect(errorOf(() => validate(batch, { segmentBytes: 100 }))?.errorName).toBe(
      'RECORD_LIST_TOO_LARGE',
    );
  });

  it('needs timestamps near the clock, unless the broker sets them', () => {
    const batch = batchOf([RECORD, { ...RECORD, timestampMs: NOW_MS - 1001n }]);
    const config = { messageTimestampBeforeMaxMs: 1000 };
    const error = errorOf(() => validate(batch, config));
    expect(error).toBeInstanceOf(RecordValidationError);
    expect(error?.errorName).toBe('INVALID_TIMESTAMP');
    expect(error?.recordErrors.map(({ batchIndex }) => batchIndex)).toEqual([1]);
    const atAppend = { ...config, messageTimestampType: 'LogAppendTime' } as const;
    expect(errorOf(() => validate(batch, atAppend))).toBeUndefined();
  });

  it('needs keys where the topic is compacted', () => {
    const batch = batchOf([{ ...RECORD, key: new Uint8Array(1) }, RECORD]);
    const error = errorOf(() => validate(batch, { cleanupPolicy: ['compact', 'delete'] }));
    expect(error?.errorName).toBe('INVALID_RECORD');
    expect(error?.recordErrors.map(({ batchIndex }) => batchIndex)).toEqual([1]);
  });

  it('is decompressed once, also where its keys are looked at', () => {
    const decompress = vi.spyOn(compression, 'decompress');
    const batch = batchOf([{ ...RECORD, key: new Uint8Array(0) }], 'gzip');
    validate(batch, { cleanupPolicy: ['compact'] });
    expect(decompress).toHaveBeenCalledTimes(1);
  });

  it('is stored in the codec of the topic', () => {
    const batch = batchOf([RECORD]);
    const view = viewOf(batch);
    expect(validate(batch).recompress(batch, view)).toBe(batch);
    const uncompressed = validate(batch, { compressionType: 'uncompressed' });
    expect(uncompressed.recompress(batch, view)).toBe(batch);
    const gzip = validate(batch, { compressionType: 'gzip' }).recompress(batch, view);
    expect(decodeRecordBatch(gzip, options)).toMatchObject({ compression: 'gzip' });
    expect(decodeRecordBatch(gzip, options).records).toEqual(
      decodeRecordBatch(batch, options).records,
    );
    const compress = vi.spyOn(compression, 'compress');
    validate(batch, { compressionType: 'zstd', compressionLevel: 9 }).recompress(batch, view);
    expect(compress).toHaveBeenLastCalledWith('zstd', expect.anything(), 9);
    const tight = { compressionType: 'gzip', maxMessageBytes: batch.length } as const;
    expect(errorOf(() => validate(batch, tight).recompress(batch, view))?.errorName).toBe(
      'MESSAGE_TOO_LARGE',
    );
  });
});
