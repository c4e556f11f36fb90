import { RecordCursor } from './record-cursor.ts';
import { enterRecord } from './record-reader.ts';

/** Where a record is, and what a cleaner has to know of it. Reused from one record to the next. */
export interface ScannedRecord {
  /** NaN where it is too large to be exact. */
  timestampDelta: number;
  offsetDelta: number;
  /** Without a key -1. */
  keyStart: number;
  keyLength: number;
  /** Without a value -1. */
  valueStart: number;
  valueLength: number;
  /** Where its timestamp delta is. */
  timestampAt: number;
  /** From the length of its key on. */
  tailStart: number;
  end: number;
}

/** Goes over the records `bytes[start, end)` without decoding anything; `visit` answers false to stop. */
export function scanRecords(
  bytes: Uint8Array,
  start: number,
  end: number,
  count: number,
  visit: (record: ScannedRecord) => boolean,
): void {
  const cursor = new RecordCursor(bytes, start, end);
  const record: ScannedRecord = {
    ...{ timestampDelta: 0, offsetDelta: 0, keyStart: -1, keyLength: 0 },
    ...{ valueStart: -1, valueLength: 0 },
    ...{ timestampAt: 0, tailStart: 0, end: 0 },
  };
  for (let i = 0; i < count; i++) {
    const recordEnd = enterRecord(cursor, end);
    cursor.skip(1);
    record.timestampAt = cursor.position;
    record.timestampDelta = cursor.readVarlongAsNumber();
    record.offsetDelta = cursor.readVarint();
    record.tailStart = cursor.position;
    const keyLength = cursor.readVarint();
    record.keyStart = keyLength < 0 ? -1 : cursor.position;
    record.keyLength = Math.max(0, keyLength);
    if (keyLength > 0) cursor.skip(keyLength);
    const valueLength = cursor.readVarint();
    record.valueStart = valueLength < 0 ? -1 : cursor.position;
    record.valueLength = Math.max(0, valueLength);
    if (valueLength > 0) cursor.skip(valueLength);
    record.end = recordEnd;
    cursor.position = recordEnd;
    cursor.end = end;
    if (!visit(record)) return;
  }
}
