import type { TransactionConfig } from '../transaction/transaction-config.ts';
import type { BrokerConfig } from './broker-config.ts';

/** What the transaction coordinator must know, from the broker's configs (Kafka's TransactionLogConfig and others). */
export function transactionConfigOf(brokerConfig: BrokerConfig): Partial<TransactionConfig> {
  return {
    maxTimeoutMs: brokerConfig.get('transaction.max.timeout.ms'),
    idExpirationMs: brokerConfig.get('transactional.id.expiration.ms'),
    removeExpiredIntervalMs: brokerConfig.get(
      'transaction.remove.expired.transaction.cleanup.interval.ms',
    ),
    abortTimedOutIntervalMs: brokerConfig.get(
      'transaction.abort.timed.out.transaction.cleanup.interval.ms',
    ),
  };
}
