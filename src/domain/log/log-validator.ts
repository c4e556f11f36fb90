import { KafkaError } from '../kafka-error.ts';
import {
  type BatchValidationOptions,
  type ValidatedBatch,
  validateRecordBatch,
} from '../record/batch-validation.ts';
import type { Checksum } from '../record/checksum.ts';
import type { Compression, CompressionType } from '../record/compression.ts';
import type { Record } from '../record/record.ts';
import { decodeRecordBatch, encodeRecordBatch } from '../record/record-batch.ts';
import * as header from '../record/record-batch-header.ts';
import type { LogConfig } from './log-config.ts';
import { type RecordError, RecordValidationError } from './record-error.ts';

export interface LogValidatorOptions {
  readonly checksum: Checksum;
  readonly compression: Compression;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

const MAX_COORDINATOR_BATCH_BYTES = 16 * 1024 * 1024;

/**
 * Whether a batch may be appended to a log of this config, apart from its producer's state
 * (Kafka's LogValidator). One is made per config, because every append needs its settings.
 */
export class LogValidator {
  readonly #config: LogConfig;
  readonly #tools: LogValidatorOptions;
  readonly #client: BatchValidationOptions;
  readonly #coordinator: BatchValidationOptions;
  readonly #bounds: { nowMs: bigint; beforeMaxMs: bigint; afterMaxMs: bigint };
  readonly #compacted: boolean;
  readonly #compression: CompressionType | undefined;

  constructor(config: LogConfig, { checksum, compression }: LogValidatorOptions) {
    this.#config = config;
    this.#tools = { checksum, compression };
    this.#bounds = {
      nowMs: 0n,
      beforeMaxMs: BigInt(config.messageTimestampBeforeMaxMs),
      afterMaxMs: BigInt(config.messageTimestampAfterMaxMs),
    };
    const options: Mutable<BatchValidationOptions> = {
      checksum,
      compression,
      maxBatchBytes: config.maxMessageBytes,
    };
    if (config.maxDecompressedMessageBytes !== undefined) {
      options.maxDecompressedBytes = config.maxDecompressedMessageBytes;
    }
    if (config.messageTimestampType === 'CreateTime') options.timestampBounds = this.#bounds;
    this.#client = { ...options, origin: 'client' };
    // What belongs together is stored together: an assignment of ten thousand members is one batch.
    const maxBatchBytes = Math.max(config.maxMessageBytes, MAX_COORDINATOR_BATCH_BYTES);
    this.#coordinator = { ...options, origin: 'coordinator', maxBatchBytes };
    this.#compacted = config.cleanupPolicy.includes('compact');
    this.#compression = brokerCompression(config);
  }

  /** Throws a KafkaError for a batch that may not be stored. */
  validate(
    bytes: Uint8Array,
    view: DataView,
    origin: 'client' | 'coordinator',
    nowMs: bigint,
  ): ValidatedBatch {
    this.#bounds.nowMs = nowMs;
    const options = origin === 'client' ? this.#client : this.#coordinator;
    let validated: ValidatedBatch;
    try {
      validated = validateRecordBatch(bytes, options, view);
    } catch (error) {
      if (error instanceof KafkaError && error.errorName === 'INVALID_TIMESTAMP') {
        throw this.#timestampErrors(bytes);
      }
      throw error;
    }
    this.#checkSegmentBytes(validated.sizeInBytes);
    if (this.#compacted && origin === 'client' && validated.keylessCount > 0) {
      throw this.#keyErrors(bytes);
    }
    return validated;
  }

  /** The batch in the codec of the topic; mostly that is the batch itself. */
  recompress(bytes: Uint8Array, view: DataView): Uint8Array {
    const target = this.#compression;
    const attributes = header.readAttributes(view, 0);
    if (target === undefined || target === header.compressionTypeOf(attributes)) return bytes;
    // A transaction marker stays as it was written.
    if (header.isControl(attributes)) return bytes;
    const batch = decodeRecordBatch(bytes, this.#decodeOptions());
    const recompressed = encodeRecordBatch(
      { ...batch, compression: target, compressionLevel: this.#config.compressionLevel },
      this.#tools,
    );
    if (recompressed.length > this.#config.maxMessageBytes) {
      throw new KafkaError(
        'MESSAGE_TOO_LARGE',
        `the batch has ${recompressed.length} bytes once it is compressed by ${target}`,
      );
    }
    this.#checkSegmentBytes(recompressed.length);
    return recompressed;
  }

  #checkSegmentBytes(sizeInBytes: number): void {
    if (sizeInBytes <= this.#config.segmentBytes) return;
    throw new KafkaError(
      'RECORD_LIST_TOO_LARGE',
      `the batch has ${sizeInBytes} bytes, a segment ${this.#config.segmentBytes}`,
    );
  }

  /** Without a key there is nothing to compact a record by. */
  #keyErrors(bytes: Uint8Array): RecordValidationError {
    const errors = this.#recordErrors(bytes, (record) =>
      record.key === null ? 'a compacted topic takes no record without a key' : undefined,
    );
    return new RecordValidationError('INVALID_RECORD', errors);
  }

  #timestampErrors(bytes: Uint8Array): RecordValidationError {
    const { nowMs, beforeMaxMs, afterMaxMs } = this.#bounds;
    const from = nowMs - beforeMaxMs;
    const to = nowMs + afterMaxMs;
    const errors = this.#recordErrors(bytes, ({ timestampMs }) => {
      if (timestampMs === header.NO_TIMESTAMP) return undefined;
      if (timestampMs >= from && timestampMs <= to) return undefined;
      return `timestamp ${timestampMs} is not within ${from} and ${to}`;
    });
    return new RecordValidationError('INVALID_TIMESTAMP', errors);
  }

  #recordErrors(bytes: Uint8Array, errorOf: (record: Record) => string | undefined): RecordError[] {
    const { records } = decodeRecordBatch(bytes, this.#decodeOptions());
    return records.flatMap((record, batchIndex) => {
      const message = errorOf(record);
      return message === undefined ? [] : [{ batchIndex, message }];
    });
  }

  #decodeOptions(): BatchValidationOptions {
    return this.#client;
  }
}

/** Undefined where each batch keeps the codec it came with. */
function brokerCompression(config: LogConfig): CompressionType | undefined {
  const { compressionType } = config;
  if (compressionType === 'producer') return undefined;
  return compressionType === 'uncompressed' ? 'none' : compressionType;
}
