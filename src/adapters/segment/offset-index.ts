const ENTRY_BYTES = 8;

/** Kafka's OffsetIndex: int32 relative last offset and int32 position of every batch that is indexed. */
export class OffsetIndex {
  #entries = new Int32Array(0);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  append(relativeOffset: number, position: number): void {
    if (this.#count * 2 === this.#entries.length) {
      const grown = new Int32Array(Math.max(32, this.#entries.length * 2));
      grown.set(this.#entries);
      this.#entries = grown;
    }
    this.#entries[this.#count * 2] = relativeOffset;
    this.#entries[this.#count * 2 + 1] = position;
    this.#count += 1;
  }

  /** A position at or before the batch that contains the offset. */
  positionOf(relativeOffset: number): number {
    return this.positionAt(this.entryOf(relativeOffset));
  }

  /** The last entry of a batch that ends at or before the offset; -1 without one. */
  entryOf(relativeOffset: number): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#entries[middle * 2]! <= relativeOffset) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  positionAt(entry: number): number {
    return entry < 0 ? 0 : this.#entries[entry * 2 + 1]!;
  }

  /** The relative last offset of the batch at the entry's position. */
  lastOffsetAt(entry: number): number {
    return entry < 0 ? -1 : this.#entries[entry * 2]!;
  }

  get lastPosition(): number {
    return this.#count === 0 ? 0 : this.#entries[this.#count * 2 - 1]!;
  }

  /** Keeps the entries of batches that end before the relative offset. */
  truncate(relativeOffset: number): void {
    while (this.#count > 0 && this.#entries[this.#count * 2 - 2]! >= relativeOffset) {
      this.#count -= 1;
    }
  }

  /** Keeps the first `count` entries. */
  rewind(count: number): void {
    this.#count = Math.min(count, this.#count);
  }

  /** The first `count` entries. */
  toBytes(count = this.#count): Uint8Array {
    const bytes = new Uint8Array(count * ENTRY_BYTES);
    const view = new DataView(bytes.buffer);
    for (let at = 0; at < count * 2; at++) view.setInt32(at * 4, this.#entries[at]!);
    return bytes;
  }

  /** Undefined when the bytes cannot be the index of a segment of `sizeBytes`. */
  static fromBytes(bytes: Uint8Array, sizeBytes: number): OffsetIndex | undefined {
    if (bytes.length % ENTRY_BYTES !== 0) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const index = new OffsetIndex();
    let lastOffset = -1;
    let lastPosition = -1;
    for (let at = 0; at < bytes.length; at += ENTRY_BYTES) {
      const offset = view.getInt32(at);
      const position = view.getInt32(at + 4);
      if (offset <= lastOffset || position <= lastPosition || position >= sizeBytes) {
        return undefined;
      }
      index.append(offset, position);
      lastOffset = offset;
      lastPosition = position;
    }
    return index;
  }
}
