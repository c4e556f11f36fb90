import type { Clock, Timer } from '../../ports/clock.ts';

/** A clock and a timer that move only when they are told to. */
export class ManualTime implements Clock, Timer {
  ms = 1_700_000_060_000;
  readonly #scheduled: { atMs: number; callback: () => void }[] = [];

  nowMs(): number {
    return this.ms;
  }

  schedule(delayMs: number, callback: () => void): () => void {
    const entry = { atMs: this.ms + delayMs, callback };
    this.#scheduled.push(entry);
    return () => {
      const at = this.#scheduled.indexOf(entry);
      if (at >= 0) this.#scheduled.splice(at, 1);
    };
  }

  afterTurn(callback: () => void): void {
    setImmediate(callback);
  }

  advance(ms: number): void {
    this.ms += ms;
    const due = this.#scheduled.filter(({ atMs }) => atMs <= this.ms);
    for (const entry of due) {
      const at = this.#scheduled.indexOf(entry);
      if (at < 0) continue;
      this.#scheduled.splice(at, 1);
      entry.callback();
    }
  }
}
