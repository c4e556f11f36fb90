import type { Offset } from '../topic-partition.ts';
import { DeadLetter } from './dead-letter.ts';
import type { InFlightState } from './in-flight-state.ts';
import type { RecordState } from './record-state.ts';
import type { DeliveryLimit } from './share-partition-config.ts';
import type { StateBatch } from './state-batch.ts';

/** Changes that were made and wait to be stored: all of them count, or none. */
export class StateTransition {
  readonly stateBatches: StateBatch[] = [];
  /** What is to be written to the queue of dead letters once the transition is stored. */
  readonly deadLetters: DeadLetter[] = [];
  private readonly states: InFlightState[] = [];

  get isEmpty(): boolean {
    return this.states.length === 0;
  }

  /** Takes the records out of the hands of their member. */
  start(
    records: { readonly first: Offset; readonly last: Offset; readonly state: InFlightState },
    to: Exclude<RecordState, 'acquired'>,
    limit: DeliveryLimit,
  ): void {
    const { first, last, state } = records;
    state.startTransition(to, limit);
    this.states.push(state);
    const { state: stored, deliveryCount } = state;
    this.stateBatches.push({ firstOffset: first, lastOffset: last, state: stored, deliveryCount });
    if (stored !== 'archiving') return;
    const cause = to === 'archiving' ? 'rejected' : 'delivery_count_exceeded';
    this.deadLetters.push(new DeadLetter(records, cause));
  }

  commit(): void {
    for (const state of this.states) state.commit();
  }

  rollBack(): void {
    for (const state of this.states) state.rollBack();
  }

  /** Whether records are available after it, one way or the other. */
  get freesRecords(): boolean {
    return this.states.some(({ state }) => state === 'available');
  }
}
