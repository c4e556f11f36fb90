import type { Offset } from '../topic-partition.ts';
import { InFlightBatch } from './in-flight-batch.ts';
import { InFlightState } from './in-flight-state.ts';
import type { InFlightWindow } from './in-flight-window.ts';
import { IsolatedDelivery } from './isolated-delivery.ts';
import { earlier, later } from './offset-order.ts';
import type { SharePartitionConfig } from './share-partition-config.ts';
import type { AcquireCommand, AcquiredRecords, FetchedBatch } from './share-partition-messages.ts';

/** Takes records for one member from what was read of the log (Kafka's SharePartition.acquire). */
export class Acquisition {
  private readonly window: InFlightWindow;
  private readonly command: AcquireCommand;
  private readonly delivery: IsolatedDelivery;
  private readonly lockedUntilMs: number;
  private readonly isLimited: boolean;
  private readonly acquired: AcquiredRecords[] = [];
  /** The first and last offset that may be taken, and how many records. */
  private readonly first: Offset;
  private last: Offset;
  private remaining: number;

  constructor(window: InFlightWindow, config: SharePartitionConfig, command: AcquireCommand) {
    const { batches, maxRecords, mode, nowMs } = command;
    this.window = window;
    this.command = command;
    this.delivery = new IsolatedDelivery(config.maxDeliveryCount);
    this.lockedUntilMs = nowMs + config.recordLockDurationMs;
    this.isLimited = mode === 'record_limit';
    // A batch of the log may begin before the start offset: what is before it is not delivered again.
    const base = (batches[0] as FetchedBatch).baseOffset;
    this.first = later(base, window.startOffset);
    this.last = (batches[batches.length - 1] as FetchedBatch).lastOffset;
    this.remaining = Math.min(maxRecords, config.maxInFlightRecords - window.size);
    if (this.remaining > 0 || command.fetchOffset > window.endOffset) return;
    // The window is full, but this is about records in it that are to be delivered again.
    this.remaining = Math.min(maxRecords, Number(window.endOffset - command.fetchOffset) + 1);
    this.last = earlier(this.last, window.endOffset);
  }

  run(): readonly AcquiredRecords[] {
    if (this.remaining <= 0 || this.first > this.last) return this.acquired;
    this.archiveMissing();
    const known = this.overlapping();
    if (known.length === 0) {
      this.takeNew(this.first, this.last);
    } else {
      const end = this.takeKnown(known);
      if (this.remaining > 0 && end < this.last) this.takeNew(end + 1n, this.last);
      const taken = this.acquired[this.acquired.length - 1];
      if (taken !== undefined) this.window.moveGap(taken.lastOffset + 1n);
    }
    return this.acquired;
  }

  /** Batches in flight that the log skipped were compacted away. */
  private archiveMissing(): void {
    const { fetchOffset } = this.command;
    const base = (this.command.batches[0] as FetchedBatch).baseOffset;
    if (fetchOffset < base) this.window.archive(fetchOffset, base - 1n, 'available');
  }

  private overlapping(): InFlightBatch[] {
    const { batches } = this.window;
    const floor = batches.floor(this.first);
    const from = floor !== undefined && floor.lastOffset >= this.first ? floor : undefined;
    return batches.between(from?.firstOffset ?? this.first, this.last);
  }

  /** Takes what is available of batches in flight; answers where the last of them ends. */
  private takeKnown(known: readonly InFlightBatch[]): Offset {
    let next = this.first;
    for (const batch of known) {
      if (this.remaining <= 0) break;
      if (this.window.openGap !== undefined) {
        if (next < batch.firstOffset) this.takeNew(next, batch.firstOffset - 1n);
        next = batch.lastOffset + 1n;
        if (this.remaining <= 0) break;
      }
      if (this.takeBatch(batch) === 'stop') this.remaining = 0;
    }
    return (known[known.length - 1] as InFlightBatch).lastOffset;
  }

