import type { Offset } from '../topic-partition.ts';
import type { InFlightBatch } from './in-flight-batch.ts';

/** Batches by their first offset; they do not overlap. */
export class InFlightBatches {
  private readonly sorted: InFlightBatch[] = [];

  get isEmpty(): boolean {
    return this.sorted.length === 0;
  }

  get first(): InFlightBatch | undefined {
    return this.sorted[0];
  }

  get last(): InFlightBatch | undefined {
    return this.sorted[this.sorted.length - 1];
  }

  [Symbol.iterator](): Iterator<InFlightBatch> {
    return this.sorted[Symbol.iterator]();
  }

  /** The last batch that begins at `offset` or before. */
  floor(offset: Offset): InFlightBatch | undefined {
    return this.sorted[this.indexAfter(offset) - 1];
  }

  /** The first batch that begins behind `offset`. */
  higher(offset: Offset): InFlightBatch | undefined {
    return this.sorted[this.indexAfter(offset)];
  }

  /** The batches that begin between `first` and `last`, both included. */
  between(first: Offset, last: Offset): InFlightBatch[] {
    return this.sorted.slice(this.indexAfter(first - 1n), this.indexAfter(last));
  }

  put(batch: InFlightBatch): void {
    this.sorted.splice(this.indexAfter(batch.firstOffset), 0, batch);
  }

  /** Drops the batches that end before `offset`. */
  dropBefore(offset: Offset): void {
    let count = 0;
    while (count < this.sorted.length && this.sorted[count]!.lastOffset < offset) count += 1;
    this.sorted.splice(0, count);
  }

  clear(): void {
    this.sorted.length = 0;
  }

  private indexAfter(offset: Offset): number {
    let low = 0;
    let high = this.sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.sorted[middle]!.firstOffset <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
