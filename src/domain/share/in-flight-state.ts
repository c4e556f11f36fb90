import { isTerminal, type RecordState } from './record-state.ts';

/** Of records that nobody holds. */
export const NO_MEMBER = '';

interface Before {
  readonly state: RecordState;
  readonly memberId: string;
  readonly deliveryCount: number;
}

/**
 * What is known of one record, or of a run of records in one state (Kafka's InFlightState). A change that has to be
 * stored is made at once and can be taken back until it is stored; until then the record takes no other change.
 */
export class InFlightState {
  state: RecordState;
  deliveryCount: number;
  memberId: string;
  /** When the acquisition lock ends; undefined for records that are not locked. */
  lockedUntilMs: number | undefined;
  private before: Before | undefined;
  private isGone = false;

  constructor(state: RecordState, deliveryCount: number, memberId: string, lockedUntilMs?: number) {
    this.state = state;
    this.deliveryCount = deliveryCount;
    this.memberId = memberId;
    this.lockedUntilMs = lockedUntilMs;
  }

  get isInTransition(): boolean {
    return this.before !== undefined;
  }

  get isAcquirable(): boolean {
    return this.state === 'available' && this.before === undefined;
  }

  copy(): InFlightState {
    const { state, deliveryCount, memberId, lockedUntilMs } = this;
    return new InFlightState(state, deliveryCount, memberId, lockedUntilMs);
  }

  acquire(memberId: string, lockedUntilMs: number): void {
    this.state = 'acquired';
    this.deliveryCount += 1;
    this.memberId = memberId;
    this.lockedUntilMs = lockedUntilMs;
  }

  /**
   * Leaves the acquired state, to be stored. A record that was delivered as often as is allowed is archived instead of
   * becoming available again, unless its last delivery does not count (`undelivered`).
   */
  startTransition(
    to: Exclude<RecordState, 'acquired'>,
    maxDeliveryCount: number,
    undelivered = false,
  ): void {
    const { state, memberId, deliveryCount } = this;
    this.before = { state, memberId, deliveryCount };
    const isSpent = to === 'available' && !undelivered && this.deliveryCount >= maxDeliveryCount;
    this.state = isSpent ? 'archived' : to;
    if (undelivered && this.state !== 'archived') this.deliveryCount -= 1;
    this.memberId = NO_MEMBER;
  }

  commit(): void {
    this.before = undefined;
    this.lockedUntilMs = undefined;
  }

  /** The change could not be stored. A lock that ended meanwhile has to be expired now. */
  rollBack(): void {
    const { before } = this;
    if (before === undefined || this.isGone) {
      this.commit();
      return;
    }
    this.before = undefined;
    this.deliveryCount = before.deliveryCount;
    this.state = before.state;
    this.memberId = before.memberId;
  }

  /** The lock ended; this is so whether it can be stored or not. */
  expireLock(to: 'available' | 'archived', maxDeliveryCount: number): void {
    const isSpent = to === 'available' && this.deliveryCount >= maxDeliveryCount;
    this.free(isSpent ? 'archived' : to);
  }

  /** The record is no longer there to be delivered: neither a pending change nor its failure brings it back. */
  archive(): void {
    this.isGone = true;
    this.free('archived');
  }

  get isTerminal(): boolean {
    return isTerminal(this.state);
  }

  private free(state: RecordState): void {
    this.state = state;
    this.memberId = NO_MEMBER;
    this.lockedUntilMs = undefined;
  }
}
