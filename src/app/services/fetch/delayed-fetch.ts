import type { Timer } from '../../../ports/clock.ts';
import type { FetchPass, WatchedLog } from './partition-reader.ts';

export interface DelayedFetchOptions {
  readonly timer: Timer;
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly signal: AbortSignal | undefined;
  /** Reads once more; the pass before was released. */
  readonly read: () => FetchPass | Promise<FetchPass>;
}

/**
 * A fetch that waits for bytes (Kafka's DelayedFetch). It watches the high watermarks of its partitions, so nothing is
 * polled; several that move in one turn cause one read.
 */
export class DelayedFetch {
  readonly #options: DelayedFetchOptions;
  readonly #unwatch: (() => void)[] = [];
  #watched: readonly WatchedLog[] = [];
  #missingBytes = 0;
  #reading = false;
  #woken = false;
  #over = false;
  #cancelTimer: () => void = () => undefined;
  #resolve!: (pass: FetchPass) => void;
  #reject!: (error: unknown) => void;

  constructor(options: DelayedFetchOptions) {
    this.#options = options;
  }

  /** Resolves with a pass that holds enough, or what is there when the time is over. */
  wait(pass: FetchPass): Promise<FetchPass> {
    const { timer, maxWaitMs, signal } = this.#options;
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#cancelTimer = timer.schedule(maxWaitMs, this.#expire);
      signal?.addEventListener('abort', this.#expire, { once: true });
      for (const { log } of pass.watched) {
        this.#unwatch.push(log.onHighWatermarkAdvance(this.#wake));
      }
      this.#rest(pass);
      if (signal?.aborted === true) this.#expire();
    });
  }

  /** Gives the pass back and waits; a watermark that moved while it was read counts as a wake. */
  #rest(pass: FetchPass): void {
    this.#watched = pass.watched;
    this.#missingBytes = Math.max(this.#options.minBytes - pass.bytes, 1);
    pass.release();
    if (pass.watched.some(({ log, highWatermark }) => log.highWatermark !== highWatermark)) {
      this.#wake();
    }
  }

  readonly #wake = (): void => {
    if (this.#woken || this.#over) return;
    this.#woken = true;
    queueMicrotask(() => {
      this.#woken = false;
      if (!this.#reading && !this.#over && this.#mayBeEnough()) void this.#readAgain(false);
    });
  };

  readonly #expire = (): void => {
    if (this.#over) return;
    this.#over = true;
    this.#stop();
    if (!this.#reading) void this.#readAgain(true);
  };

  /** What the logs grew by bounds what a read could add; many small appends must not cause as many reads. */
  #mayBeEnough(): boolean {
    if (this.#missingBytes === 1) return true;
    let grown = 0;
    for (const { log, sizeBytes, settled } of this.#watched) {
      if (!settled) return true;
      grown += Math.max(log.sizeBytes - sizeBytes, 0);
    }
    return grown >= this.#missingBytes;
  }

  async #readAgain(last: boolean): Promise<void> {
    this.#reading = true;
    try {
      const pass = await this.#options.read();
      this.#reading = false;
      if (last || this.#over || pass.urgent || pass.bytes >= this.#options.minBytes) {
        this.#over = true;
        this.#stop();
        this.#resolve(pass);
      } else {
        this.#rest(pass);
      }
    } catch (error) {
      this.#over = true;
      this.#stop();
      this.#reject(error);
    }
  }

  #stop(): void {
    this.#cancelTimer();
    this.#options.signal?.removeEventListener('abort', this.#expire);
    for (const unwatch of this.#unwatch.splice(0)) unwatch();
  }
}
