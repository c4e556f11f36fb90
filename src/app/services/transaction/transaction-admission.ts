import type { ErrorName } from '../../../domain/error-code.ts';
import type { TransactionSupport } from '../../../domain/transaction/transaction-support.ts';
import type { Clock, Timer } from '../../../ports/clock.ts';
import type {
  TransactionalProducer,
  TransactionCoordinator,
} from '../../../ports/transaction-coordinator.ts';
import type { TransactionPartition } from '../../../ports/transaction-markers.ts';

export interface TransactionAdmissionOptions {
  readonly transactions: Pick<
    TransactionCoordinator,
    'addPartitions' | 'verifyPartition' | 'whenSettled'
  >;
  readonly clock: Clock;
  readonly timer: Timer;
  /** add.partitions.to.txn.retry.backoff.ms; it is tried again sooner where the transaction before ends sooner. */
  readonly retryBackoffMs: number;
  /** add.partitions.to.txn.retry.backoff.max.ms */
  readonly retryMaxMs: number;
  /** transaction.partition.verification.enable */
  readonly isVerificationEnabled: () => boolean;
}

/**
 * Lets records into a partition that belong to an open transaction (KIP-890; Kafka's AddPartitionsToTxnManager): of
 * older clients the partition must be there, for newer ones it is added.
 */
export class TransactionAdmission {
  readonly transactions: TransactionAdmissionOptions['transactions'];
  readonly #options: TransactionAdmissionOptions;

  constructor(options: TransactionAdmissionOptions) {
    this.transactions = options.transactions;
    this.#options = options;
  }

  async admit(
    producer: TransactionalProducer,
    partition: TransactionPartition,
    support: TransactionSupport,
  ): Promise<ErrorName> {
    return support === 'adds-partitions'
      ? this.add(producer, [partition])
      : this.verify(producer, partition);
  }

  verify(producer: TransactionalProducer, partition: TransactionPartition): ErrorName {
    if (!this.#options.isVerificationEnabled()) return 'NONE';
    return this.transactions.verifyPartition(producer, partition);
  }

  /** The end of the transaction before is often still on its way: that is waited for a little. */
  async add(
    producer: TransactionalProducer,
    partitions: readonly TransactionPartition[],
  ): Promise<ErrorName> {
    const { clock, retryMaxMs } = this.#options;
    const { transactionalId, producerId, producerEpoch } = producer;
    const startedAtMs = clock.nowMs();
    for (;;) {
      const error = await this.transactions.addPartitions({
        ...{ transactionalId, producerId, producerEpoch, partitions },
        clientTransactionVersion: 2,
      });
      const isOver = clock.nowMs() - startedAtMs >= retryMaxMs;
      if (error !== 'CONCURRENT_TRANSACTIONS' || isOver) return error;
      await this.#settled(transactionalId);
    }
  }

  /** What ends the transaction before tells so; the time is for what is not told, as a failed disk. */
  #settled(transactionalId: string): Promise<void> {
    const { timer, retryBackoffMs } = this.#options;
    return new Promise((resolve) => {
      let forget = () => {};
      const cancel = timer.schedule(retryBackoffMs, () => {
        forget();
        resolve();
      });
      forget = this.transactions.whenSettled(transactionalId, () => {
        cancel();
        resolve();
      });
    });
  }
}
