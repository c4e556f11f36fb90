import type { ErrorName } from '../error-code.ts';
import type { TransactionPartition, TransactionPartitions } from './transaction-partitions.ts';
import type { TransactionState, TransactionVersion } from './transaction-state.ts';

export interface ProducerIdAndEpoch {
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

/** A producer as its requests name it. */
export interface TransactionalProducer extends ProducerIdAndEpoch {
  readonly transactionalId: string;
}

export interface InitProducerCommand {
  readonly transactionalId: string;
  readonly timeoutMs: number;
  /** What the producer believes to be (KIP-360); undefined for one that starts. */
  readonly expected: ProducerIdAndEpoch | undefined;
  /** Given where `needsProducerId` asked for one. */
  readonly newProducerId: bigint | undefined;
}

/** -1 each beside an error. */
export interface ProducerAnswer extends ProducerIdAndEpoch {
  readonly error: ErrorName;
}

export interface AddPartitionsCommand extends TransactionalProducer {
  readonly partitions: readonly TransactionPartition[];
  readonly clientTransactionVersion: TransactionVersion;
}

export interface EndTransactionCommand extends TransactionalProducer {
  readonly committed: boolean;
  readonly clientTransactionVersion: TransactionVersion;
  readonly newProducerId: bigint | undefined;
}

/** The end of a transaction, as it is written into the log of each of its partitions. */
export interface TransactionMarker extends ProducerIdAndEpoch {
  readonly committed: boolean;
  readonly coordinatorEpoch: number;
  readonly transactionVersion: TransactionVersion;
  readonly partitions: Iterable<TransactionPartition>;
}

/** Writes a marker; `written` gets the partitions that have to be tried again. */
export type WriteMarker = (
  marker: TransactionMarker,
  written: (unwritten: readonly TransactionPartition[]) => void,
) => void;

export interface DescribedTransaction extends ProducerIdAndEpoch {
  readonly transactionalId: string;
  readonly state: TransactionState;
  readonly timeoutMs: number;
  readonly startTimestampMs: number;
  readonly partitions: TransactionPartitions;
}

export interface TransactionFilter {
  /** Empty lets all through. */
  readonly states: ReadonlySet<string>;
  readonly producerIds: ReadonlySet<bigint>;
  /** Only those that run for longer; negative lets all through. */
  readonly longerThanMs: number;
  readonly matchesId: (transactionalId: string) => boolean;
}
