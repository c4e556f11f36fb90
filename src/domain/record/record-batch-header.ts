// The fixed part of a magic 2 batch (Kafka's DefaultRecordBatch), read and written in place.
// Every function takes the place `at` where the batch starts in the view.

import { incrementSequence } from '../protocol/sequence.ts';
import { COMPRESSION_TYPES, type CompressionType } from './compression.ts';

export const BASE_OFFSET_AT = 0;
export const BATCH_LENGTH_AT = 8;
export const PARTITION_LEADER_EPOCH_AT = 12;
export const MAGIC_AT = 16;
export const CRC_AT = 17;
/** The checksum covers everything from here to the end of the batch. */
export const ATTRIBUTES_AT = 21;
export const LAST_OFFSET_DELTA_AT = 23;
export const BASE_TIMESTAMP_AT = 27;
export const MAX_TIMESTAMP_AT = 35;
export const PRODUCER_ID_AT = 43;
export const PRODUCER_EPOCH_AT = 51;
export const BASE_SEQUENCE_AT = 53;
export const RECORDS_COUNT_AT = 57;
export const RECORDS_AT = 61;

/** Base offset and batch length: what the batch length does not count. */
export const LOG_OVERHEAD = 12;
export const RECORD_BATCH_OVERHEAD = 61;
/** Bytes needed to tell a batch's size and magic. */
export const HEADER_SIZE_UP_TO_MAGIC = 17;

export const CURRENT_MAGIC = 2;

export const NO_PRODUCER_ID = -1n;
export const NO_PRODUCER_EPOCH = -1;
export const NO_SEQUENCE = -1;
export const NO_TIMESTAMP = -1n;
export const NO_PARTITION_LEADER_EPOCH = -1;

export const COMPRESSION_MASK = 0x07;
export const LOG_APPEND_TIME_FLAG = 0x08;
export const TRANSACTIONAL_FLAG = 0x10;
export const CONTROL_FLAG = 0x20;
export const DELETE_HORIZON_FLAG = 0x40;

export type TimestampType = 'CreateTime' | 'LogAppendTime';

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function readBaseOffset(view: DataView, at: number): bigint {
  return view.getBigInt64(at + BASE_OFFSET_AT);
}

/** The field itself: bytes after it. See `readBatchSize` for the whole batch. */
export function readBatchLength(view: DataView, at: number): number {
  return view.getInt32(at + BATCH_LENGTH_AT);
}

export function readBatchSize(view: DataView, at: number): number {
  return view.getInt32(at + BATCH_LENGTH_AT) + LOG_OVERHEAD;
}

export function readPartitionLeaderEpoch(view: DataView, at: number): number {
  return view.getInt32(at + PARTITION_LEADER_EPOCH_AT);
}

export function readMagic(view: DataView, at: number): number {
  return view.getInt8(at + MAGIC_AT);
}

export function readCrc(view: DataView, at: number): number {
  return view.getUint32(at + CRC_AT);
}

export function readAttributes(view: DataView, at: number): number {
  return view.getInt16(at + ATTRIBUTES_AT);
}

export function readLastOffsetDelta(view: DataView, at: number): number {
  return view.getInt32(at + LAST_OFFSET_DELTA_AT);
}

export function readLastOffset(view: DataView, at: number): bigint {
  return readBaseOffset(view, at) + BigInt(readLastOffsetDelta(view, at));
}

/** With the delete horizon flag this field holds the horizon instead (KIP-534). */
export function readBaseTimestamp(view: DataView, at: number): bigint {
  return view.getBigInt64(at + BASE_TIMESTAMP_AT);
}

export function readMaxTimestamp(view: DataView, at: number): bigint {
  return view.getBigInt64(at + MAX_TIMESTAMP_AT);
}

export function readProducerId(view: DataView, at: number): bigint {
  return view.getBigInt64(at + PRODUCER_ID_AT);
}

export function readProducerEpoch(view: DataView, at: number): number {
  return view.getInt16(at + PRODUCER_EPOCH_AT);
}

export function readBaseSequence(view: DataView, at: number): number {
  return view.getInt32(at + BASE_SEQUENCE_AT);
}

export function readRecordsCount(view: DataView, at: number): number {
  return view.getInt32(at + RECORDS_COUNT_AT);
}

/** The last sequence of a batch; sequences go on with 0 after the largest int32. */
export function readLastSequence(view: DataView, at: number): number {
  const base = readBaseSequence(view, at);
  return base === NO_SEQUENCE ? base : incrementSequence(base, readLastOffsetDelta(view, at));
}

/** Undefined for the numbers 5 to 7, which no codec has. */
export function compressionTypeOf(attributes: number): CompressionType | undefined {
  return COMPRESSION_TYPES[attributes & COMPRESSION_MASK];
}

export function timestampTypeOf(attributes: number): TimestampType {
  return (attributes & LOG_APPEND_TIME_FLAG) === 0 ? 'CreateTime' : 'LogAppendTime';
}

export function isTransactional(attributes: number): boolean {
  return (attributes & TRANSACTIONAL_FLAG) !== 0;
}

export function isControl(attributes: number): boolean {
  return (attributes & CONTROL_FLAG) !== 0;
}

export function hasDeleteHorizon(attributes: number): boolean {
  return (attributes & DELETE_HORIZON_FLAG) !== 0;
}

/** Not covered by the checksum. */
export function patchBaseOffset(view: DataView, at: number, offset: bigint): void {
  view.setBigInt64(at + BASE_OFFSET_AT, offset);
}

/** Not covered by the checksum. */
export function patchPartitionLeaderEpoch(view: DataView, at: number, epoch: number): void {
  view.setInt32(at + PARTITION_LEADER_EPOCH_AT, epoch);
}

/** Covered by the checksum: patch the CRC afterwards. */
export function patchAttributes(view: DataView, at: number, attributes: number): void {
  view.setInt16(at + ATTRIBUTES_AT, attributes);
}

/** Covered by the checksum: patch the CRC afterwards. */
export function patchMaxTimestamp(view: DataView, at: number, timestampMs: bigint): void {
  view.setBigInt64(at + MAX_TIMESTAMP_AT, timestampMs);
}

export function patchCrc(view: DataView, at: number, crc: number): void {
  view.setUint32(at + CRC_AT, crc);
}
