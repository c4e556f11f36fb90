import { KafkaError } from '../kafka-error.ts';
import { decodeUtf8 } from '../wire/utf8.ts';
import type { Record, RecordHeader } from './record.ts';
import { RecordCursor } from './record-cursor.ts';

const NO_HEADERS: readonly RecordHeader[] = Object.freeze([]);

/** What the deltas of a batch's records are relative to. */
export interface RecordBase {
  readonly baseOffset: bigint;
  readonly baseTimestamp: bigint;
  /** The time of every record under LogAppendTime. */
  readonly logAppendTimeMs: bigint | undefined;
}

/** Decodes the (uncompressed) records `bytes[start, end)` of a batch (Kafka's DefaultRecord). */
export function readRecords(
  bytes: Uint8Array,
  start: number,
  end: number,
  count: number,
  base: RecordBase,
): Record[] {
  if (count < 0) throw new KafkaError('INVALID_RECORD', `record count ${count} is negative`);
  const cursor = new RecordCursor(bytes, start, end);
  const records: Record[] = [];
  for (let i = 0; i < count; i++) {
    const recordEnd = enterRecord(cursor, end);
    records.push(readRecord(cursor, base));
    leaveRecord(cursor, recordEnd, end);
  }
  if (cursor.position !== end) throw moreThanCounted();
  return records;
}

/** Reads a record's length, and keeps the cursor within the record until `leaveRecord`. */
export function enterRecord(cursor: RecordCursor, end: number): number {
  if (cursor.position >= end) throw fewerThanCounted();
  const length = cursor.readVarint();
  if (length <= 0 || length > end - cursor.position) {
    throw new KafkaError('INVALID_RECORD', `record length ${length} does not fit its batch`);
  }
  cursor.end = cursor.position + length;
  return cursor.end;
}

export function leaveRecord(cursor: RecordCursor, recordEnd: number, end: number): void {
  if (cursor.position !== recordEnd) {
    throw new KafkaError('INVALID_RECORD', 'a record is shorter than its length');
  }
  cursor.end = end;
}

function readRecord(cursor: RecordCursor, base: RecordBase): Record {
  cursor.skip(1);
  const timestampDelta = cursor.readVarlong();
  const offsetDelta = cursor.readVarint();
  return {
    offset: base.baseOffset + BigInt(offsetDelta),
    timestampMs: base.logAppendTimeMs ?? BigInt.asIntN(64, base.baseTimestamp + timestampDelta),
    key: cursor.readNullableBytes(),
    value: cursor.readNullableBytes(),
    headers: readHeaders(cursor),
  };
}

function readHeaders(cursor: RecordCursor): readonly RecordHeader[] {
  const count = readHeaderCount(cursor);
  if (count === 0) return NO_HEADERS;
  const headers: RecordHeader[] = [];
  for (let i = 0; i < count; i++) {
    const length = readHeaderKeyLength(cursor);
    const start = cursor.position;
    cursor.skip(length);
    const key = decodeUtf8(cursor.bytes, start, start + length);
    headers.push({ key, value: cursor.readNullableBytes() });
  }
  return headers;
}

/** Every header has at least two bytes, so that a lying count cannot make us loop long. */
export function readHeaderCount(cursor: RecordCursor): number {
  const count = cursor.readVarint();
  if (count < 0 || count > cursor.end - cursor.position) {
    throw new KafkaError('INVALID_RECORD', `header count ${count} does not fit its record`);
  }
  return count;
}

export function readHeaderKeyLength(cursor: RecordCursor): number {
  const length = cursor.readVarint();
  if (length < 0) throw new KafkaError('INVALID_RECORD', 'a header key is null');
  return length;
}

export function fewerThanCounted(): KafkaError {
  return new KafkaError('INVALID_RECORD', 'the batch holds fewer records than its count says');
}

export function moreThanCounted(): KafkaError {
  return new KafkaError('INVALID_RECORD', 'the batch holds more bytes than its records');
}
