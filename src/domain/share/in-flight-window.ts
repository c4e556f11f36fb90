import type { Offset } from '../topic-partition.ts';
import { InFlightBatch } from './in-flight-batch.ts';
import { InFlightBatches } from './in-flight-batches.ts';
import { InFlightState, NO_MEMBER } from './in-flight-state.ts';
import { later } from './offset-order.ts';
import type { StateBatch } from './state-batch.ts';

/** Offsets that are in no stored batch, though later ones are: nobody was done with them before the restart. */
interface ReadGap {
  /** The last offset that was restored. Offsets behind it are read in order, so there are no such gaps. */
  readonly endOffset: Offset;
  startOffset: Offset;
}

/**
 * The records of a share-partition between its start offset and the last record that was read (the cached state of
 * Kafka's SharePartition).
 */
export class InFlightWindow {
  readonly batches = new InFlightBatches();
  startOffset: Offset;
  /** The last offset that was read; where nothing is in flight, the next one to read. */
  endOffset: Offset;
  private gap: ReadGap | undefined;
  /** False while no record is known to be available, which spares the search. */
  private mayBeAvailable = false;

  constructor(startOffset: Offset, stateBatches: readonly StateBatch[]) {
    this.startOffset = startOffset;
    this.endOffset = startOffset;
    let next = startOffset;
    for (const { firstOffset, lastOffset, state, deliveryCount } of stateBatches) {
      if (this.gap === undefined && firstOffset > next) {
        this.gap = { startOffset: next, endOffset: startOffset };
      }
      next = lastOffset + 1n;
      const restored = new InFlightState(state, deliveryCount, NO_MEMBER);
      this.batches.put(new InFlightBatch(firstOffset, lastOffset, restored));
    }
    if (next === startOffset) return;
    this.endOffset = next - 1n;
    this.mayBeAvailable = true;
    if (this.gap !== undefined) {
      this.gap = { startOffset: this.gap.startOffset, endOffset: this.endOffset };
    }
    this.moveStartOffset();
  }

  /** How many offsets are between the start offset and the last record read. */
  get size(): number {
    return this.batches.isEmpty ? 0 : Number(this.endOffset - this.startOffset) + 1;
  }

  /** The gap that is still to be read; undefined once records behind the restored ones were read. */
  get openGap(): { readonly startOffset: Offset } | undefined {
    return this.gap?.endOffset === this.endOffset ? this.gap : undefined;
  }

  /** Records up to `offset` were acquired. What is known behind them is no gap, or the start would wait for it for ever. */
  moveGap(offset: Offset): void {
    const { gap } = this;
    if (gap === undefined) return;
    const next = this.behindKnown(offset);
    if (gap.endOffset === this.endOffset && next <= gap.endOffset) gap.startOffset = next;
    else this.gap = undefined;
  }

  /** The first offset from `offset` on that is in no batch. */
  private behindKnown(offset: Offset): Offset {
    let next = offset;
    for (;;) {
      const batch = this.batches.floor(next);
      if (batch === undefined || batch.lastOffset < next) return next;
      next = batch.lastOffset + 1n;
    }
  }

  noteAvailable(): void {
    this.mayBeAvailable = true;
  }

  /** Where to read next: the first record to deliver again, else the first one not read yet. */
  nextFetchOffset(): Offset {
    const { last } = this.batches;
    if (last === undefined || this.startOffset > last.lastOffset) {
      this.mayBeAvailable = false;
      return this.endOffset;
    }
    if (!this.mayBeAvailable) return this.endOffset + 1n;
    const available = this.firstAvailable();
    if (available !== undefined) return available;
    this.mayBeAvailable = false;
    return this.endOffset + 1n;
  }

  private firstAvailable(): Offset | undefined {
    const gap = this.openGap;
    let gapStart = gap?.startOffset;
    for (const batch of this.batches) {
      if (gapStart !== undefined) {
        if (batch.firstOffset > gapStart) return gapStart;
        if (batch.lastOffset >= gapStart) gapStart = batch.lastOffset + 1n;
      }
      for (const { first, state } of batch.states()) if (state.isAcquirable) return first;
    }
    return undefined;
  }

