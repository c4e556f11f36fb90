import { ReplacementOrder } from '../../domain/log/replacement.ts';
import type { KeyValueOperation } from '../../ports/key-value-database.ts';
import type { BatchesToStore, BatchToStore, OffsetRange } from '../../ports/log-store.ts';
import type { PlannedDeletion } from './deletions.ts';
import type { KeyValueContext } from './key-value-context.ts';
import { batchKey, batchRange } from './log-keys.ts';
import type { LogSegment } from './log-segments.ts';

/** Of batches that are written together. */
const WRITE_BYTES = 1024 * 1024;

/**
 * Batches that take the place of others. They get a number of their own in their keys, that nothing refers to until one small
 * write puts a mark in the place of the old ones; until then a note says that they are to be deleted, should it come to nothing.
 */
export class BatchReplacement {
  readonly #context: KeyValueContext;
  readonly #range: OffsetRange;
  readonly #startPosition: number;
  readonly #data: number;
  readonly #deletion: PlannedDeletion;
  #written = false;

  constructor(context: KeyValueContext, range: OffsetRange, startPosition: number) {
    this.#context = context;
    this.#range = range;
    this.#startPosition = startPosition;
    this.#data = context.nextNumber();
    this.#deletion = context.deletions.plan(batchRange(this.#data, 0n));
  }

  /** Takes back the note, when the batches are referred to. */
  get cancellation(): KeyValueOperation {
    return this.#deletion.cancellation;
  }

  /** Stores the batches; gives the segment they make. `check` throws where it is no use to go on. */
  async write(batches: BatchesToStore, check: () => void): Promise<LogSegment> {
    const { commits } = this.#context;
    const order = new ReplacementOrder(this.#range);
    await commits.write([this.#deletion.operation], true);
    this.#written = true;
    let operations: KeyValueOperation[] = [];
    let bytes = 0;
    let position = this.#startPosition;
    let firstTimestampMs = -1n;
    let maxTimestampMs = -1n;
    for await (const entry of batches) {
      check();
      order.check(entry);
      if (position === this.#startPosition) firstTimestampMs = entry.maxTimestampMs;
      if (entry.maxTimestampMs > maxTimestampMs) maxTimestampMs = entry.maxTimestampMs;
      operations.push(this.#put(entry, position, maxTimestampMs));
      position += entry.batch.length;
      bytes += entry.batch.length;
      if (bytes < WRITE_BYTES) continue;
      await commits.write(operations, false);
      operations = [];
      bytes = 0;
    }
    await commits.write(operations, true);
    return {
      baseOffset: this.#range.fromOffset,
      startPosition: this.#startPosition,
      firstTimestampMs,
      maxTimestampMs,
      swapped: { data: this.#data, endPosition: position },
    };
  }

  done(): void {
    this.#written = false;
  }

  /** Deletes what was stored, unless it is referred to. */
  abandon(): void {
    if (this.#written) this.#deletion.start();
  }

  #put(
    { baseOffset, lastOffset, maxTimestampMs, batch }: BatchToStore,
    position: number,
    segmentMaxTimestampMs: bigint,
  ): KeyValueOperation {
    const sizeBytes = batch.length;
    const key = batchKey(this.#data, {
      baseOffset,
      lastOffset,
      position,
      sizeBytes,
      maxTimestampMs,
      segmentMaxTimestampMs,
    });
    // The caller goes on to use its bytes.
    return { type: 'put', key, value: new Uint8Array(batch) };
  }
}
