/** Wall-clock time. The domain never reads a clock; services ask this port. */
export interface Clock {
  /** Milliseconds since the epoch, as record timestamps use them. */
  nowMs(): number;
}

/** Timers, stepped by hand in tests. */
export interface Timer {
  /** Calls `callback` once after `delayMs`; the answer cancels it. A pending timer does not keep the process alive. */
  schedule(delayMs: number, callback: () => void): CancelTimer;
  /**
   * Calls `callback` after the I/O events of this turn were handled, in the order asked for; one that is asked for by another
   * follows in the same turn.
   */
  afterTurn(callback: () => void): void;
}

export type CancelTimer = () => void;
