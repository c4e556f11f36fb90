import { KafkaError } from '../kafka-error.ts';
import type { Compression, CompressionType } from './compression.ts';
import type { Record } from './record.ts';
import * as header from './record-batch-header.ts';
import { readRecords } from './record-reader.ts';

export { encodeRecordBatch, type RecordBatchInput } from './record-batch-encoder.ts';

/** What a batch may grow to when it is decompressed, unless told otherwise. */
export const MAX_DECOMPRESSED_BYTES = 64 * 1024 * 1024;

export interface DecodeOptions {
  readonly compression: Compression;
  readonly maxDecompressedBytes?: number;
}

/** The header of a magic 2 batch. */
export interface RecordBatchHeader {
  readonly sizeInBytes: number;
  readonly magic: 2;
  readonly baseOffset: bigint;
  readonly lastOffset: bigint;
  readonly partitionLeaderEpoch: number;
  readonly crc: number;
  readonly compression: CompressionType;
  readonly timestampType: header.TimestampType;
  readonly transactional: boolean;
  readonly control: boolean;
  /** When tombstones and markers of this batch may go (KIP-534). */
  readonly deleteHorizonMs: bigint | null;
  readonly baseTimestamp: bigint;
  readonly maxTimestamp: bigint;
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly lastSequence: number;
  readonly recordsCount: number;
}

export interface RecordBatch extends RecordBatchHeader {
  readonly records: readonly Record[];
}

/** Decodes the magic 2 batch at the start of `bytes`. It does not compare the checksum. */
export function decodeRecordBatch(bytes: Uint8Array, options: DecodeOptions): RecordBatch {
  const view = header.viewOf(bytes);
  const batch = decodeRecordBatchHeader(bytes, view);
  const { bytes: records, start, end } = recordsSection(bytes, view, batch.compression, options);
  return {
    ...batch,
    records: readRecords(records, start, end, batch.recordsCount, {
      baseOffset: batch.baseOffset,
      baseTimestamp: batch.baseTimestamp,
      logAppendTimeMs: batch.timestampType === 'LogAppendTime' ? batch.maxTimestamp : undefined,
    }),
  };
}

export function decodeRecordBatchHeader(
  bytes: Uint8Array,
  view: DataView = header.viewOf(bytes),
): RecordBatchHeader {
  checkFrame(bytes, view);
  const attributes = header.readAttributes(view, 0);
  const baseTimestamp = header.readBaseTimestamp(view, 0);
  return {
    sizeInBytes: header.readBatchSize(view, 0),
    magic: 2,
    baseOffset: header.readBaseOffset(view, 0),
    lastOffset: header.readLastOffset(view, 0),
    partitionLeaderEpoch: header.readPartitionLeaderEpoch(view, 0),
    crc: header.readCrc(view, 0),
    compression: knownCompressionType(attributes),
    timestampType: header.timestampTypeOf(attributes),
    transactional: header.isTransactional(attributes),
    control: header.isControl(attributes),
    deleteHorizonMs: header.hasDeleteHorizon(attributes) ? baseTimestamp : null,
    baseTimestamp,
    maxTimestamp: header.readMaxTimestamp(view, 0),
    producerId: header.readProducerId(view, 0),
    producerEpoch: header.readProducerEpoch(view, 0),
    baseSequence: header.readBaseSequence(view, 0),
    lastSequence: header.readLastSequence(view, 0),
    recordsCount: header.readRecordsCount(view, 0),
  };
}

/** The records of a batch without compression: a part of the batch, or a buffer of their own. */
export function recordsSection(
  bytes: Uint8Array,
  view: DataView,
  type: CompressionType,
  { compression, maxDecompressedBytes = MAX_DECOMPRESSED_BYTES }: DecodeOptions,
): { bytes: Uint8Array; start: number; end: number } {
  const end = header.readBatchSize(view, 0);
  if (type === 'none') return { bytes, start: header.RECORDS_AT, end };
  const compressed = bytes.subarray(header.RECORDS_AT, end);
  // A cleaned batch may have lost all its records and be left without even an empty stream.
  if (compressed.length === 0 && header.readRecordsCount(view, 0) === 0) {
    return { bytes: compressed, start: 0, end: 0 };
  }
  const records = compression.decompress(type, compressed, maxDecompressedBytes);
  return { bytes: records, start: 0, end: records.length };
}

export function knownCompressionType(attributes: number): CompressionType {
  const type = header.compressionTypeOf(attributes);
  if (type !== undefined) return type;
  const id = attributes & header.COMPRESSION_MASK;
  throw new KafkaError('UNSUPPORTED_COMPRESSION_TYPE', `no compression codec has number ${id}`);
}

function checkFrame(bytes: Uint8Array, view: DataView): void {
  if (bytes.length < header.RECORD_BATCH_OVERHEAD) {
    throw new KafkaError('CORRUPT_MESSAGE', 'the bytes are shorter than the header of a batch');
  }
  const magic = header.readMagic(view, 0);
  if (magic !== header.CURRENT_MAGIC) {
    throw new KafkaError('CORRUPT_MESSAGE', `magic ${magic} is not that of a record batch`);
  }
  const size = header.readBatchSize(view, 0);
  if (size < header.RECORD_BATCH_OVERHEAD || size > bytes.length) {
    throw new KafkaError(
      'CORRUPT_MESSAGE',
      `batch size ${size} does not fit ${bytes.length} bytes`,
    );
  }
}
