import type { FileCache } from './file-cache.ts';

/** Logs that are synced at a time so that their files can be closed. */
const PARALLEL = 16;

/** A log whose files stay open because they are not synced. */
export interface OpenWriter {
  /** Syncs the log's own files and closes those that were not written to meanwhile. */
  flush(): Promise<void>;
}

/**
 * Keeps files that wait for a sync from staying open without bound: where there are more than the cache shall hold, those
 * that were opened first are synced and closed.
 */
export class OpenWrites {
  readonly #cache: FileCache;
  /** In the order in which their first file was opened. */
  readonly #writers = new Set<OpenWriter>();
  #relief: Promise<void> | undefined;

  constructor(cache: FileCache) {
    this.#cache = cache;
  }

  opened(writer: OpenWriter): void {
    this.#writers.add(writer);
    if (this.#relief !== undefined || !this.#cache.isFull) return;
    this.#relief = this.#run().finally(() => {
      this.#relief = undefined;
    });
  }

  closed(writer: OpenWriter): void {
    this.#writers.delete(writer);
  }

  /**
   * What an append waits for before it is answered, where the device syncs more slowly than new files are written to:
   * else there would be a file open for each log.
   */
  get congestion(): Promise<void> | undefined {
    return this.#cache.isOverfull ? this.#relief : undefined;
  }

  async settled(): Promise<void> {
    await this.#relief;
  }

  async #run(): Promise<void> {
    // What is being written in this turn is written first.
    await undefined;
    while (this.#cache.isFull && this.#writers.size > 0) {
      const oldest = [...this.#writers].slice(0, PARALLEL);
      for (const writer of oldest) this.#writers.delete(writer);
      // A failure is the log's own: it refuses appends from then on.
      await Promise.allSettled(oldest.map((writer) => writer.flush()));
    }
  }
}
