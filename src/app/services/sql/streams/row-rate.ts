import type { Clock } from '../../../../ports/clock.ts';

const WINDOW_MS = 10_000;

/** Rows in a second, over the last ten. */
export class RowRate {
  readonly #clock: Clock;
  #counts: { readonly atMs: number; readonly rows: number }[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(rows: number): void {
    if (rows === 0) return;
    this.#forget();
    this.#counts.push({ atMs: this.#clock.nowMs(), rows });
  }

  perSecond(): number {
    this.#forget();
    const rows = this.#counts.reduce((sum, count) => sum + count.rows, 0);
    return Math.round((rows * 1000) / WINDOW_MS);
  }

  #forget(): void {
    const afterMs = this.#clock.nowMs() - WINDOW_MS;
    this.#counts = this.#counts.filter(({ atMs }) => atMs > afterMs);
  }
}
