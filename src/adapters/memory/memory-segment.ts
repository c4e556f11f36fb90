import type { Offset } from '../../domain/topic-partition.ts';
import type { AppendEntry } from '../../ports/log-store.ts';

export interface MemoryBatch {
  readonly baseOffset: Offset;
  readonly lastOffset: Offset;
  readonly maxTimestampMs: bigint;
  readonly bytes: Uint8Array;
}

/** A run of batches that is rolled and dropped as one, as a segment file would be. */
export class MemorySegment {
  readonly batches: MemoryBatch[] = [];
  sizeBytes = 0;
  maxTimestampMs = -1n;

  /** Keeps a copy: the caller gets its bytes back. */
  append(entry: AppendEntry): void {
    const { baseOffset, lastOffset, maxTimestampMs } = entry;
    this.batches.push({
      baseOffset,
      lastOffset,
      maxTimestampMs,
      bytes: new Uint8Array(entry.batch),
    });
    this.sizeBytes += entry.batch.length;
    if (maxTimestampMs > this.maxTimestampMs) this.maxTimestampMs = maxTimestampMs;
  }

  /** The index of the first batch that ends at or after `offset`. */
  indexOf(offset: Offset): number {
    let low = 0;
    let high = this.batches.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.batches[middle]!.lastOffset < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Drops every batch that ends at or after `offset`. */
  truncate(offset: Offset): void {
    this.batches.length = this.indexOf(offset);
    this.sizeBytes = 0;
    this.maxTimestampMs = -1n;
    for (const batch of this.batches) {
      this.sizeBytes += batch.bytes.length;
      if (batch.maxTimestampMs > this.maxTimestampMs) this.maxTimestampMs = batch.maxTimestampMs;
    }
  }
}
