import type { Timer } from '../../../ports/clock.ts';
import type { LiveSharePartition } from './live-share-partition.ts';
import { lookAtPartitions, type ShareFetchOptions, type SharePass } from './share-fetch-pass.ts';

export interface DelayedShareFetchOptions extends ShareFetchOptions {
  readonly timer: Timer;
  readonly maxWaitMs: number;
  readonly signal: AbortSignal | undefined;
  /** Whether a partition turned out not to be had: once none is left there is nothing to wait for. */
  readonly isHopeless: () => boolean;
}

/**
 * A share fetch that waits for records it may acquire (Kafka's DelayedShareFetch): new ones in the log, or those that
 * another member gave back. It watches its share-partitions, so nothing is polled.
 */
export class DelayedShareFetch {
  readonly #options: DelayedShareFetchOptions;
  readonly #partitions: readonly LiveSharePartition[];
  #wakeUp: () => void = () => undefined;
  #isWoken = false;
  #isOver = false;

  constructor(partitions: readonly LiveSharePartition[], options: DelayedShareFetchOptions) {
    this.#partitions = partitions;
    this.#options = options;
  }

  async run(): Promise<SharePass> {
    const { timer, maxWaitMs, signal, isHopeless } = this.#options;
    const wake = () => this.#wake();
    const unwatch = this.#partitions.map((live) => live.watch(wake));
    const end = () => this.#end();
    const cancelTimer = timer.schedule(Math.max(maxWaitMs, 0), end);
    signal?.addEventListener('abort', end, { once: true });
    if (signal?.aborted === true || maxWaitMs <= 0) this.#isOver = true;
    try {
      for (;;) {
        const isLast = this.#isOver;
        this.#isWoken = false;
        const pass = await lookAtPartitions(this.#partitions, this.#options, isLast, wake);
        if (pass.acquiredCount > 0 || pass.isUrgent || isLast || isHopeless()) return pass;
        pass.release();
        if (!pass.hasMoved) await this.#nextEvent();
      }
    } finally {
      cancelTimer();
      signal?.removeEventListener('abort', end);
      for (const stop of unwatch) stop();
    }
  }

  #nextEvent(): Promise<void> {
    if (this.#isWoken || this.#isOver) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wakeUp = resolve;
    });
  }

  #wake(): void {
    this.#isWoken = true;
    this.#wakeUp();
  }

  #end(): void {
    this.#isOver = true;
    this.#wakeUp();
  }
}
