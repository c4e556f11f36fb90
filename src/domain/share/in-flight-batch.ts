import type { Offset } from '../topic-partition.ts';
import { InFlightState, NO_MEMBER } from './in-flight-state.ts';

/**
 * A run of records that were read together (Kafka's InFlightBatch). It has one state until records of it part ways,
 * and one for each record afterwards.
 */
export class InFlightBatch {
  readonly firstOffset: Offset;
  readonly lastOffset: Offset;
  private whole: InFlightState | undefined;
  private each: InFlightState[] = [];

  constructor(firstOffset: Offset, lastOffset: Offset, state: InFlightState) {
    this.firstOffset = firstOffset;
    this.lastOffset = lastOffset;
    this.whole = state;
  }

  get size(): number {
    return Number(this.lastOffset - this.firstOffset) + 1;
  }

  /** The state of all records; undefined once each has its own. */
  get state(): InFlightState | undefined {
    return this.whole;
  }

  stateAt(offset: Offset): InFlightState {
    return this.whole ?? (this.each[Number(offset - this.firstOffset)] as InFlightState);
  }

  /** Gives each record its own state. */
  split(): void {
    const { whole } = this;
    if (whole === undefined) return;
    this.each = Array.from({ length: this.size }, () => whole.copy());
    this.whole = undefined;
  }

  /** As `split`, for an acquisition of only the first records of the batch. */
  splitAcquired(lastAcquired: Offset): void {
    this.split();
    const acquired = Number(lastAcquired - this.firstOffset) + 1;
    for (let i = acquired; i < this.each.length; i += 1) {
      const { deliveryCount } = this.each[i] as InFlightState;
      this.each[i] = new InFlightState('available', deliveryCount - 1, NO_MEMBER);
    }
  }

  /** The states of a batch that was split, from `first` to `last` as far as it has them. */
  *offsets(first: Offset, last: Offset): Iterable<readonly [Offset, InFlightState]> {
    const from = first > this.firstOffset ? Number(first - this.firstOffset) : 0;
    const to = last < this.lastOffset ? Number(last - this.firstOffset) : this.each.length - 1;
    for (let i = from; i <= to; i += 1) {
      yield [this.firstOffset + BigInt(i), this.each[i] as InFlightState];
    }
  }

  /** Every state once, with the offsets it stands for. */
  *states(): Iterable<{ first: Offset; last: Offset; state: InFlightState }> {
    if (this.whole !== undefined) {
      yield { first: this.firstOffset, last: this.lastOffset, state: this.whole };
      return;
    }
    for (const [offset, state] of this.offsets(this.firstOffset, this.lastOffset)) {
      yield { first: offset, last: offset, state };
    }
  }

  isWithin(first: Offset, last: Offset): boolean {
    return this.firstOffset >= first && this.lastOffset <= last;
  }

  /** Whether the start offset lies inside, behind the first record. */
  isCutBy(startOffset: Offset): boolean {
    return this.firstOffset < startOffset && this.lastOffset >= startOffset;
  }
}
