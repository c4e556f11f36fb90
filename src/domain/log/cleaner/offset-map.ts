import type { Offset } from '../../topic-partition.ts';
import { hashKey, type KeyHash } from './key-hash.ts';

/** 16 bytes of hash and 8 of offset, as in Kafka's SkimpyOffsetMap. */
const ENTRY_BYTES = 24;
const SMALLEST_SLOTS = 1024;
/** How full the table gets before it grows, as long as it may. */
const GROW_AT = 0.6;
const EMPTY = -1;

export interface OffsetMapOptions {
  readonly memoryBytes: number;
  /** The most of the slots that are used (Kafka's log.cleaner.io.buffer.load.factor). */
  readonly loadFactor: number;
  readonly seed: number;
}

/**
 * The last offset of each key of a part of a log (Kafka's SkimpyOffsetMap): hashes of the keys in a bounded table. It grows with
 * the number of keys up to the memory it may have.
 */
export class OffsetMap {
  readonly #o: OffsetMapOptions;
  readonly #slotsMax: number;
  #words: Int32Array;
  /** From the first offset that was put on, which a number holds exactly; EMPTY in a free slot. */
  #offsets: Float64Array;
  #slots: number;
  #size = 0;
  #base: Offset = 0n;
  /** The offset of the last batch that was taken in whole, and what of the log is known to have nothing behind it. */
  latestOffset: Offset = -1n;
  readonly #hash: KeyHash = { h1: 0, h2: 0, h3: 0, h4: 0 };

  constructor(options: OffsetMapOptions) {
    this.#o = options;
    this.#slotsMax = Math.max(2, Math.floor(options.memoryBytes / ENTRY_BYTES));
    this.#slots = Math.min(SMALLEST_SLOTS, this.#slotsMax);
    this.#words = new Int32Array(this.#slots * 4);
    this.#offsets = new Float64Array(this.#slots).fill(EMPTY);
  }

  get size(): number {
    return this.#size;
  }

  get isFull(): boolean {
    return this.#size >= Math.max(1, Math.floor(this.#slotsMax * this.#o.loadFactor));
  }

  /** Forgets everything; offsets from `base` on will be put. */
  clear(base: Offset): void {
    this.#slots = Math.min(SMALLEST_SLOTS, this.#slotsMax);
    this.#words = new Int32Array(this.#slots * 4);
    this.#offsets = new Float64Array(this.#slots).fill(EMPTY);
    this.#size = 0;
    this.#base = base;
    this.latestOffset = -1n;
  }

  /** The key is `bytes[start, start + length)`; a later offset takes the place of an earlier one. */
  put(bytes: Uint8Array, start: number, length: number, offset: Offset): void {
    hashKey(bytes, start, length, this.#o.seed, this.#hash);
    let slot = this.#slotOf(this.#hash);
    if (this.#offsets[slot] === EMPTY) {
      if (this.#slots < this.#slotsMax && this.#size >= this.#slots * GROW_AT) {
        this.#grow();
        slot = this.#slotOf(this.#hash);
      }
      this.#write(slot, this.#hash);
      this.#size += 1;
    }
    const relative = Number(offset - this.#base);
    if (relative > (this.#offsets[slot] as number)) this.#offsets[slot] = relative;
  }

  /** Whether the key has an offset above `offset`. */
  hasLater(bytes: Uint8Array, start: number, length: number, offset: Offset): boolean {
    hashKey(bytes, start, length, this.#o.seed, this.#hash);
    const found = this.#offsets[this.#slotOf(this.#hash)] as number;
    return found !== EMPTY && found > Number(offset - this.#base);
  }

  /** Where the hash is, or where it would be. */
  #slotOf({ h1, h2, h3, h4 }: KeyHash): number {
    const words = this.#words;
    const offsets = this.#offsets;
    for (let slot = (h1 >>> 0) % this.#slots; ; slot = slot + 1 === this.#slots ? 0 : slot + 1) {
      if (offsets[slot] === EMPTY) return slot;
      const at = slot * 4;
      const isSame = words[at] === h1 && words[at + 1] === h2;
      if (isSame && words[at + 2] === h3 && words[at + 3] === h4) return slot;
    }
  }

  #write(slot: number, { h1, h2, h3, h4 }: KeyHash): void {
    const at = slot * 4;
    this.#words[at] = h1;
    this.#words[at + 1] = h2;
    this.#words[at + 2] = h3;
    this.#words[at + 3] = h4;
  }

  #grow(): void {
    const words = this.#words;
    const offsets = this.#offsets;
    const hash: KeyHash = { h1: 0, h2: 0, h3: 0, h4: 0 };
    this.#slots = Math.min(this.#slots * 2, this.#slotsMax);
    this.#words = new Int32Array(this.#slots * 4);
    this.#offsets = new Float64Array(this.#slots).fill(EMPTY);
    for (let old = 0; old < offsets.length; old++) {
      const offset = offsets[old] as number;
      if (offset === EMPTY) continue;
      const at = old * 4;
      hash.h1 = words[at] as number;
      hash.h2 = words[at + 1] as number;
      hash.h3 = words[at + 2] as number;
      hash.h4 = words[at + 3] as number;
      const slot = this.#slotOf(hash);
      this.#write(slot, hash);
      this.#offsets[slot] = offset;
    }
  }
}
