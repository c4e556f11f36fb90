import type { Offset } from '../topic-partition.ts';
import { withoutAborted } from './aborted-records.ts';
import { Acknowledgement } from './acknowledgement.ts';
import { Acquisition } from './acquisition.ts';
import { DeadLetter } from './dead-letter.ts';
import { InFlightWindow } from './in-flight-window.ts';
import type { SharePartitionConfig } from './share-partition-config.ts';
import type {
  AcknowledgementBatch,
  AcquireCommand,
  AcquiredRecords,
  PersistedState,
  Refusal,
} from './share-partition-messages.ts';
import type { StateBatch } from './state-batch.ts';
import { StateTransition } from './state-transition.ts';

/**
 * The deliveries of one partition to one share group (KIP-932; Kafka's SharePartition): which record is with whom, how
 * often it was delivered, and where the group starts. It knows no clock and stores nothing: time comes with each
 * command, and what has to be stored is handed out as a transition that is committed or rolled back later.
 */
export class SharePartition {
  readonly stateEpoch: number;
  /** What a stop kept from being written to the queue of dead letters; it is for whoever restored the partition. */
  readonly unwrittenDeadLetters: readonly DeadLetter[];
  private readonly window: InFlightWindow;
  private readonly config: () => SharePartitionConfig;

  constructor(persisted: PersistedState, config: () => SharePartitionConfig) {
    this.stateEpoch = persisted.stateEpoch;
    this.window = new InFlightWindow(persisted.startOffset, persisted.stateBatches);
    this.config = config;
    this.unwrittenDeadLetters = this.archiving();
  }

  private archiving(): DeadLetter[] {
    const { maxDeliveryCount } = this.config();
    const letters: DeadLetter[] = [];
    for (const batch of this.window.batches) {
      for (const records of batch.states()) {
        const { state, deliveryCount } = records.state;
        if (state !== 'archiving') continue;
        const isSpent = deliveryCount >= maxDeliveryCount;
        letters.push(new DeadLetter(records, isSpent ? 'delivery_count_exceeded' : 'rejected'));
      }
    }
    return letters;
  }

  get startOffset(): Offset {
    return this.window.startOffset;
  }

  get deliveryCompleteCount(): number {
    return this.window.deliveryCompleteCount;
  }

  /** Where to read the log for the next delivery. */
  nextFetchOffset(): Offset {
    return this.window.nextFetchOffset();
  }

  /** Whether a read could give records: the window has room, or records of it are to be delivered again. */
  canAcquire(): boolean {
    const { window } = this;
    if (window.nextFetchOffset() !== window.endOffset + 1n) return true;
    return window.size < this.config().maxInFlightRecords;
  }

  /** How many records one acquisition gives at the most, but for the rest of a record batch. */
  get maxAcquirable(): number {
    return this.config().maxInFlightRecords;
  }

  /** Gives records that were read to a member, and locks them. */
  acquire(command: AcquireCommand): readonly AcquiredRecords[] {
    if (command.batches.length === 0 || command.maxRecords <= 0) return [];
    const acquired = new Acquisition(this.window, this.config(), command).run();
    if (command.aborted.length === 0 || acquired.length === 0) return acquired;
    for (const { baseOffset, lastOffset } of command.aborted) {
      this.window.archive(baseOffset, lastOffset, 'acquired');
    }
    // Nobody will acknowledge them, so where nothing else is in flight this is what moves the start offset.
    this.window.moveStartOffset();
    return withoutAborted(acquired, command.aborted);
  }

  /** Nothing of a refused acknowledgement counts, whichever of its batches was wrong. */
  acknowledge(
    memberId: string,
    batches: readonly AcknowledgementBatch[],
    nowMs: number,
  ): StateTransition | Refusal {
    const transition = new StateTransition();
    for (const batch of batches) {
      const request = { memberId, batch, nowMs };
      const refusal = Acknowledgement.apply(this.window, this.config(), request, transition);
      if (refusal === undefined) continue;
      this.rollBack(transition);
      return refusal;
    }
    return transition;
  }

