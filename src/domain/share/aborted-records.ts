import type { AcquiredRecords, FetchedBatch } from './share-partition-messages.ts';

/** Cuts the batches out of what was acquired; both are in the order of their offsets. */
export function withoutAborted(
  acquired: readonly AcquiredRecords[],
  aborted: readonly FetchedBatch[],
): readonly AcquiredRecords[] {
  const kept: AcquiredRecords[] = [];
  for (const { firstOffset, lastOffset, deliveryCount } of acquired) {
    let from = firstOffset;
    for (const batch of aborted) {
      if (batch.lastOffset < from) continue;
      if (batch.baseOffset > lastOffset) break;
      if (batch.baseOffset > from) {
        kept.push({ firstOffset: from, lastOffset: batch.baseOffset - 1n, deliveryCount });
      }
      from = batch.lastOffset + 1n;
    }
    if (from <= lastOffset) kept.push({ firstOffset: from, lastOffset, deliveryCount });
  }
  return kept;
}
