import { setTimeout as sleep } from 'node:timers/promises';
import { KafkaError } from '../../domain/kafka-error.ts';
import { ConnectionError } from './connection-error.ts';

const FIRST_BACKOFF_MS = 50;
const BACKOFF_MAX_MS = 1_000;

export interface RetryOptions {
  readonly timeoutMs: number;
  /** Called before the next attempt, to look again at what may have changed. */
  readonly onRetry?: (error: Error) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Repeats `attempt` while its failures may pass, with growing pauses and until the time is up. */
export async function retrying<T>(
  attempt: () => Promise<T>,
  { timeoutMs, onRetry, signal }: RetryOptions,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (let backoffMs = FIRST_BACKOFF_MS; ; backoffMs = Math.min(2 * backoffMs, BACKOFF_MAX_MS)) {
    try {
      return await attempt();
    } catch (error) {
      const stopped = signal?.aborted === true;
      if (stopped || !isRetriable(error) || performance.now() + backoffMs > deadline) throw error;
      onRetry?.(error);
    }
    await sleep(backoffMs, undefined, signal === undefined ? {} : { signal });
  }
}

export function isRetriable(error: unknown): error is Error {
  if (error instanceof KafkaError) return error.retriable;
  return error instanceof ConnectionError && error.retriable;
}
