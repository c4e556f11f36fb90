/** Beside statements: the batch of a view, and what the broker reads and writes for all of them. */
const KEPT_FREE = 2;
/** As libuv has it where the environment says nothing. */
const POOL_THREADS = 4;

/**
 * How many statements run at a time on the process's pool of threads. One that reads a topic holds its thread until the broker
 * has read for it, which takes a thread of the same pool: were all of them held, none of it would ever end.
 */
export class ThreadPoolShare {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(size: number) {
    this.#free = size;
  }

  /** Rejects with the signal's reason when it is aborted before there is a thread. */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await this.#turn(signal);
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        const place = this.#waiting.indexOf(enter);
        if (place !== -1) this.#waiting.splice(place, 1);
        reject(signal.reason as Error);
      };
      if (signal.aborted) return leave();
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.push(enter);
    });
  }
}

/** The share of this process's pool. */
export function threadPoolShare(): ThreadPoolShare {
  const threads = Number(process.env.UV_THREADPOOL_SIZE) || POOL_THREADS;
  return new ThreadPoolShare(Math.max(1, threads - KEPT_FREE));
}
