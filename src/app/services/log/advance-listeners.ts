import type { Logger } from '../../../ports/logger.ts';

/** Those who wait for a high watermark to move. They are told once, however many appends moved it. */
export class AdvanceListeners {
  readonly #logger: Logger;
  readonly #listeners = new Set<() => void>();
  #advanced = false;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  add(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  noteAdvanced(): void {
    this.#advanced = true;
  }

  notifyAdvanced(): void {
    if (this.#advanced) this.notify();
  }

  /** Tells them that there is something to look at, even though the watermark stands. */
  notify(): void {
    this.#advanced = false;
    for (const listener of this.#listeners) {
      try {
        listener();
      } catch (error) {
        this.#logger.error({ err: error }, 'a listener to a high watermark failed');
      }
    }
  }
}