  /** The member is gone. What it was given counts as delivered. */
  releaseAcquired(memberId: string): StateTransition {
    const transition = new StateTransition();
    const limit = this.config();
    const { batches, startOffset } = this.window;
    for (const batch of batches) {
      if (batch.state?.memberId === memberId && batch.isCutBy(startOffset)) batch.split();
      for (const records of batch.states()) {
        const { state, last } = records;
        if (state.state !== 'acquired' || state.memberId !== memberId) continue;
        const to = last < startOffset ? 'archived' : 'available';
        transition.start(records, to, limit);
      }
    }
    return transition;
  }

  /** The transition is stored. True when the start offset moved or records became available. */
  commit(transition: StateTransition): boolean {
    transition.commit();
    if (transition.freesRecords) this.window.noteAvailable();
    return this.window.moveStartOffset() || transition.freesRecords;
  }

  /** The transition could not be stored. Locks that ended meanwhile are for `expireLocks`. */
  rollBack(transition: StateTransition): void {
    transition.rollBack();
  }

  /**
   * Takes back the records whose lock is over. That is so even if it cannot be stored: the answer is what is to be
   * stored, and `moveStart` goes on afterwards.
   */
  expireLocks(nowMs: number): ExpiredLocks {
    const stateBatches: StateBatch[] = [];
    const deadLetters: DeadLetter[] = [];
    const limit = this.config();
    const { batches, startOffset } = this.window;
    for (const batch of batches) {
      if (isExpired(batch.state, nowMs) && batch.isCutBy(startOffset)) batch.split();
      for (const records of batch.states()) {
        const { first, last, state } = records;
        if (!isExpired(state, nowMs)) continue;
        state.expireLock(last < startOffset ? 'archived' : 'available', limit);
        if (state.state === 'available') this.window.noteAvailable();
        const { deliveryCount } = state;
        const stored = { firstOffset: first, lastOffset: last, state: state.state, deliveryCount };
        stateBatches.push(stored);
        if (state.state !== 'archiving') continue;
        deadLetters.push(new DeadLetter(records, 'delivery_count_exceeded'));
      }
    }
    return { stateBatches, deadLetters };
  }

  /**
   * After the attempt to store that locks expired, or that dead letters are archived: both count whether it is stored or
   * not. True when the start offset moved.
   */
  moveStart(): boolean {
    return this.window.moveStartOffset();
  }

  /** When the first lock ends; undefined while nothing is locked. */
  nextLockEndMs(): number | undefined {
    let next: number | undefined;
    for (const batch of this.window.batches) {
      for (const { state } of batch.states()) {
        const { lockedUntilMs } = state;
        if (state.state !== 'acquired' || lockedUntilMs === undefined) continue;
        if (next === undefined || lockedUntilMs < next) next = lockedUntilMs;
      }
    }
    return next;
  }

  /** The log begins later than before. */
  moveLogStart(logStartOffset: Offset): void {
    this.window.moveLogStart(logStartOffset);
  }

  /** What is in flight, for whoever wants to look at it. */
  *inFlight(): Iterable<StateBatch & { readonly memberId: string }> {
    for (const batch of this.window.batches) {
      for (const { first, last, state: record } of batch.states()) {
        const { state, deliveryCount, memberId } = record;
        yield { firstOffset: first, lastOffset: last, state, deliveryCount, memberId };
      }
    }
  }
}

/** What `expireLocks` changed. */
export interface ExpiredLocks {
  readonly stateBatches: readonly StateBatch[];
  /** To be written to the queue of dead letters. */
  readonly deadLetters: readonly DeadLetter[];
}

function isExpired(
  state: { readonly state: string; readonly lockedUntilMs: number | undefined } | undefined,
  nowMs: number,
): boolean {
  return (
    state?.state === 'acquired' && state.lockedUntilMs !== undefined && state.lockedUntilMs <= nowMs
  );
}
