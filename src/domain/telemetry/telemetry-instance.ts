import type { ErrorName } from '../error-code.ts';
import type { RequestedTelemetry } from './telemetry-subscription.ts';

/** After these a client asks for its subscription at once. */
const ASKS_AGAIN: ReadonlySet<ErrorName> = new Set([
  'UNKNOWN_SUBSCRIPTION_ID',
  'UNSUPPORTED_COMPRESSION_TYPE',
]);

export interface TelemetryPush {
  readonly subscriptionId: number;
  readonly terminating: boolean;
  readonly compressionKnown: boolean;
  readonly sizeBytes: number;
}

/** One client that tells its metrics: what it was asked for, and when it may be heard again (Kafka's ClientMetricsInstance). */
export class TelemetryInstance {
  readonly requested: RequestedTelemetry;
  readonly subscriptionId: number;
  /** Which state of the subscriptions this was made for. */
  readonly basis: unknown;
  #askedMs = Number.NEGATIVE_INFINITY;
  #pushedMs = Number.NEGATIVE_INFINITY;
  #terminating = false;
  #lastError: ErrorName = 'NONE';

  constructor(requested: RequestedTelemetry, subscriptionId: number, basis: unknown) {
    this.requested = requested;
    this.subscriptionId = subscriptionId;
    this.basis = basis;
  }

  /** Takes over what an instance for older subscriptions knows. */
  follow(older: TelemetryInstance): void {
    this.#askedMs = older.#askedMs;
    this.#pushedMs = older.#pushedMs;
    this.#terminating = older.#terminating;
    this.#lastError = older.#lastError;
  }

  /** A request for the subscription. */
  ask(nowMs: number): ErrorName {
    const sinceMs = nowMs - Math.max(this.#askedMs, this.#pushedMs);
    if (sinceMs < this.requested.intervalMs && !ASKS_AGAIN.has(this.#lastError)) {
      return this.#answer('THROTTLING_QUOTA_EXCEEDED');
    }
    this.#askedMs = nowMs;
    return this.#answer('NONE');
  }

  /** Metrics; NONE: they are to be taken. */
  push(push: TelemetryPush, telemetryMaxBytes: number, nowMs: number): ErrorName {
    if (this.#terminating) return this.#answer('INVALID_REQUEST');
    const isFirst = this.#askedMs > this.#pushedMs;
    const isDue = nowMs - this.#pushedMs >= this.requested.intervalMs;
    // The last push of a client that closes comes whenever it closes.
    if (!isFirst && !isDue && !push.terminating) return this.#answer('THROTTLING_QUOTA_EXCEEDED');
    this.#pushedMs = nowMs;
    this.#terminating = push.terminating;
    if (push.subscriptionId !== this.subscriptionId) {
      return this.#answer('UNKNOWN_SUBSCRIPTION_ID');
    }
    if (!push.compressionKnown) return this.#answer('UNSUPPORTED_COMPRESSION_TYPE');
    if (push.sizeBytes > telemetryMaxBytes) return this.#answer('TELEMETRY_TOO_LARGE');
    return this.#answer('NONE');
  }

  #answer(error: ErrorName): ErrorName {
    this.#lastError = error;
    return error;
  }
}
