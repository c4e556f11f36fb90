import { isUtf8 } from 'node:buffer';
import { DuckDBDataChunk, VARCHAR } from '@duckdb/node-api';
import { duckdb, type Vector } from './bindings.ts';

/** What a strict column says of bytes that are no text. */
export const NOT_TEXT = 'a value is not UTF-8';
const STRING_BYTES = 16;
const STRING_WORDS = 4;
const INLINE_BYTES_MAX = 12;
const SEPARATOR = 10;
const SHORT = 24;

/**
 * Gathers the texts or bytes of one column for a chunk and hands them to the engine in two copies: one of all the bytes,
 * one of the entries that point into it. That is nearly three times as fast as an engine call for each value, and relies on
 * the engine's layout of strings: `heapLayoutHolds` proves it at the start, and else each value is handed over alone.
 */
export class TextColumn {
  readonly #binary: boolean;
  readonly #strict: boolean;
  readonly #entryBytes: Uint8Array<ArrayBuffer>;
  /** The same by words. On a machine that has them the other way round `heapLayoutHolds` says so. */
  readonly #words: Uint32Array;
  readonly #starts: Int32Array;
  readonly #lengths: Int32Array;
  #heap: Uint8Array<ArrayBuffer> = new Uint8Array(64 * 1024);
  #used = 0;
  #nulls = false;

  /** Text that is no UTF-8 is repaired, or fails the flush where it is to be strict. */
  constructor(capacity: number, binary: boolean, strict = false) {
    this.#binary = binary;
    this.#strict = strict;
    this.#entryBytes = new Uint8Array(capacity * STRING_BYTES);
    this.#words = new Uint32Array(this.#entryBytes.buffer);
    this.#starts = new Int32Array(capacity);
    this.#lengths = new Int32Array(capacity);
  }

  /** A negative length means null. */
  set(row: number, bytes: Uint8Array, start: number, length: number): void {
    this.#lengths[row] = length;
    if (length < 0) {
      this.#nulls = true;
      return;
    }
    if (this.#used + length + 1 > this.#heap.length) this.#grow(length);
    const heap = this.#heap;
    const at = this.#used;
    this.#starts[row] = at;
    if (length <= SHORT) for (let i = 0; i < length; i++) heap[at + i] = bytes[start + i] as number;
    else heap.set(bytes.subarray(start, start + length), at);
    // Between two values, so that the whole is UTF-8 exactly when each of them is.
    heap[at + length] = SEPARATOR;
    this.#used = at + length + 1;
  }

  flush(vector: Vector, rows: number, heapLayout: boolean): void {
    if (rows > 0) {
      if (!this.#binary && !isUtf8(this.#heap.subarray(0, this.#used))) this.#repair(rows);
      if (heapLayout) this.#copy(vector, rows);
      else this.#assignEach(vector, rows);
      if (this.#nulls) this.#setNulls(vector, rows);
    }
    this.#used = 0;
    this.#nulls = false;
  }

  #grow(length: number): void {
    const grown = new Uint8Array(Math.max(this.#heap.length * 2, this.#used + length + 1));
    grown.set(this.#heap.subarray(0, this.#used));
    this.#heap = grown;
  }

  /** The engine takes UTF-8 only: what is not becomes the replacement character, value by value. */
  #repair(rows: number): void {
    if (this.#strict) throw new Error(NOT_TEXT);
    const [decoder, encoder] = [new TextDecoder(), new TextEncoder()];
    const values: (Uint8Array | undefined)[] = [];
    for (let row = 0; row < rows; row++) {
      const length = this.#lengths[row] as number;
      const start = this.#starts[row] as number;
      const value = length < 0 ? undefined : this.#heap.slice(start, start + length);
      values.push(
        value === undefined || isUtf8(value) ? value : encoder.encode(decoder.decode(value)),
      );
    }
    this.#used = 0;
    for (const [row, value] of values.entries()) {
      if (value !== undefined) this.set(row, value, 0, value.length);
    }
  }

  #copy(vector: Vector, rows: number): void {
    const heap = this.#heap;
    const words = this.#words;
    let base = 0n;
    if (this.#used > INLINE_BYTES_MAX) {
      duckdb.vector_assign_string_element_len(vector, 0, heap.subarray(0, this.#used));
      const entry = duckdb.vector_get_data(vector, STRING_BYTES);
      base = new DataView(entry.buffer, entry.byteOffset).getBigUint64(8, true);
    }
    // Sums of the low half with a carry: a bigint for each row costs more than all the rest.
    const baseLow = Number(base & 0xffff_ffffn);
    const baseHigh = Number(base >> 32n);
    const entryBytes = this.#entryBytes;
    for (let row = 0; row < rows; row++) {
      const length = this.#lengths[row] as number;
      const start = this.#starts[row] as number;
      const word = row * STRING_WORDS;
      const at = row * STRING_BYTES + 4;
      words[word] = Math.max(length, 0);
      if (length <= INLINE_BYTES_MAX) {
        words[word + 1] = 0;
        words[word + 2] = 0;
        words[word + 3] = 0;
        for (let i = 0; i < length; i++) entryBytes[at + i] = heap[start + i] as number;
        continue;
      }
      for (let i = 0; i < 4; i++) entryBytes[at + i] = heap[start + i] as number;
      const low = baseLow + start;
      words[word + 2] = low;
      words[word + 3] = baseHigh + (low > 0xffff_ffff ? 1 : 0);
    }
    const bytes = rows * STRING_BYTES;
    duckdb.copy_data_to_vector(vector, 0, this.#entryBytes.buffer, 0, bytes);
  }

  #assignEach(vector: Vector, rows: number): void {
    for (let row = 0; row < rows; row++) {
      const length = this.#lengths[row] as number;
      if (length < 0) continue;
      const start = this.#starts[row] as number;
      const value = this.#heap.subarray(start, start + length);
      duckdb.vector_assign_string_element_len(vector, row, value);
    }
  }

  #setNulls(vector: Vector, rows: number): void {
    const words = new Uint8Array(Math.ceil(rows / 64) * 8).fill(0xff);
    for (let row = 0; row < rows; row++) {
      if ((this.#lengths[row] as number) < 0) words[row >> 3]! &= ~(1 << (row & 7));
    }
    duckdb.vector_ensure_validity_writable(vector);
    duckdb.copy_data_to_vector_validity(vector, 0, words.buffer, 0, words.length);
  }
}

const PROBES = [
  'short',
  'a text that is longer than twelve bytes',
  '',
  'twelve bytes',
  'thirteen byte',
];

/** Whether the engine reads strings that `TextColumn` laid out. */
export function heapLayoutHolds(): boolean {
  const chunk = DuckDBDataChunk.create([VARCHAR], PROBES.length);
  const column = new TextColumn(PROBES.length, false);
  const encoder = new TextEncoder();
  for (const [row, text] of PROBES.entries()) {
    const bytes = encoder.encode(text);
    column.set(row, bytes, 0, bytes.length);
  }
  column.flush(duckdb.data_chunk_get_vector(chunk.chunk, 0), PROBES.length, true);
  const values = chunk.getColumnValues(0);
  return PROBES.every((text, row) => values[row] === text);
}
