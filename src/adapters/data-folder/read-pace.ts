/** What a copy out of the page cache may take: a fixed part, and a part by size at a quarter of a slow memory's speed. */
const CACHED_MS = 1;
const CACHED_BYTES_PER_MS = 500_000;
const REST_MIN = 64;
const REST_MAX = 4096;

/**
 * Whether old data are worth reading on the event loop. In the page cache a copy costs less than a trip to the thread
 * pool; from the device it would stop everything else. How long the last such read took tells which it is: after a slow
 * one the next reads go to the pool, twice as many each time.
 */
export class ReadPace {
  #rest = 0;
  #nextRest = REST_MIN;

  /** Asked before each read. */
  mayReadSync(): boolean {
    if (this.#rest === 0) return true;
    this.#rest -= 1;
    return false;
  }

  took(bytes: number, elapsedMs: number): void {
    if (elapsedMs <= CACHED_MS + bytes / CACHED_BYTES_PER_MS) {
      this.#nextRest = Math.max(REST_MIN, this.#nextRest / 2);
      return;
    }
    this.#rest = this.#nextRest;
    this.#nextRest = Math.min(REST_MAX, this.#nextRest * 2);
  }
}
