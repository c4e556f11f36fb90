import { duckdb, type Vector } from './bindings.ts';

/** A bit for each row, the lowest of a byte first; set where the row has a value. */
export type Validity = Uint8Array;

/** Undefined where every row has a value. */
export function validityOf(vector: Vector, rows: number): Validity | undefined {
  // Null, unlike what its type says, for a vector that never had one.
  const bytes = duckdb.vector_get_validity(vector, Math.ceil(rows / 64) * 8) as Uint8Array | null;
  if (bytes === null || bytes === undefined) return undefined;
  for (let row = 0; row < rows; row++) if (!isValid(bytes, row)) return bytes;
  return undefined;
}

export function isValid(validity: Validity, row: number): boolean {
  return ((validity[row >> 3] as number) & (1 << (row & 7))) !== 0;
}

/** The validity of rows of many vectors one after the other. */
export class GatheredValidity {
  #bits: Uint8Array<ArrayBuffer> | undefined;
  #rows = 0;

  /** Undefined while every row has a value. */
  get bits(): Uint8Array<ArrayBuffer> | undefined {
    return this.#bits?.subarray(0, Math.ceil(this.#rows / 8));
  }

  append(validity: Validity | undefined, rows: number): void {
    if (validity !== undefined || this.#bits !== undefined) {
      const bits = this.#roomFor(this.#rows + rows);
      for (let row = 0; row < rows; row++) {
        if (validity !== undefined && !isValid(validity, row)) {
          const at = this.#rows + row;
          bits[at >> 3]! &= ~(1 << (at & 7));
        }
      }
    }
    this.#rows += rows;
  }

  clear(): void {
    this.#bits = undefined;
    this.#rows = 0;
  }

  /** All are valid until they are told not to be. */
  #roomFor(rows: number): Uint8Array<ArrayBuffer> {
    const needed = Math.ceil(rows / 8);
    const known = this.#bits;
    if (known !== undefined && known.length >= needed) return known;
    const grown = new Uint8Array(Math.max(needed, (known?.length ?? 0) * 2)).fill(0xff);
    if (known !== undefined) grown.set(known);
    this.#bits = grown;
    return grown;
  }
}
