import { isTerminal, type RecordState } from './record-state.ts';
import type { DeliveryLimit } from './share-partition-config.ts';

/** Of records that nobody holds. */
export const NO_MEMBER = '';

interface Before {
  readonly state: RecordState;
  readonly memberId: string;
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
   * Leaves the acquired state, to be stored. A record that was delivered as often as is allowed is given up instead of
   * becoming available again.
   */
  startTransition(to: Exclude<RecordState, 'acquired'>, limit: DeliveryLimit): void {
    const { state, memberId } = this;
    this.before = { state, memberId };
    this.state = this.withinLimit(to, limit);
    this.memberId = NO_MEMBER;
  }

  private withinLimit(to: Exclude<RecordState, 'acquired'>, limit: DeliveryLimit) {
    if (to !== 'available' || this.deliveryCount < limit.maxDeliveryCount) return to;
    return limit.hasDeadLetterQueue ? 'archiving' : 'archived';
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
    this.state = before.state;
    this.memberId = before.memberId;
  }

  /** The lock ended; this is so whether it can be stored or not. */
  expireLock(to: 'available' | 'archived', limit: DeliveryLimit): void {
    this.free(this.withinLimit(to, limit));
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
