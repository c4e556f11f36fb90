import { NO_PRODUCER_EPOCH, NO_PRODUCER_ID } from '../record/record-batch-header.ts';
import { TransactionPartitions } from './transaction-partitions.ts';
import {
  isValidTransition,
  type TransactionState,
  type TransactionVersion,
} from './transaction-state.ts';

/** What a transactional id is, was, or is about to be (Kafka's TxnTransitMetadata). */
export interface TransactionValues {
  readonly state: TransactionState;
  readonly producerId: bigint;
  readonly previousProducerId: bigint;
  readonly nextProducerId: bigint;
  readonly producerEpoch: number;
  readonly lastProducerEpoch: number;
  readonly timeoutMs: number;
  readonly partitions: TransactionPartitions;
  /** -1 without a transaction. */
  readonly startTimestampMs: number;
  readonly lastUpdateTimestampMs: number;
  readonly clientTransactionVersion: TransactionVersion;
}

const MAX_EPOCH = 32_767;

/** The last epoch is kept back, so that a producer can always be fenced (isEpochExhausted). */
export function isEpochExhausted(epoch: number): boolean {
  return epoch >= MAX_EPOCH - 1;
}

/**
 * A transactional id (Kafka's TransactionMetadata). What it is changes only once the change is in the
 * log; while one is on its way, `pendingState` keeps others away.
 */
export class TransactionMetadata {
  readonly transactionalId: string;
  values: TransactionValues;
  pendingState: TransactionState | undefined;
  private readonly waiting = new Set<() => void>();

  constructor(transactionalId: string, values: TransactionValues) {
    this.transactionalId = transactionalId;
    this.values = values;
  }

  static create(
    transactionalId: string,
    producerId: bigint,
    timeoutMs: number,
    nowMs: number,
  ): TransactionMetadata {
    return new TransactionMetadata(transactionalId, {
      state: 'Empty',
      producerId,
      previousProducerId: NO_PRODUCER_ID,
      nextProducerId: NO_PRODUCER_ID,
      producerEpoch: NO_PRODUCER_EPOCH,
      lastProducerEpoch: NO_PRODUCER_EPOCH,
      timeoutMs,
      partitions: TransactionPartitions.NONE,
      startTimestampMs: -1,
      lastUpdateTimestampMs: nowMs,
      clientTransactionVersion: 0,
    });
  }

  get isEpochExhausted(): boolean {
    return isEpochExhausted(this.values.producerEpoch);
  }

  /**
   * Nobody may change it now. What is prepared counts as on its way to its end from the moment the end was answered: Kafka
   * notes the next transition in the same step, and again when it loads.
   */
  get isInTransition(): boolean {
    const { state } = this.values;
    return this.pendingState !== undefined || state === 'PrepareCommit' || state === 'PrepareAbort';
  }

  /** Notes where it goes; the values become true by `complete`. */
  prepare(change: Partial<TransactionValues> & { readonly state: TransactionState }) {
    const { values } = this;
    if (this.pendingState !== undefined || !isValidTransition(values.state, change.state)) {
      throw new Error(
        `${this.transactionalId} cannot go from ${values.state} to ${change.state} while ` +
          `${this.pendingState ?? 'nothing'} is pending`,
      );
    }
    this.pendingState = change.state;
    return { ...values, previousProducerId: values.producerId, ...change };
  }

  complete(values: TransactionValues): void {
    this.values = values;
    this.pendingState = undefined;
    this.tellWaiting();
  }

  /** The change could not be stored. */
  giveUp(): void {
    this.pendingState = undefined;
    this.tellWaiting();
  }

  /** Calls `settled` once, as soon as the id may be changed, which may be now; the answer cancels it. */
  whenSettled(settled: () => void): () => void {
    this.waiting.add(settled);
    this.tellWaiting();
    return () => this.waiting.delete(settled);
  }

  private tellWaiting(): void {
    if (this.waiting.size === 0 || this.isInTransition) return;
    const told = [...this.waiting];
    this.waiting.clear();
    for (const settled of told) settled();
  }
}
