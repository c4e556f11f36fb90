import { RECORD_BATCH_OVERHEAD, readBatchSize } from '../../domain/record/record-batch-header.ts';
import { type BatchPlace, DAMAGED, type SegmentExtent, soundBatchSize } from './batch-chain.ts';
import { relativeBaseOffset, relativeLastOffset } from './batch-header.ts';
import { readFully } from './batch-walk.ts';
import type { OffsetIndex } from './offset-index.ts';
import type { SegmentContext } from './segment-context.ts';

/** Index entries that are tried before the segment is taken as having none. */
const ENTRIES_TRIED = 1000;

/** A place where no sound batch is, and from which offset on something is missing for it. */
export interface Damage {
  readonly position: number;
  readonly from: number;
}

export type SearchResult =
  | { readonly sound: BatchPlace; readonly damage?: undefined }
  | { readonly sound?: undefined; readonly damage: Damage };

interface SoundBatch {
  readonly size: number;
  readonly base: number;
  readonly last: number;
}

/**
 * Finds a batch by reading every batch on the way whole, where headers or the index turned out to be wrong: whether it
 * is damaged itself, or only what leads to it. Slow, and rarely needed.
 */
export class DamageSearch {
  readonly #context: SegmentContext;
  readonly #extent: SegmentExtent;
  readonly #offsets: OffsetIndex;
  readonly #fd: number;

  constructor(context: SegmentContext, extent: SegmentExtent, offsets: OffsetIndex, fd: number) {
    this.#context = context;
    this.#extent = extent;
    this.#offsets = offsets;
    this.#fd = fd;
  }

  /** The first batch that ends at or after `relative`, or the segment's end. */
  async find(relative: number): Promise<SearchResult> {
    let { position, follows } = await this.#start(relative);
    let damage: Damage | undefined;
    while (position < this.#extent.sizeBytes) {
      const batch = await this.#batchAt({ position, follows });
      if (batch === undefined) {
        damage ??= { position, from: follows };
        const next = await this.#goOnAfter({ position, follows });
        if (next === undefined) return { damage };
        position = next;
        continue;
      }
      if (batch.last >= relative) {
        if (damage !== undefined && batch.base > relative) return { damage };
        return { sound: { position, follows: batch.base } };
      }
      damage = undefined;
      follows = batch.last + 1;
      position += batch.size;
    }
    return damage === undefined ? { sound: { position, follows } } : { damage };
  }

  /** The last index entry before that is right, or the segment's start. */
  async #start(relative: number): Promise<BatchPlace> {
    let entry = this.#offsets.entryOf(relative);
    for (let tried = 0; entry >= 0 && tried < ENTRIES_TRIED; tried++, entry--) {
      const batch = await this.#batchAtEntry(entry);
      if (batch === undefined) continue;
      return { position: this.#offsets.positionAt(entry), follows: batch.base };
    }
    return { position: 0, follows: 0 };
  }

  /** Where batches can be told again: after the damaged one by its length, or at an index entry. */
  async #goOnAfter({ position, follows }: BatchPlace): Promise<number | undefined> {
    const next = await this.#sizeAt(position);
    if (next !== undefined) {
      const after = position + next;
      const isEnd = after === this.#extent.sizeBytes;
      if (isEnd || (await this.#batchAt({ position: after, follows })) !== undefined) return after;
    }
    const { count } = this.#offsets;
    for (let entry = 0, tried = 0; entry < count && tried < ENTRIES_TRIED; entry++) {
      if (this.#offsets.positionAt(entry) <= position) continue;
      tried += 1;
      if ((await this.#batchAtEntry(entry)) !== undefined) return this.#offsets.positionAt(entry);
    }
    return undefined;
  }

  async #batchAtEntry(entry: number): Promise<SoundBatch | undefined> {
    const position = this.#offsets.positionAt(entry);
    const batch = await this.#batchAt({ position, follows: undefined });
    return batch?.last === this.#offsets.lastOffsetAt(entry) ? batch : undefined;
  }

  /** Where nothing is known of the batch before, none is assumed to be missing. */
  async #batchAt(place: {
    readonly position: number;
    readonly follows: number | undefined;
  }): Promise<SoundBatch | undefined> {
    const { position } = place;
    const { checksum, buffers } = this.#context;
    const { segment } = this.#extent;
    let length = RECORD_BATCH_OVERHEAD;
    for (;;) {
      const { bytes, view, count } = await this.#read(position, length);
      try {
        if (count < length) return undefined;
        const base = relativeBaseOffset(view, 0, segment.base);
        const follows = place.follows ?? base;
        const at = { position, follows };
        const size = soundBatchSize(this.#extent, at, bytes, view, 0, count, checksum);
        if (size === DAMAGED) return undefined;
        if (size <= count) return { size, base, last: relativeLastOffset(view, 0, segment.base) };
        length = size;
      } finally {
        buffers.give(bytes);
      }
    }
  }

  async #sizeAt(position: number): Promise<number | undefined> {
    const { bytes, view, count } = await this.#read(position, RECORD_BATCH_OVERHEAD);
    const size = count < RECORD_BATCH_OVERHEAD ? 0 : readBatchSize(view, 0);
    this.#context.buffers.give(bytes);
    const isWithin = position + size <= this.#extent.sizeBytes;
    return size >= RECORD_BATCH_OVERHEAD && isWithin ? size : undefined;
  }

  async #read(position: number, length: number) {
    const { files, buffers } = this.#context;
    const bytes = buffers.take(length);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return { bytes, view, count: await readFully(files, this.#fd, bytes, length, position) };
  }
}
