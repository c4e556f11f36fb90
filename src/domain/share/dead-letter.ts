import type { Offset } from '../topic-partition.ts';
import type { InFlightState } from './in-flight-state.ts';
import type { StateBatch } from './state-batch.ts';

/** Why nobody is given a record any more. */
export type DeadLetterCause = 'rejected' | 'delivery_count_exceeded';

/** Records that are archiving: their group is done with them once they are in its queue of dead letters (KIP-1191). */
export class DeadLetter {
  readonly firstOffset: Offset;
  readonly lastOffset: Offset;
  readonly deliveryCount: number;
  readonly cause: DeadLetterCause;
  private readonly state: InFlightState;

  constructor(
    records: { readonly first: Offset; readonly last: Offset; readonly state: InFlightState },
    cause: DeadLetterCause,
  ) {
    this.firstOffset = records.first;
    this.lastOffset = records.last;
    this.deliveryCount = records.state.deliveryCount;
    this.cause = cause;
    this.state = records.state;
  }

  /** They are in the queue, or cannot get there. Answers what is to be stored. */
  archive(): StateBatch {
    this.state.archive();
    const { firstOffset, lastOffset, deliveryCount } = this;
    return { firstOffset, lastOffset, state: 'archived', deliveryCount };
  }
}
