import type { Clock, Timer } from '../../../../ports/clock.ts';

/** Less is not worth a timer. */
const SHORTEST_PAUSE_MS = 20;
/** So that who waits finds out in time that it is to stop. */
const LONGEST_PAUSE_MS = 200;
/** Time on the event loop after which others have their turn. */
const SLICE_MS = 4;

export interface IoBudgetOptions {
  readonly clock: Clock;
  readonly timer: Timer;
  /** Kafka's log.cleaner.io.max.bytes.per.second, as it is now. */
  bytesPerSecond(): number;
}

/** Keeps a cleaner's reads and writes below a rate, and its work from holding the event loop (Kafka's Throttler). */
export class IoBudget {
  readonly #o: IoBudgetOptions;
  /** When what was spent so far is paid for. */
  #paidAtMs = 0;
  #sliceStartedMs: number;

  constructor(options: IoBudgetOptions) {
    this.#o = options;
    this.#sliceStartedMs = options.clock.nowMs();
  }

  /** Whether it is time to call `pause`. */
  spend(bytes: number): boolean {
    const nowMs = this.#o.clock.nowMs();
    this.#paidAtMs = Math.max(this.#paidAtMs, nowMs) + (bytes * 1000) / this.#o.bytesPerSecond();
    const isSliceOver = nowMs - this.#sliceStartedMs >= SLICE_MS || nowMs < this.#sliceStartedMs;
    return isSliceOver || this.#paidAtMs - nowMs >= SHORTEST_PAUSE_MS;
  }

  /** Lets others have their turn, and waits for what was spent; `check` throws where it is no use to go on. */
  async pause(check: () => void): Promise<void> {
    const { clock, timer } = this.#o;
    await new Promise<void>((resolve) => timer.afterTurn(resolve));
    for (;;) {
      check();
      const leftMs = this.#paidAtMs - clock.nowMs();
      if (leftMs < SHORTEST_PAUSE_MS) break;
      await new Promise<void>((resolve) => {
        timer.schedule(Math.min(leftMs, LONGEST_PAUSE_MS), resolve);
      });
    }
    this.#sliceStartedMs = clock.nowMs();
  }
}
