import type { Offset } from '../../topic-partition.ts';
import { hashKey, type KeyHash } from './key-hash.ts';
import { OffsetTable } from './offset-table.ts';

/** 16 bytes of hash and 8 of offset, as in Kafka's SkimpyOffsetMap. */
const ENTRY_BYTES = 24;
/** A power of two. One table that grows takes as long as it is large: many small ones never take long. */
const TABLES = 256;
/** Below one is enough. */
const SLOTS_FOR_TABLES = TABLES * 256;

export interface OffsetMapOptions {
  readonly memoryBytes: number;
  /** The most of the slots that are used (Kafka's log.cleaner.io.buffer.load.factor). */
  readonly loadFactor: number;
  readonly seed: number;
}

/**
 * The last offset of each key of a part of a log (Kafka's SkimpyOffsetMap): hashes of the keys in bounded memory, which is taken as
 * the number of keys grows.
 */
export class OffsetMap {
  readonly #o: OffsetMapOptions;
  readonly #sizeMax: number;
  readonly #slotsOfTable: number;
  #tables: OffsetTable[] = [];
  #mask = 0;
  #size = 0;
  #isTableFull = false;
  #base: Offset = 0n;
  /** The offset of the last batch that was taken in whole, and what of the log is known to have nothing behind it. */
  latestOffset: Offset = -1n;
  readonly #hash: KeyHash = { h1: 0, h2: 0, h3: 0, h4: 0 };

  constructor(options: OffsetMapOptions) {
    this.#o = options;
    const slots = Math.max(4, Math.floor(options.memoryBytes / ENTRY_BYTES));
    const tables = slots < SLOTS_FOR_TABLES ? 1 : TABLES;
    this.#sizeMax = Math.max(1, Math.floor(slots * options.loadFactor));
    this.#slotsOfTable = Math.floor(slots / tables);
    this.#mask = tables - 1;
    this.clear(0n);
  }

  get size(): number {
    return this.#size;
  }

  get isFull(): boolean {
    return this.#size >= this.#sizeMax || this.#isTableFull;
  }

  /** Forgets everything; offsets from `base` on will be put. */
  clear(base: Offset): void {
    const slots = this.#slotsOfTable;
    this.#tables = Array.from({ length: this.#mask + 1 }, () => new OffsetTable(slots));
    this.#size = 0;
    this.#isTableFull = false;
    this.#base = base;
    this.latestOffset = -1n;
  }

  /** An offset as `put` and `hasLater` take it: numbers are faster, and hold it exactly. */
  relative(offset: Offset): number {
    return Number(offset - this.#base);
  }

  /** The key is `bytes[start, start + length)`; a later offset takes the place of an earlier one. */
  put(bytes: Uint8Array, start: number, length: number, relative: number): void {
    hashKey(bytes, start, length, this.#o.seed, this.#hash);
    const table = this.#table();
    const before = table.size;
    table.put(this.#hash, relative);
    this.#size += table.size - before;
    if (table.isFull) this.#isTableFull = true;
  }

  /** Whether the key has a later offset. */
  hasLater(bytes: Uint8Array, start: number, length: number, relative: number): boolean {
    hashKey(bytes, start, length, this.#o.seed, this.#hash);
    const found = this.#table().get(this.#hash);
    return found >= 0 && found > relative;
  }

  #table(): OffsetTable {
    return this.#tables[this.#hash.h2 & this.#mask] as OffsetTable;
  }
}
