import type { AbortedTransactions } from '../../../domain/log/aborted-transactions.ts';
import { readLastOffset, viewOf } from '../../../domain/record/record-batch-header.ts';
import { nextBatchSize } from '../../../domain/record/record-batches.ts';
import type { Offset } from '../../../domain/topic-partition.ts';
import type { LogReadResult } from '../../../ports/log-store.ts';
import type { FetchAbortedTransaction, FetchDataInfo } from './log-types.ts';

const NOTHING: readonly FetchAbortedTransaction[] = Object.freeze([]);
const NO_SLICES: readonly Uint8Array[] = Object.freeze([]);

/** Where the log stood when it was read. */
export interface LogBounds {
  readonly highWatermark: Offset;
  readonly lastStableOffset: Offset;
  readonly logStartOffset: Offset;
}

/** What a read gave, with the store's buffers to release. */
export class FetchData implements FetchDataInfo {
  readonly slices: readonly Uint8Array[];
  readonly sizeBytes: number;
  readonly highWatermark: Offset;
  readonly lastStableOffset: Offset;
  readonly logStartOffset: Offset;
  readonly abortedTransactions: readonly FetchAbortedTransaction[] | null;
  #result: LogReadResult | undefined;

  constructor(
    result: LogReadResult | undefined,
    bounds: LogBounds,
    abortedTransactions: readonly FetchAbortedTransaction[] | null,
  ) {
    this.#result = result;
    this.slices = result === undefined ? NO_SLICES : result.slices;
    let sizeBytes = 0;
    for (const slice of this.slices) sizeBytes += slice.length;
    this.sizeBytes = sizeBytes;
    this.highWatermark = bounds.highWatermark;
    this.lastStableOffset = bounds.lastStableOffset;
    this.logStartOffset = bounds.logStartOffset;
    this.abortedTransactions = abortedTransactions;
  }

  release(): void {
    const result = this.#result;
    this.#result = undefined;
    result?.release();
  }
}

/** The aborted transactions a reader of these slices has to know of. */
export function abortedIn(
  aborted: AbortedTransactions,
  fromOffset: Offset,
  slices: readonly Uint8Array[],
): readonly FetchAbortedTransaction[] {
  if (slices.length === 0 || aborted.entries.length === 0) return NOTHING;
  const found = aborted.collect(fromOffset, endOf(slices[slices.length - 1] as Uint8Array));
  return found.map(({ producerId, firstOffset }) => ({ producerId, firstOffset }));
}

/** The offset after the last batch of a run of whole batches. */
function endOf(slice: Uint8Array): Offset {
  const view = viewOf(slice);
  let last = 0;
  for (let at = 0; at < slice.length; ) {
    const size = nextBatchSize(view, at, slice.length);
    if (size < 0) break;
    last = at;
    at += size;
  }
  return readLastOffset(view, last) + 1n;
}
