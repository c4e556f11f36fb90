import { RecordCursor } from './record-cursor.ts';
import { enterRecord } from './record-reader.ts';

/** A record as a cleaner sees it. Reused from one record to the next. */
export interface WalkedKey {
  offsetDelta: number;
  /** In the walked bytes; -1 without a key. */
  keyStart: number;
  keyLength: number;
  hasValue: boolean;
}

/** Goes over the records `bytes[start, end)` for their keys, without decoding anything; `visit` answers false to stop. */
export function walkKeys(
  bytes: Uint8Array,
  start: number,
  end: number,
  count: number,
  visit: (record: WalkedKey) => boolean,
): void {
  const cursor = new RecordCursor(bytes, start, end);
  const record: WalkedKey = { offsetDelta: 0, keyStart: -1, keyLength: 0, hasValue: false };
  for (let i = 0; i < count; i++) {
    const recordEnd = enterRecord(cursor, end);
    cursor.skip(1);
    cursor.readVarlongAsNumber();
    record.offsetDelta = cursor.readVarint();
    const keyLength = cursor.readVarint();
    record.keyStart = keyLength < 0 ? -1 : cursor.position;
    record.keyLength = Math.max(0, keyLength);
    if (keyLength > 0) cursor.skip(keyLength);
    record.hasValue = cursor.readVarint() >= 0;
    cursor.position = recordEnd;
    cursor.end = end;
    if (!visit(record)) return;
  }
}
