import type { CoordinatorContext } from '../coordinator/coordinator-shard.ts';
import type { TransactionConfig } from './transaction-config.ts';
import type { TransactionMetadata } from './transaction-metadata.ts';
import { transactionRecord } from './transaction-records.ts';

/** Aborts transactions that take too long, and forgets ids that nobody uses. */
export class TransactionCleanup {
  private readonly context: CoordinatorContext;
  private readonly config: TransactionConfig;
  private readonly ids: Map<string, TransactionMetadata>;
  private readonly abort: (metadata: TransactionMetadata) => void;

  constructor(
    context: CoordinatorContext,
    config: TransactionConfig,
    ids: Map<string, TransactionMetadata>,
    abort: (metadata: TransactionMetadata) => void,
  ) {
    this.context = context;
    this.config = config;
    this.ids = ids;
    this.abort = abort;
  }

  start(): void {
    const { abortTimedOutIntervalMs, removeExpiredIntervalMs } = this.config;
    this.every('abort-timed-out', abortTimedOutIntervalMs, () => this.abortTimedOut());
    this.every('remove-expired', removeExpiredIntervalMs, () => this.removeExpired());
  }

  private every(key: string, intervalMs: number, step: () => void): void {
    this.context.schedule(key, intervalMs, () => {
      this.every(key, intervalMs, step);
      step();
    });
  }

  /** Kafka's abortTimedOutTransactions. */
  abortTimedOut(): void {
    const nowMs = this.context.nowMs();
    for (const metadata of this.ids.values()) {
      const { state, startTimestampMs, timeoutMs } = metadata.values;
      if (state !== 'Ongoing' || metadata.pendingState !== undefined) continue;
      if (startTimestampMs + timeoutMs < nowMs) this.abort(metadata);
    }
  }

  /** Kafka's removeExpiredTransactionalIds. */
  removeExpired(): void {
    const expiredBeforeMs = this.context.nowMs() - this.config.idExpirationMs;
    for (const [transactionalId, metadata] of this.ids) {
      const { state, lastUpdateTimestampMs } = metadata.values;
      const isIdle = state === 'Empty' || state === 'CompleteCommit' || state === 'CompleteAbort';
      if (!isIdle || metadata.pendingState !== undefined) continue;
      if (lastUpdateTimestampMs > expiredBeforeMs) continue;
      metadata.prepare({ state: 'Dead' });
      this.context.append([transactionRecord(transactionalId, undefined)], (error) => {
        metadata.giveUp();
        if (error === undefined) this.ids.delete(transactionalId);
      });
    }
  }
}