  /** How many records from the start offset on the group is done with. */
  get deliveryCompleteCount(): number {
    let count = 0;
    for (const batch of this.batches) {
      if (batch.lastOffset < this.startOffset) continue;
      for (const { first, last, state } of batch.states()) {
        if (!state.isTerminal || last < this.startOffset) continue;
        count += Number(last - later(first, this.startOffset)) + 1;
      }
    }
    return count;
  }

  /**
   * Moves the start offset behind the records at its front that the group is done with. True when it moved. A batch is
   * forgotten once the group is done with all of it.
   */
  moveStartOffset(): boolean {
    if (!this.isStartDone()) return false;
    const lastDone = this.lastDoneInFront();
    const { last } = this.batches;
    if (lastDone === undefined || last === undefined) return false;
    if (lastDone === last.lastOffset) {
      this.startOffset = lastDone + 1n;
      this.endOffset = lastDone + 1n;
      this.batches.clear();
      return true;
    }
    const holder = this.batches.floor(lastDone) as InFlightBatch;
    const isWhole = holder.lastOffset === lastDone;
    // Offsets between two batches have no records, unless they are the gap of a restart.
    let next = isWhole
      ? (this.batches.higher(lastDone) as InFlightBatch).firstOffset
      : lastDone + 1n;
    const gapStart = this.openGap?.startOffset;
    if (isWhole && gapStart !== undefined && gapStart < next) next = gapStart;
    if (next > this.startOffset) this.startOffset = next;
    this.batches.dropBefore(isWhole ? lastDone + 1n : holder.firstOffset);
    return true;
  }

  private isStartDone(): boolean {
    const batch = this.batches.floor(this.startOffset);
    if (batch === undefined) return false;
    if (batch.lastOffset < this.startOffset) return this.openGap === undefined;
    const state = batch.stateAt(this.startOffset);
    return !state.isInTransition && state.isTerminal;
  }

  private lastDoneInFront(): Offset | undefined {
    const gapStart = this.openGap?.startOffset;
    let lastDone: Offset | undefined;
    for (const batch of this.batches) {
      if (gapStart !== undefined && batch.lastOffset >= gapStart) return lastDone;
      for (const { last, state } of batch.states()) {
        if (state.isInTransition || !state.isTerminal) return lastDone;
        lastDone = last;
      }
    }
    return lastDone;
  }

  /**
   * Archives the records from `first` to `last` that are in `state`: they are not in the log any more, or not to be
   * delivered. Answers whether there were any.
   */
  archive(first: Offset, last: Offset, state: 'available' | 'acquired'): boolean {
    let isAny = false;
    const floor = this.batches.floor(first);
    for (const batch of this.batches.between(floor?.firstOffset ?? first, last)) {
      if (batch.lastOffset < first) continue;
      if (batch.isWithin(first, last) && batch.state !== undefined) {
        if (batch.state.state !== state) continue;
        batch.state.archive();
        isAny = true;
        continue;
      }
      if (batch.state !== undefined && batch.state.state !== state) continue;
      batch.split();
      for (const [, record] of batch.offsets(first, last)) {
        if (record.state !== state) continue;
        record.archive();
        isAny = true;
      }
    }
    if (isAny) this.mayBeAvailable = true;
    return isAny;
  }

  /** The log begins later now (Kafka's updateCacheAndOffsets). Records that a member holds stay with it until its lock ends. */
  moveLogStart(logStartOffset: Offset): void {
    if (logStartOffset <= this.startOffset) return;
    if (this.batches.isEmpty) {
      this.startOffset = logStartOffset;
      this.endOffset = logStartOffset;
      return;
    }
    this.archive(this.startOffset, logStartOffset - 1n, 'available');
    this.startOffset = logStartOffset;
    if (this.endOffset < logStartOffset) this.endOffset = logStartOffset;
  }
}
