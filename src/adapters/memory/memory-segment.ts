import type { Offset } from '../../domain/topic-partition.ts';
import type { BatchToStore } from '../../ports/log-store.ts';

export interface MemoryBatch {
  readonly baseOffset: Offset;
  readonly lastOffset: Offset;
  readonly maxTimestampMs: bigint;
  readonly bytes: Uint8Array;
}

/** A run of batches that is rolled and dropped as one, as a segment file would be. */
export class MemorySegment {
  readonly baseOffset: Offset;
  readonly batches: MemoryBatch[] = [];
  sizeBytes = 0;
  maxTimestampMs = -1n;

  constructor(baseOffset: Offset) {
    this.baseOffset = baseOffset;
  }

  /** Keeps a copy: the caller gets its bytes back. */
  append(entry: BatchToStore): void {
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

  /** The part before every batch that ends at or after `offset`. */
  before(offset: Offset): MemorySegment {
    const part = new MemorySegment(this.baseOffset);
    for (const batch of this.batches.slice(0, this.indexOf(offset))) {
      part.batches.push(batch);
      part.sizeBytes += batch.bytes.length;
      if (batch.maxTimestampMs > part.maxTimestampMs) part.maxTimestampMs = batch.maxTimestampMs;
    }
    return part;
  }
}
