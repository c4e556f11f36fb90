import type { ClientThrottle, MutationPermits, QuotaClient } from '../../ports/client-throttle.ts';

/** What one request uses of its client's quotas. Made only where there are quotas. */
export class RequestQuota {
  readonly #throttle: ClientThrottle;
  readonly #client: QuotaClient;
  readonly #requestBytes: number;
  readonly #permits: MutationPermits[] = [];
  #throttleMs = 0;

  constructor(throttle: ClientThrottle, client: QuotaClient, requestBytes: number) {
    this.#throttle = throttle;
    this.#client = client;
    this.#requestBytes = requestBytes;
  }

  /** The request's bytes count as produced. */
  produced(): void {
    this.#wait(this.#throttle.produced(this.#client, this.#requestBytes));
  }

  get fetchBytesMax(): number {
    return this.#throttle.fetchBytesMax(this.#client);
  }

  /** Whether these bytes may be sent; else the answer has to do without them. */
  mayFetch(bytes: number): boolean {
    const waitMs = this.#throttle.fetched(this.#client, bytes);
    this.#wait(waitMs);
    return waitMs === 0;
  }

  mutations(options: { readonly strict: boolean }): MutationPermits {
    const permits = this.#throttle.mutations(this.#client, options.strict);
    this.#permits.push(permits);
    return permits;
  }

  /** Time of this thread that went into the request. */
  handled(milliseconds: number): void {
    this.#wait(this.#throttle.handled(this.#client, milliseconds));
  }

  /** How long the client is to be left alone, after all the above. */
  get throttleMs(): number {
    let longest = this.#throttleMs;
    for (const { throttleMs } of this.#permits) longest = Math.max(longest, throttleMs);
    return longest;
  }

  #wait(milliseconds: number): void {
    this.#throttleMs = Math.max(this.#throttleMs, milliseconds);
  }
}