  private takeBatch(batch: InFlightBatch): 'stop' | 'go on' {
    const isIsolated = this.delivery.isNeeded(batch, this.first, this.last);
    // What comes before has to be delivered without it.
    if (isIsolated && this.acquired.length > 0) return 'stop';
    const isPart = !batch.isWithin(this.first, this.last);
    const isTooMuch = this.isLimited && batch.size > this.remaining;
    if (batch.state !== undefined && !isPart && !isTooMuch && !isIsolated) {
      this.takeWhole(batch, batch.state);
      return 'go on';
    }
    if (batch.state !== undefined && !batch.state.isAcquirable) return 'go on';
    batch.split();
    const taken = this.takeOffsets(batch);
    return isIsolated && taken > 0 ? 'stop' : 'go on';
  }

  private takeWhole(batch: InFlightBatch, state: InFlightState): void {
    if (!state.isAcquirable) return;
    state.acquire(this.command.memberId, this.lockedUntilMs);
    const { firstOffset, lastOffset } = batch;
    this.add({ firstOffset, lastOffset, deliveryCount: state.deliveryCount });
  }

  private takeOffsets(batch: InFlightBatch): number {
    const limit = this.isLimited ? this.remaining : Number.POSITIVE_INFINITY;
    const records = this.delivery.choose(batch, this.first, this.last, limit);
    let run: AcquiredRecords | undefined;
    for (const [offset, state] of records) {
      state.acquire(this.command.memberId, this.lockedUntilMs);
      const { deliveryCount } = state;
      if (run?.lastOffset === offset - 1n && run.deliveryCount === deliveryCount) {
        run = { ...run, lastOffset: offset };
        continue;
      }
      if (run !== undefined) this.add(run);
      run = { firstOffset: offset, lastOffset: offset, deliveryCount };
    }
    if (run !== undefined) this.add(run);
    return records.length;
  }

  /** Takes records that were not in flight before. Whole batches of the log stay together in the window. */
  private takeNew(from: Offset, to: Offset): void {
    const { window } = this;
    const first = window.batches.isEmpty && window.endOffset > from ? window.endOffset : from;
    if (first > to) return;
    let last = to;
    if (BigInt(this.remaining) < last - first + 1n) {
      last = earlier(this.endOfBatchWith(first + BigInt(this.remaining) - 1n), to);
    }
    const lastTaken = this.isLimited
      ? this.takeNewLimited(first, last)
      : this.takeNewBatches(first, last);
    if (window.batches.first?.firstOffset === first) window.startOffset = first;
    window.endOffset = later(last, window.endOffset);
    window.moveGap(lastTaken + 1n);
  }

  private takeNewLimited(first: Offset, last: Offset): Offset {
    const limit = first + BigInt(this.remaining) - 1n;
    const lastTaken = earlier(limit, last);
    const batch = this.put(first, last);
    if (lastTaken < last) {
      batch.splitAcquired(lastTaken);
      this.window.noteAvailable();
    }
    this.add({ firstOffset: first, lastOffset: lastTaken, deliveryCount: 1 });
    return lastTaken;
  }

  private takeNewBatches(first: Offset, last: Offset): Offset {
    const { batches, batchSize } = this.command;
    let from = first;
    if (last - first + 1n > BigInt(batchSize)) {
      for (const { baseOffset } of batches) {
        if (baseOffset > last) break;
        if (baseOffset - from < BigInt(Math.max(batchSize, 1))) continue;
        this.takeNewBatch(from, baseOffset - 1n);
        from = baseOffset;
      }
    }
    this.takeNewBatch(from, last);
    return last;
  }

  private takeNewBatch(first: Offset, last: Offset): void {
    this.put(first, last);
    this.add({ firstOffset: first, lastOffset: last, deliveryCount: 1 });
  }

  private put(first: Offset, last: Offset): InFlightBatch {
    const state = new InFlightState('acquired', 1, this.command.memberId, this.lockedUntilMs);
    const batch = new InFlightBatch(first, last, state);
    this.window.batches.put(batch);
    return batch;
  }

  private endOfBatchWith(offset: Offset): Offset {
    for (const { baseOffset, lastOffset } of this.command.batches) {
      if (baseOffset <= offset && offset <= lastOffset) return lastOffset;
    }
    return offset;
  }

  private add(records: AcquiredRecords): void {
    this.acquired.push(records);
    this.remaining -= Number(records.lastOffset - records.firstOffset) + 1;
  }
}
