import type { KeyHash } from './key-hash.ts';

const SMALLEST_SLOTS = 64;
/** How full the table gets before it grows, as long as it may. */
const GROW_AT = 0.6;
const EMPTY = -1;

/** Hashes of keys with an offset each, in slots of open addressing. It grows up to a number of slots. */
export class OffsetTable {
  readonly #slotsMax: number;
  #slots: number;
  #words: Int32Array;
  #offsets: Float64Array;
  size = 0;

  constructor(slotsMax: number) {
    this.#slotsMax = slotsMax;
    this.#slots = Math.min(SMALLEST_SLOTS, slotsMax);
    this.#words = new Int32Array(this.#slots * 4);
    this.#offsets = new Float64Array(this.#slots).fill(EMPTY);
  }

  /** Whether one more would leave no slot free, by which a search ends. */
  get isFull(): boolean {
    return this.size >= this.#slotsMax - 1;
  }

  /** The largest offset that was put for a key; -1 without one. */
  get(hash: KeyHash): number {
    return this.#offsets[this.#slotOf(hash)] as number;
  }

  put(hash: KeyHash, offset: number): void {
    let slot = this.#slotOf(hash);
    if (this.#offsets[slot] === EMPTY) {
      if (this.#slots < this.#slotsMax && this.size >= this.#slots * GROW_AT) {
        this.#grow();
        slot = this.#slotOf(hash);
      }
      this.#write(slot, hash);
      this.size += 1;
    }
    if (offset > (this.#offsets[slot] as number)) this.#offsets[slot] = offset;
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
