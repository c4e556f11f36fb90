import { KafkaError } from '../../../domain/kafka-error.ts';
import type { TopicIdPartition } from '../../../domain/topic-partition.ts';
import type { Clock } from '../../../ports/clock.ts';

/** How long a log that failed again and again waits before it tries the store once more. */
const RETRY_STORE_AFTER_MS = 1000;

/**
 * Whether a log takes appends, and if not, why: it is not loaded yet, the store failed, it was deleted or the broker
 * stops.
 */
export class LogAvailability {
  readonly #id: TopicIdPartition;
  readonly #clock: Clock;
  #isLoaded = false;
  #refusal: KafkaError | undefined;
  #deleted = false;
  #failuresInARow = 0;
  #retryAtMs = 0;

  constructor(id: TopicIdPartition, clock: Clock) {
    this.#id = id;
    this.#clock = clock;
  }

  get available(): boolean {
    return this.#isLoaded && this.#refusal === undefined;
  }

  get deleted(): boolean {
    return this.#deleted;
  }

  /** Throws while appends are refused. */
  checkAppend(): void {
    if (this.#refusal !== undefined) throw this.#refusal;
    if (!this.#isLoaded) throw new KafkaError('KAFKA_STORAGE_ERROR', 'the log is not loaded');
    if (this.#retryAtMs === 0) return;
    if (this.#clock.nowMs() < this.#retryAtMs) {
      throw new KafkaError('KAFKA_STORAGE_ERROR', 'the last appends failed');
    }
    this.#retryAtMs = 0;
  }

  /** Throws once the log was deleted. */
  checkRead(): void {
    if (this.#deleted) throw this.#gone();
  }

  loaded(): void {
    this.#isLoaded = true;
    if (!this.#deleted) this.#refusal = undefined;
  }

  stored(): void {
    this.#failuresInARow = 0;
  }

  failed(cause: unknown): void {
    if (this.#deleted) return;
    this.#refusal = new KafkaError('KAFKA_STORAGE_ERROR', 'an earlier append failed', { cause });
  }

  /** After the first failure the next append may try at once. */
  recovered(): void {
    this.#failuresInARow++;
    this.#retryAtMs = this.#failuresInARow > 1 ? this.#clock.nowMs() + RETRY_STORE_AFTER_MS : 0;
  }

  markDeleted(): void {
    this.#deleted = true;
    this.#refusal = this.#gone();
  }

  close(): void {
    this.#refusal ??= new KafkaError('NOT_LEADER_OR_FOLLOWER', 'the broker is shutting down');
  }

  #gone(): KafkaError {
    const { topic, partition } = this.#id;
    return new KafkaError(
      'UNKNOWN_TOPIC_OR_PARTITION',
      `partition ${partition} of topic ${topic} was deleted`,
    );
  }
}
