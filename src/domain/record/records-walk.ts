import { KafkaError } from '../kafka-error.ts';
import { type PlainRecord, plainRecordEnd } from './plain-record.ts';
import { RecordCursor } from './record-cursor.ts';
import {
  enterRecord,
  leaveRecord,
  moreThanCounted,
  readHeaderCount,
  readHeaderKeyLength,
} from './record-reader.ts';

/** The range of a batch's timestamp deltas. Both are NaN when one is too large to be exact. */
export interface TimestampDeltas {
  readonly min: number;
  readonly max: number;
}

export interface WalkedRecords extends TimestampDeltas {
  /** Records without a key. */
  readonly keylessCount: number;
}

/**
 * Walks over the records `bytes[start, end)` to check that every length is true and that offset
 * deltas count up from 0, without decoding keys, values or headers. Kafka does not check the
 * deltas of an uncompressed batch, and so can store one whose records nobody can find again.
 */
export function walkRecords(
  bytes: Uint8Array,
  start: number,
  end: number,
  count: number,
): WalkedRecords {
  const cursor = new RecordCursor(bytes, start, end);
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let keylessCount = 0;
  const plain: PlainRecord = { timestampDelta: 0, hasKey: false };
  for (let i = 0; i < count; i++) {
    const plainEnd = plainRecordEnd(bytes, cursor.position, end, i, plain);
    if (plainEnd >= 0) {
      cursor.position = plainEnd;
      if (plain.timestampDelta < min) min = plain.timestampDelta;
      if (plain.timestampDelta > max) max = plain.timestampDelta;
      if (!plain.hasKey) keylessCount += 1;
      continue;
    }
    walkRecord(cursor, end, i, i, i, plain);
    // Math.min and Math.max keep a NaN once they have met it.
    min = Math.min(min, plain.timestampDelta);
    max = Math.max(max, plain.timestampDelta);
    if (!plain.hasKey) keylessCount += 1;
  }
  if (cursor.position !== end) throw moreThanCounted();
  return { min, max, keylessCount };
}

/** The same for a batch that a cleaner took records from: offset deltas rise up to `lastDelta`. */
export function walkCleanedRecords(
  bytes: Uint8Array,
  start: number,
  end: number,
  count: number,
  lastDelta: number,
): WalkedRecords {
  const cursor = new RecordCursor(bytes, start, end);
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let keylessCount = 0;
  let before = -1;
  const record: PlainRecord = { timestampDelta: 0, hasKey: false };
  for (let i = 0; i < count; i++) {
    before = walkRecord(cursor, end, i, before + 1, lastDelta, record);
    min = Math.min(min, record.timestampDelta);
    max = Math.max(max, record.timestampDelta);
    if (!record.hasKey) keylessCount += 1;
  }
  if (cursor.position !== end) throw moreThanCounted();
  return { min, max, keylessCount };
}

/** Walks over one record, whose offset delta has to be `first` to `last`, and gives that delta. */
function walkRecord(
  cursor: RecordCursor,
  end: number,
  index: number,
  first: number,
  last: number,
  into: PlainRecord,
): number {
  const recordEnd = enterRecord(cursor, end);
  cursor.skip(1);
  into.timestampDelta = cursor.readVarlongAsNumber();
  const offsetDelta = cursor.readVarint();
  if (offsetDelta < first || offsetDelta > last) {
    throw new KafkaError('INVALID_RECORD', `record ${index} has offset delta ${offsetDelta}`);
  }
  into.hasKey = cursor.skipNullableBytes();
  cursor.skipNullableBytes();
  skipHeaders(cursor);
  leaveRecord(cursor, recordEnd, end);
  return offsetDelta;
}

/** Every timestamp delta exactly, of records that were walked over before. */
export function eachTimestampDelta(
  bytes: Uint8Array,
  start: number,
  end: number,
  count: number,
  visit: (delta: bigint) => void,
): void {
  const cursor = new RecordCursor(bytes, start, end);
  for (let i = 0; i < count; i++) {
    const recordEnd = enterRecord(cursor, end);
    cursor.skip(1);
    visit(cursor.readVarlong());
    cursor.position = recordEnd;
    cursor.end = end;
  }
}

function skipHeaders(cursor: RecordCursor): void {
  const count = readHeaderCount(cursor);
  for (let i = 0; i < count; i++) {
    cursor.skip(readHeaderKeyLength(cursor));
    cursor.skipNullableBytes();
  }
}
