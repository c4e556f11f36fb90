interface Sample {
  readonly startMs: number;
  sum: number;
}

export interface QuotaWindow {
  /** quota.window.num */
  readonly samples: number;
  /** quota.window.size.seconds, in milliseconds. */
  readonly sampleMs: number;
}

/**
 * What was used a second, over the last samples (Kafka's Rate over WindowedSum). Until the first ones are full the
 * window counts as if it were, so that a burst at the beginning is no violation by itself.
 */
export class SampledRate {
  readonly #window: QuotaWindow;
  #samples: Sample[] = [];

  constructor(window: QuotaWindow) {
    this.#window = window;
  }

  /** A negative amount takes back what was recorded in vain. */
  record(amount: number, nowMs: number): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && nowMs < last.startMs + this.#window.sampleMs) last.sum += amount;
    else this.#samples.push({ startMs: nowMs, sum: amount });
    this.#forget(nowMs);
  }

  /** A second. */
  rate(nowMs: number): number {
    this.#forget(nowMs);
    let sum = 0;
    for (const sample of this.#samples) sum += sample.sum;
    return sum / (this.#elapsedMs(nowMs) / 1000);
  }

  /** How long whoever uses `bound` a second at most has to wait until the rate is that again; 0: not at all. */
  throttleMs(bound: number, nowMs: number): number {
    const rate = this.rate(nowMs);
    if (rate <= bound) return 0;
    return Math.round(((rate - bound) / bound) * this.#elapsedMs(nowMs));
  }

  /** Whether nothing is remembered: it may be dropped and made anew. */
  isIdle(nowMs: number): boolean {
    this.#forget(nowMs);
    return this.#samples.length === 0;
  }

  #elapsedMs(nowMs: number): number {
    const { samples, sampleMs } = this.#window;
    const elapsedMs = nowMs - (this.#samples[0]?.startMs ?? nowMs);
    const missing = samples - 1 - Math.floor(elapsedMs / sampleMs);
    return Math.max(elapsedMs + Math.max(missing, 0) * sampleMs, sampleMs);
  }

  #forget(nowMs: number): void {
    const { samples, sampleMs } = this.#window;
    const oldestMs = nowMs - samples * sampleMs;
    let obsolete = 0;
    while (obsolete < this.#samples.length && this.#samples[obsolete]!.startMs <= oldestMs) {
      obsolete += 1;
    }
    if (obsolete > 0) this.#samples = this.#samples.slice(obsolete);
  }
}
