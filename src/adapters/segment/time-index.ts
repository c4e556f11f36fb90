const ENTRY_BYTES = 12;

/** Kafka's TimeIndex: the largest timestamp so far and the relative last offset of the batch that has it. */
export class TimeIndex {
  readonly #timestamps: bigint[] = [];
  readonly #offsets: number[] = [];

  get count(): number {
    return this.#offsets.length;
  }

  get maxTimestampMs(): bigint {
    return this.#timestamps.at(-1) ?? -1n;
  }

  get offsetOfMax(): number {
    return this.#offsets.at(-1) ?? 0;
  }

  /** Entries rise in both columns; one that does not is not needed. */
  append(timestampMs: bigint, relativeOffset: number): void {
    if (timestampMs <= this.maxTimestampMs) return;
    this.#timestamps.push(timestampMs);
    this.#offsets.push(relativeOffset);
  }

  /** A relative offset up to which every batch is older than `timestampMs`. */
  offsetBefore(timestampMs: bigint): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#timestamps[middle]! < timestampMs) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? -1 : this.#offsets[low - 1]!;
  }

  rewind(count: number): void {
    this.#timestamps.length = Math.min(count, this.count);
    this.#offsets.length = this.#timestamps.length;
  }

  toBytes(): Uint8Array {
    const bytes = new Uint8Array(this.count * ENTRY_BYTES);
    const view = new DataView(bytes.buffer);
    for (let at = 0; at < this.count; at++) {
      view.setBigInt64(at * ENTRY_BYTES, this.#timestamps[at]!);
      view.setInt32(at * ENTRY_BYTES + 8, this.#offsets[at]!);
    }
    return bytes;
  }

  static fromBytes(bytes: Uint8Array): TimeIndex | undefined {
    if (bytes.length % ENTRY_BYTES !== 0) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const index = new TimeIndex();
    for (let at = 0; at < bytes.length; at += ENTRY_BYTES) {
      const before = index.count;
      const offset = view.getInt32(at + 8);
      if (before > 0 && offset <= index.offsetOfMax) return undefined;
      index.append(view.getBigInt64(at), offset);
      if (index.count === before) return undefined;
    }
    return index;
  }
}
