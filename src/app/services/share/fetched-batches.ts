import {
  isControl,
  isTransactional,
  readAttributes,
  readBaseOffset,
  readLastOffset,
  readProducerId,
  viewOf,
} from '../../../domain/record/record-batch-header.ts';
import { batchesOf } from '../../../domain/record/record-batches.ts';
import type { TransactionalBatch } from '../../../domain/share/aborted-batches.ts';
import type { AcquiredRecords } from '../../../domain/share/share-partition-messages.ts';

export interface BatchInSlice extends TransactionalBatch {
  /** Of the slices of a read, and where in it. */
  readonly slice: Uint8Array;
  readonly at: number;
  readonly sizeInBytes: number;
}

/** What the headers of batches say that were read from a log. */
export function batchesIn(slices: readonly Uint8Array[]): BatchInSlice[] {
  const batches: BatchInSlice[] = [];
  for (const slice of slices) {
    const view = viewOf(slice);
    for (const { at, sizeInBytes } of batchesOf(slice)) {
      const attributes = readAttributes(view, at);
      batches.push({
        ...{ slice, at, sizeInBytes },
        baseOffset: readBaseOffset(view, at),
        lastOffset: readLastOffset(view, at),
        producerId: readProducerId(view, at),
        isTransactional: isTransactional(attributes),
        isControl: isControl(attributes),
      });
    }
  }
  return batches;
}

/** The runs of batches from the first to the last that has acquired records; what is between comes along. */
export function slicesOfAcquired(
  batches: readonly BatchInSlice[],
  acquired: readonly AcquiredRecords[],
): Uint8Array[] {
  const first = acquired[0];
  const last = acquired[acquired.length - 1];
  if (first === undefined || last === undefined) return [];
  const slices: Uint8Array[] = [];
  let run: { slice: Uint8Array; from: number; to: number } | undefined;
  for (const { slice, at, sizeInBytes, baseOffset, lastOffset } of batches) {
    if (lastOffset < first.firstOffset || baseOffset > last.lastOffset) continue;
    if (run?.slice === slice) {
      run.to = at + sizeInBytes;
      continue;
    }
    if (run !== undefined) slices.push(run.slice.subarray(run.from, run.to));
    run = { slice, from: at, to: at + sizeInBytes };
  }
  if (run !== undefined) slices.push(run.slice.subarray(run.from, run.to));
  return slices;
}
