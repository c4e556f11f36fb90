const MAX_BITS = 49;

/** Reads the variable-length numbers of database files; what does not end is cut off. */
export class Varints {
  readonly #bytes: Uint8Array;
  position = 0;

  constructor(bytes: Uint8Array, position = 0) {
    this.#bytes = bytes;
    this.position = position;
  }

  get atEnd(): boolean {
    return this.position >= this.#bytes.length;
  }

  skip(count: number): void {
    this.position += count;
  }

  /** Nothing in a file is beyond what a number can hold. */
  next(): number {
    let value = 0;
    for (let shift = 0; shift < MAX_BITS; shift += 7) {
      const byte = this.#bytes[this.position++] ?? 0;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    return value;
  }
}
