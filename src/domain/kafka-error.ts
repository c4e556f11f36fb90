import { ERROR_CODES, type ErrorName } from './error-code.ts';

/**
 * A failure that has one of Kafka's error codes: expected, and told to the client.
 * The message says what the sender should do; handlers put it where the response has room for it.
 */
export class KafkaError extends Error {
  readonly errorName: ErrorName;

  constructor(errorName: ErrorName, message?: string, options?: ErrorOptions) {
    super(message ?? errorName, options as never);
    this.name = 'KafkaError';
    this.errorName = errorName;
  }

  get code(): number {
    return ERROR_CODES[this.errorName].code;
  }

  get retriable(): boolean {
    return ERROR_CODES[this.errorName].retriable;
  }

  /** Any thrown value as a KafkaError; what is not ours becomes UNKNOWN_SERVER_ERROR with its cause. */
  static from(thrown: unknown): KafkaError {
    if (thrown instanceof KafkaError) return thrown;
    return new KafkaError('UNKNOWN_SERVER_ERROR', 'unexpected broker error', { cause: thrown });
  }
}
