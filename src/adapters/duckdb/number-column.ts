import { duckdb, type Vector } from './bindings.ts';

const TWO_TO_32 = 2 ** 32;

/** Gathers 64-bit numbers of a chunk as two halves each: a bigint for every record would cost more than reading it. */
export class LongColumn {
  readonly #halves: Int32Array<ArrayBuffer>;

  constructor(capacity: number) {
    this.#halves = new Int32Array(capacity * 2);
  }

  /** Exact for safe integers. */
  set(row: number, value: number): void {
    this.#halves[row * 2] = value;
    this.#halves[row * 2 + 1] = Math.floor(value / TWO_TO_32);
  }

  flush(vector: Vector, rows: number): void {
    duckdb.copy_data_to_vector(vector, 0, this.#halves.buffer, 0, rows * 8);
  }
}

export class IntegerColumn {
  readonly #values: Int32Array<ArrayBuffer>;

  constructor(capacity: number) {
    this.#values = new Int32Array(capacity);
  }

  set(row: number, value: number): void {
    this.#values[row] = value;
  }

  flush(vector: Vector, rows: number): void {
    duckdb.copy_data_to_vector(vector, 0, this.#values.buffer, 0, rows * 4);
  }
}
