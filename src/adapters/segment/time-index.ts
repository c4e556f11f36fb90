const ENTRY_BYTES = 12;

/** Kafka's TimeIndex: the largest timestamp so far and the relative last offset of the batch that has it. */
export class TimeIndex {
  #timestamps = new BigInt64Array(0);
  #offsets = new Int32Array(0);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get maxTimestampMs(): bigint {
    return this.#count === 0 ? -1n : this.#timestamps[this.#count - 1]!;
  }

  get offsetOfMax(): number {
    return this.#count === 0 ? -1 : this.#offsets[this.#count - 1]!;
  }

  /** Entries rise in both columns; one that does not is not needed. */
  append(timestampMs: bigint, relativeOffset: number): void {
    if (timestampMs <= this.maxTimestampMs) return;
    if (this.#count === this.#offsets.length) this.#grow();
    this.#timestamps[this.#count] = timestampMs;
    this.#offsets[this.#count] = relativeOffset;
    this.#count += 1;
  }

  /** A relative offset up to which every batch is older than `timestampMs`. */
  offsetBefore(timestampMs: bigint): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#timestamps[middle]! < timestampMs) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? -1 : this.#offsets[low - 1]!;
  }

  /** Keeps the first `count` entries. */
  rewind(count: number): void {
    this.#count = Math.min(count, this.#count);
  }

  /** Keeps the entries of batches that end before the relative offset. */
  truncate(relativeOffset: number): void {
    while (this.#count > 0 && this.offsetOfMax >= relativeOffset) this.#count -= 1;
  }

  /** The first `count` entries. */
  toBytes(count = this.#count): Uint8Array {
    const bytes = new Uint8Array(count * ENTRY_BYTES);
    const view = new DataView(bytes.buffer);
    for (let at = 0; at < count; at++) {
      view.setBigInt64(at * ENTRY_BYTES, this.#timestamps[at]!);
      view.setInt32(at * ENTRY_BYTES + 8, this.#offsets[at]!);
    }
    return bytes;
  }

  /** Undefined when the bytes cannot be a time index. */
  static fromBytes(bytes: Uint8Array): TimeIndex | undefined {
    if (bytes.length % ENTRY_BYTES !== 0) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const index = new TimeIndex();
    for (let at = 0; at < bytes.length; at += ENTRY_BYTES) {
      const before = index.count;
      const offset = view.getInt32(at + 8);
      if (offset <= index.offsetOfMax) return undefined;
      index.append(view.getBigInt64(at), offset);
      if (index.count === before) return undefined;
    }
    return index;
  }

  #grow(): void {
    const capacity = Math.max(32, this.#count * 2);
    const timestamps = new BigInt64Array(capacity);
    const offsets = new Int32Array(capacity);
    timestamps.set(this.#timestamps);
    offsets.set(this.#offsets);
    this.#timestamps = timestamps;
    this.#offsets = offsets;
  }
}
