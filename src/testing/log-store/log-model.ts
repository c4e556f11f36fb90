import type { Offset } from '../../domain/topic-partition.ts';
import type { OffsetRange } from '../../ports/log-store.ts';
import type { SampleBatch } from './sample-batches.ts';

/** What a log is meant to hold, as an array. */
export class LogModel {
  batches: readonly SampleBatch[] = [];
  startOffset: Offset = 0n;
  endOffset: Offset = 0n;
  snapshot: Uint8Array | undefined;
  #replacedTo: Offset = 0n;

  append(batches: readonly SampleBatch[]): void {
    const last = batches.at(-1);
    if (last === undefined) return;
    this.batches = [...this.batches, ...batches];
    this.endOffset = last.lastOffset + 1n;
  }

  replace({ fromOffset, toOffset }: OffsetRange, others: readonly SampleBatch[]): void {
    this.batches = [
      ...this.batches.filter(({ lastOffset }) => lastOffset < fromOffset),
      ...others,
      ...this.batches.filter(({ lastOffset }) => lastOffset >= toOffset),
    ];
    if (toOffset > this.#replacedTo) this.#replacedTo = toOffset;
  }

  from(offset: Offset): readonly SampleBatch[] {
    return this.batches.filter(({ lastOffset }) => lastOffset >= offset);
  }

  /** Where nothing is left below the start, or what was before was replaced, an engine may end anywhere up to what it was told. */
  truncate(offset: Offset, endOffset: Offset): void {
    if (offset >= this.endOffset) return;
    if (offset < this.startOffset) {
      this.reset(offset);
      return;
    }
    this.batches = this.batches.filter(({ lastOffset }) => lastOffset < offset);
    const last = this.batches.at(-1);
    const isAfterGap =
      last !== undefined && endOffset > last.lastOffset && endOffset <= this.#replacedTo;
    this.endOffset = last === undefined || isAfterGap ? endOffset : last.lastOffset + 1n;
  }

  dropPrefix(offset: Offset): void {
    if (offset <= this.startOffset) return;
    if (offset > this.endOffset) {
      this.reset(offset);
      return;
    }
    this.startOffset = offset;
    this.batches = this.from(offset);
  }

  reset(offset: Offset): void {
    this.batches = [];
    this.startOffset = offset;
    this.endOffset = offset;
  }
}
