import type { Offset } from '../topic-partition.ts';

/** What has to be known of a batch to tell whether its transaction was aborted. */
export interface TransactionalBatch {
  readonly baseOffset: Offset;
  readonly lastOffset: Offset;
  readonly producerId: bigint;
  readonly isTransactional: boolean;
  readonly isControl: boolean;
}

/** The batches, in the order of the log, that belong to aborted transactions; markers do not. */
export function abortedBatches<Batch extends TransactionalBatch>(
  batches: readonly Batch[],
  aborted: readonly { readonly producerId: bigint; readonly firstOffset: Offset }[],
): Batch[] {
  const waiting = [...aborted].sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
  const open = new Set<bigint>();
  const found: Batch[] = [];
  let next = 0;
  for (const batch of batches) {
    if (!batch.isTransactional) continue;
    while (next < waiting.length && waiting[next]!.firstOffset <= batch.lastOffset) {
      open.add(waiting[next]!.producerId);
      next += 1;
    }
    // A marker ends what is open: one of a committed transaction finds nothing of its producer here.
    if (batch.isControl) open.delete(batch.producerId);
    else if (open.has(batch.producerId)) found.push(batch);
  }
  return found;
}
