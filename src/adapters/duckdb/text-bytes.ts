import { duckdb, type Vector } from './bindings.ts';
import { isValid, type Validity } from './validity.ts';

const STRING_BYTES = 16;
const INLINE_BYTES_MAX = 12;
const TWO_TO_32 = 2 ** 32;
const ROOM_BYTES = 64 * 1024;

/**
 * Gathers the texts or bytes of vectors one after the other. Short ones lie in the vector's entries themselves, and what the
 * engine computed for a chunk mostly lies side by side, so that a few reads fetch what would else be one for each value.
 */
export class TextBytes {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(ROOM_BYTES);
  #used = 0;
  #ends: Int32Array<ArrayBuffer> = new Int32Array(1);
  #rows = 0;

  get rows(): number {
    return this.#rows;
  }

  get sizeBytes(): number {
    return this.#used;
  }

  /** Valid until more is appended. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#used);
  }

  /** Where each begins, and at last where the last one ends. */
  get offsets(): Int32Array<ArrayBuffer> {
    return this.#ends.subarray(0, this.#rows + 1);
  }

  appendVector(vector: Vector, rows: number, validity: Validity | undefined): void {
    const entries = duckdb.vector_get_data(vector, rows * STRING_BYTES);
    const view = new DataView(entries.buffer, entries.byteOffset, entries.byteLength);
    this.#roomForRows(rows);
    // Of the values that lie side by side and are not copied yet: where the first one's pointer is, and where they are.
    let pointerAt = 0;
    let pending = 0;
    let pendingEnd = -1;
    for (let row = 0; row < rows; row++) {
      if (validity === undefined || isValid(validity, row)) {
        const at = row * STRING_BYTES;
        const length = view.getUint32(at, true);
        if (length > INLINE_BYTES_MAX) {
          const address = view.getUint32(at + 8, true) + view.getUint32(at + 12, true) * TWO_TO_32;
          if (address !== pendingEnd) {
            this.#copyFrom(entries, pointerAt, pending);
            [pointerAt, pending] = [at + 8, 0];
          }
          pending += length;
          pendingEnd = address + length;
        } else if (length > 0) {
          if (pending > 0) this.#copyFrom(entries, pointerAt, pending);
          [pending, pendingEnd] = [0, -1];
          this.#roomForBytes(length);
          const bytes = this.#bytes;
          let to = this.#used;
          for (let from = at + 4; from < at + 4 + length; from++) {
            bytes[to++] = entries[from] as number;
          }
          this.#used = to;
        }
      }
      this.#rows += 1;
      this.#ends[this.#rows] = this.#used + pending;
    }
    this.#copyFrom(entries, pointerAt, pending);
  }

  append(value: Uint8Array | undefined): void {
    this.#roomForRows(1);
    if (value !== undefined) {
      this.#roomForBytes(value.length);
      this.#bytes.set(value, this.#used);
      this.#used += value.length;
    }
    this.#rows += 1;
    this.#ends[this.#rows] = this.#used;
  }

  clear(): void {
    this.#rows = 0;
    this.#used = 0;
  }

  #copyFrom(entries: Uint8Array, pointerAt: number, length: number): void {
    if (length === 0) return;
    this.#roomForBytes(length);
    const at = entries.byteOffset + pointerAt;
    const found = duckdb.get_data_from_pointer(entries.buffer as ArrayBuffer, at, length);
    this.#bytes.set(found, this.#used);
    this.#used += length;
  }

  #roomForBytes(more: number): void {
    if (this.#used + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#used + more));
    grown.set(this.#bytes.subarray(0, this.#used));
    this.#bytes = grown;
  }

  #roomForRows(more: number): void {
    if (this.#rows + more < this.#ends.length) return;
    const grown = new Int32Array(Math.max(this.#ends.length * 2, this.#rows + more + 1));
    grown.set(this.#ends.subarray(0, this.#rows + 1));
    this.#ends = grown;
  }
}
