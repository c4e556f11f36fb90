import type { Checksum } from './checksum.ts';
import { COMPRESSION_TYPES, type Compression, type CompressionType } from './compression.ts';
import type { RecordInput } from './record.ts';
import * as header from './record-batch-header.ts';
import { recordSize, type SizedRecord, sizeRecord, writeRecord } from './record-writer.ts';

export interface RecordBatchInput {
  readonly records: readonly RecordInput[];
  readonly compression?: CompressionType;
  /** The codec's own when absent. */
  readonly compressionLevel?: number | undefined;
  readonly baseOffset?: bigint;
  /** Where a cleaned batch ended; else the last record's offset. */
  readonly lastOffset?: bigint;
  readonly partitionLeaderEpoch?: number;
  readonly timestampType?: header.TimestampType;
  /** Else the largest of the records' timestamps. Under LogAppendTime the time of the append. */
  readonly maxTimestamp?: bigint;
  readonly producerId?: bigint;
  readonly producerEpoch?: number;
  readonly baseSequence?: number;
  readonly transactional?: boolean;
  readonly control?: boolean;
  readonly deleteHorizonMs?: bigint | null;
}

export interface EncodeOptions {
  readonly compression: Compression;
  readonly checksum: Checksum;
}

/** Encodes a magic 2 batch, as Kafka's MemoryRecordsBuilder would. */
export function encodeRecordBatch(input: RecordBatchInput, options: EncodeOptions): Uint8Array {
  const baseOffset = input.baseOffset ?? 0n;
  const baseTimestamp =
    input.deleteHorizonMs ?? input.records[0]?.timestampMs ?? header.NO_TIMESTAMP;
  const sized = sizeRecords(input.records, baseOffset, baseTimestamp);
  const bytes = placeRecords(sized, input, options.compression);
  const view = header.viewOf(bytes);
  const lastOffsetDelta =
    input.lastOffset === undefined
      ? (sized.at(-1)?.offsetDelta ?? -1)
      : Number(input.lastOffset - baseOffset);
  view.setBigInt64(header.BASE_OFFSET_AT, baseOffset);
  view.setInt32(header.BATCH_LENGTH_AT, bytes.length - header.LOG_OVERHEAD);
  view.setInt32(
    header.PARTITION_LEADER_EPOCH_AT,
    input.partitionLeaderEpoch ?? header.NO_PARTITION_LEADER_EPOCH,
  );
  view.setInt8(header.MAGIC_AT, header.CURRENT_MAGIC);
  view.setInt16(header.ATTRIBUTES_AT, attributesOf(input));
  view.setInt32(header.LAST_OFFSET_DELTA_AT, lastOffsetDelta);
  view.setBigInt64(header.BASE_TIMESTAMP_AT, baseTimestamp);
  view.setBigInt64(header.MAX_TIMESTAMP_AT, input.maxTimestamp ?? maxTimestampOf(input.records));
  view.setBigInt64(header.PRODUCER_ID_AT, input.producerId ?? header.NO_PRODUCER_ID);
  view.setInt16(header.PRODUCER_EPOCH_AT, input.producerEpoch ?? header.NO_PRODUCER_EPOCH);
  view.setInt32(header.BASE_SEQUENCE_AT, input.baseSequence ?? header.NO_SEQUENCE);
  view.setInt32(header.RECORDS_COUNT_AT, sized.length);
  const crc = options.checksum.crc32c(bytes, header.ATTRIBUTES_AT, bytes.length);
  view.setUint32(header.CRC_AT, crc);
  return bytes;
}

function sizeRecords(
  records: readonly RecordInput[],
  baseOffset: bigint,
  baseTimestamp: bigint,
): SizedRecord[] {
  return records.map((record, i) => {
    const timestampDelta = BigInt.asIntN(64, record.timestampMs - baseTimestamp);
    const offsetDelta = record.offset === undefined ? i : Number(record.offset - baseOffset);
    return sizeRecord(record, timestampDelta, offsetDelta);
  });
}

/** A buffer of the whole batch with the records in it and the header still empty. */
function placeRecords(
  sized: readonly SizedRecord[],
  { compression: type = 'none', compressionLevel }: RecordBatchInput,
  compression: Compression,
): Uint8Array {
  let size = 0;
  for (const record of sized) size += recordSize(record);
  if (type === 'none') {
    const bytes = new Uint8Array(header.RECORDS_AT + size);
    writeRecords(sized, bytes, header.RECORDS_AT);
    return bytes;
  }
  const plain = new Uint8Array(size);
  writeRecords(sized, plain, 0);
  const compressed = compression.compress(type, plain, compressionLevel);
  const bytes = new Uint8Array(header.RECORDS_AT + compressed.length);
  bytes.set(compressed, header.RECORDS_AT);
  return bytes;
}

function writeRecords(sized: readonly SizedRecord[], bytes: Uint8Array, start: number): void {
  let at = start;
  for (const record of sized) at = writeRecord(record, bytes, at);
}

function attributesOf(input: RecordBatchInput): number {
  let attributes = COMPRESSION_TYPES.indexOf(input.compression ?? 'none');
  if (input.timestampType === 'LogAppendTime') attributes |= header.LOG_APPEND_TIME_FLAG;
  if (input.transactional === true) attributes |= header.TRANSACTIONAL_FLAG;
  if (input.control === true) attributes |= header.CONTROL_FLAG;
  if (input.deleteHorizonMs != null) attributes |= header.DELETE_HORIZON_FLAG;
  return attributes;
}

function maxTimestampOf(records: readonly RecordInput[]): bigint {
  let max = records[0]?.timestampMs ?? header.NO_TIMESTAMP;
  for (const { timestampMs } of records) if (timestampMs > max) max = timestampMs;
  return max;
}
