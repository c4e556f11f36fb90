import type { Offset } from '../topic-partition.ts';
import { earlier, later } from './offset-order.ts';
import { RECORD_STATES, type RecordState } from './record-state.ts';

/** A run of records in one state, as `__share_group_state` keeps it (Kafka's PersisterStateBatch). */
export interface StateBatch {
  readonly firstOffset: Offset;
  readonly lastOffset: Offset;
  readonly state: RecordState;
  readonly deliveryCount: number;
}

/**
 * Lays `changes` over batches that do not overlap, and drops what lies before `startOffset` (Kafka's
 * PersisterStateBatchCombiner). Where two speak of one offset, the higher delivery count wins, then the state that is
 * further on: writes may arrive twice, and nothing must go back. Neighbours in one state become one batch.
 */
export function combineStateBatches(
  batches: readonly StateBatch[],
  changes: readonly StateBatch[],
  startOffset: Offset,
): StateBatch[] {
  const combined = pruned(batches, startOffset);
  for (const change of pruned(changes, startOffset)) lay(combined, change);
  return combined;
}

function pruned(batches: readonly StateBatch[], startOffset: Offset): StateBatch[] {
  const kept: StateBatch[] = [];
  for (const batch of batches) {
    if (batch.lastOffset < startOffset) continue;
    kept.push(batch.firstOffset < startOffset ? { ...batch, firstOffset: startOffset } : batch);
  }
  return kept;
}

function lay(batches: StateBatch[], change: StateBatch): void {
  // A neighbour that only touches counts too, for it may be in the same state.
  const from = firstEndingAt(batches, change.firstOffset - 1n);
  let to = from;
  while (to < batches.length && batches[to]!.firstOffset <= change.lastOffset + 1n) to += 1;
  const pieces: StateBatch[] = [];
  let next = change.firstOffset;
  for (let i = from; i < to; i += 1) {
    const old = batches[i]!;
    add(pieces, old, old.firstOffset, earlier(old.lastOffset, change.firstOffset - 1n));
    add(pieces, change, next, earlier(change.lastOffset, old.firstOffset - 1n));
    const overlapFirst = later(old.firstOffset, change.firstOffset);
    const overlapLast = earlier(old.lastOffset, change.lastOffset);
    add(pieces, isAhead(old, change) ? old : change, overlapFirst, overlapLast);
    next = later(next, earlier(change.lastOffset, old.lastOffset) + 1n);
    add(pieces, old, later(old.firstOffset, change.lastOffset + 1n), old.lastOffset);
  }
  add(pieces, change, next, change.lastOffset);
  batches.splice(from, to - from, ...pieces);
}

function add(pieces: StateBatch[], batch: StateBatch, first: Offset, last: Offset): void {
  if (first > last) return;
  const before = pieces[pieces.length - 1];
  if (before !== undefined && before.lastOffset + 1n === first && isSame(before, batch)) {
    pieces[pieces.length - 1] = { ...before, lastOffset: last };
    return;
  }
  const { state, deliveryCount } = batch;
  pieces.push({ firstOffset: first, lastOffset: last, state, deliveryCount });
}

function isSame(a: StateBatch, b: StateBatch): boolean {
  return a.state === b.state && a.deliveryCount === b.deliveryCount;
}

function isAhead(a: StateBatch, b: StateBatch): boolean {
  if (a.deliveryCount !== b.deliveryCount) return a.deliveryCount > b.deliveryCount;
  return RECORD_STATES[a.state] > RECORD_STATES[b.state];
}

/** The index of the first batch that ends at `offset` or later. */
function firstEndingAt(batches: readonly StateBatch[], offset: Offset): number {
  let low = 0;
  let high = batches.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (batches[middle]!.lastOffset < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
