import { KafkaError } from '../../../domain/kafka-error.ts';
import type { TokenBucket } from '../../../domain/quota/token-bucket.ts';
import type { MutationPermits } from '../../../ports/client-throttle.ts';
import type { Clock } from '../../../ports/clock.ts';

/** For clients without a bound. */
export const NO_MUTATION_BOUND: MutationPermits = { take: () => undefined, throttleMs: 0 };

/** Kafka's StrictControllerMutationQuota, and its permissive one for versions that cannot be told of an error. */
export class TokenPermits implements MutationPermits {
  readonly #bucket: TokenBucket;
  readonly #strict: boolean;
  readonly #clock: Clock;
  readonly #decided = new Map<string, KafkaError | undefined>();
  throttleMs = 0;

  constructor(bucket: TokenBucket, strict: boolean, clock: Clock) {
    this.#bucket = bucket;
    this.#strict = strict;
    this.#clock = clock;
  }

  /** What a request changes may be planned anew when the metadata changed meanwhile: each topic pays once. */
  take(topic: string, partitions: number): KafkaError | undefined {
    if (this.#decided.has(topic)) return this.#decided.get(topic);
    const error = this.#take(partitions);
    this.#decided.set(topic, error);
    return error;
  }

  #take(partitions: number): KafkaError | undefined {
    const nowMs = this.#clock.nowMs();
    if (this.#strict) {
      this.throttleMs = this.#bucket.throttleMs(nowMs);
      if (this.throttleMs > 0) {
        return new KafkaError(
          'THROTTLING_QUOTA_EXCEEDED',
          `more partitions are changed than the quota allows: try again in ${this.throttleMs} ms`,
        );
      }
    }
    this.#bucket.take(partitions, nowMs);
    if (!this.#strict) this.throttleMs = this.#bucket.throttleMs(nowMs);
    return undefined;
  }
}
