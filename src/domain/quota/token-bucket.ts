import type { QuotaWindow } from './sampled-rate.ts';

/**
 * Tokens that come at a rate and are saved up for a whole window (Kafka's TokenBucket, KIP-599): a burst is allowed,
 * what goes beyond it makes a debt that has to be waited for.
 */
export class TokenBucket {
  readonly #window: QuotaWindow;
  #tokens: number;
  #filledMs: number;
  #perSecond: number;

  constructor(window: QuotaWindow, perSecond: number, nowMs: number) {
    this.#window = window;
    this.#perSecond = perSecond;
    this.#tokens = this.#capacity;
    this.#filledMs = nowMs;
  }

  take(tokens: number, nowMs: number): void {
    this.#fill(nowMs);
    this.#tokens = Math.min(this.#tokens - tokens, this.#capacity);
  }

  /** How long it takes to be out of debt; 0: there is none. */
  throttleMs(nowMs: number): number {
    this.#fill(nowMs);
    return this.#tokens >= 0 ? 0 : Math.round((-this.#tokens / this.#perSecond) * 1000);
  }

  /** The rate from now on. */
  setRate(perSecond: number, nowMs: number): void {
    this.#fill(nowMs);
    this.#perSecond = perSecond;
    this.#tokens = Math.min(this.#tokens, this.#capacity);
  }

  /** Whether it is full: it may be dropped and made anew. */
  isFull(nowMs: number): boolean {
    this.#fill(nowMs);
    return this.#tokens >= this.#capacity;
  }

  get #capacity(): number {
    return (this.#window.samples * this.#window.sampleMs * this.#perSecond) / 1000;
  }

  #fill(nowMs: number): void {
    const elapsedMs = Math.max(nowMs - this.#filledMs, 0);
    this.#tokens = Math.min(this.#tokens + (elapsedMs * this.#perSecond) / 1000, this.#capacity);
    this.#filledMs = nowMs;
  }
}
