/** The broker's settings for transactions, by Kafka's names. */
export interface TransactionConfig {
  /** transaction.max.timeout.ms */
  readonly maxTimeoutMs: number;
  /** transactional.id.expiration.ms */
  readonly idExpirationMs: number;
  /** transaction.remove.expired.transaction.cleanup.interval.ms */
  readonly removeExpiredIntervalMs: number;
  /** transaction.abort.timed.out.transaction.cleanup.interval.ms */
  readonly abortTimedOutIntervalMs: number;
  /** How long until markers that could not be written are tried again. */
  readonly markerRetryMs: number;
}

/** Kafka's defaults. */
export const DEFAULT_TRANSACTION_CONFIG: TransactionConfig = {
  maxTimeoutMs: 900_000,
  idExpirationMs: 604_800_000,
  removeExpiredIntervalMs: 3_600_000,
  abortTimedOutIntervalMs: 10_000,
  markerRetryMs: 100,
};
