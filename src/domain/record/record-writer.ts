import { encodeUtf8Into, utf8Length } from '../wire/utf8.ts';
import { varintSize, varlongSize, zigZag, zigZagLong } from '../wire/varint.ts';
import type { RecordHeader, RecordInput } from './record.ts';

const NO_HEADERS: readonly RecordHeader[] = Object.freeze([]);

/** A record with its deltas and its size, so that a batch can be allocated once. */
export interface SizedRecord {
  readonly record: RecordInput;
  readonly timestampDelta: bigint;
  readonly offsetDelta: number;
  /** Without the length in front. */
  readonly bodySize: number;
}

export function sizeRecord(
  record: RecordInput,
  timestampDelta: bigint,
  offsetDelta: number,
): SizedRecord {
  const headers = record.headers ?? NO_HEADERS;
  let bodySize =
    1 +
    varlongSize(timestampDelta) +
    varintSize(offsetDelta) +
    nullableSize(record.key) +
    nullableSize(record.value) +
    varintSize(headers.length);
  for (const header of headers) {
    const length = utf8Length(header.key);
    bodySize += varintSize(length) + length + nullableSize(header.value);
  }
  return { record, timestampDelta, offsetDelta, bodySize };
}

export function recordSize(sized: SizedRecord): number {
  return varintSize(sized.bodySize) + sized.bodySize;
}

/** Writes a record (Kafka's DefaultRecord) at `at` and returns the end. */
export function writeRecord(sized: SizedRecord, bytes: Uint8Array, at: number): number {
  const { record } = sized;
  let to = writeVarint(sized.bodySize, bytes, at);
  bytes[to++] = 0;
  to = writeVarlong(sized.timestampDelta, bytes, to);
  to = writeVarint(sized.offsetDelta, bytes, to);
  to = writeNullable(record.key, bytes, to);
  to = writeNullable(record.value, bytes, to);
  const headers = record.headers ?? NO_HEADERS;
  to = writeVarint(headers.length, bytes, to);
  for (const header of headers) {
    to = writeVarint(utf8Length(header.key), bytes, to);
    to = encodeUtf8Into(header.key, bytes, to);
    to = writeNullable(header.value, bytes, to);
  }
  return to;
}

function nullableSize(value: Uint8Array | null | undefined): number {
  return value == null ? 1 : varintSize(value.length) + value.length;
}

function writeNullable(value: Uint8Array | null | undefined, bytes: Uint8Array, at: number) {
  if (value == null) return writeVarint(-1, bytes, at);
  const to = writeVarint(value.length, bytes, at);
  bytes.set(value, to);
  return to + value.length;
}

export function writeVarint(value: number, bytes: Uint8Array, at: number): number {
  let rest = zigZag(value);
  let to = at;
  for (; rest > 0x7f; rest >>>= 7) bytes[to++] = (rest & 0x7f) | 0x80;
  bytes[to++] = rest;
  return to;
}

export function writeVarlong(value: bigint, bytes: Uint8Array, at: number): number {
  if (value >= -0x40000000n && value < 0x40000000n) return writeVarint(Number(value), bytes, at);
  let rest = zigZagLong(value);
  let to = at;
  for (; rest > 0x7fn; rest >>= 7n) bytes[to++] = Number(rest & 0x7fn) | 0x80;
  bytes[to++] = Number(rest);
  return to;
}
