import type { ErrorName } from '../domain/error-code.ts';
import type {
  AddPartitionsCommand,
  DescribedTransaction,
  EndTransactionCommand,
  InitProducerCommand,
  ProducerAnswer,
  TransactionalProducer,
} from '../domain/transaction/transaction-messages.ts';
import type { TransactionPartition } from '../domain/transaction/transaction-partitions.ts';
import type { TransactionSupport } from '../domain/transaction/transaction-support.ts';
import type { CommitOffsetsCommand, PartitionErrors } from './group-coordinator.ts';

export type {
  DescribedTransaction,
  ProducerAnswer,
  TransactionalProducer,
} from '../domain/transaction/transaction-messages.ts';

export interface ListTransactionsCommand {
  readonly states: readonly string[];
  readonly producerIds: readonly bigint[];
  /** Negative lets all through. */
  readonly longerThanMs: bigint;
  /** An RE2 expression that the whole id must match; null or empty lets all through. */
  readonly idPattern: string | null;
}

/** The transactional ids of this broker. Nothing rejects for what a client did: every answer has its error. */
export interface TransactionCoordinator {
  /** Makes sure that transactions can be served: NONE or COORDINATOR_NOT_AVAILABLE. */
  prepare(): Promise<ErrorName>;
  initProducer(command: Omit<InitProducerCommand, 'newProducerId'>): Promise<ProducerAnswer>;
  addPartitions(command: AddPartitionsCommand): Promise<ErrorName>;
  /** Calls `settled` once no change of the id is on its way, which may be now; the answer cancels it. */
  whenSettled(transactionalId: string, settled: () => void): () => void;
  /** Whether each partition belongs to the producer's open transaction, as far as is known at once. */
  verifyPartition(producer: TransactionalProducer, partition: TransactionPartition): ErrorName;
  endTransaction(command: Omit<EndTransactionCommand, 'newProducerId'>): Promise<ProducerAnswer>;
  describe(
    transactionalIds: readonly string[],
  ): Promise<
    readonly (
      | { readonly transactionalId: string; readonly error: ErrorName }
      | ({ readonly error: 'NONE' } & DescribedTransaction)
    )[]
  >;
  list(command: ListTransactionsCommand): {
    readonly error: ErrorName;
    readonly unknownStates: readonly string[];
    readonly transactions: readonly DescribedTransaction[];
  };
}

/** Offsets that become visible with the end of a transaction (TxnOffsetCommit, AddOffsetsToTxn). */
export interface TransactionalOffsets {
  addGroup(producer: TransactionalProducer, groupId: string): Promise<ErrorName>;
  commit(command: CommitTransactionalOffsets): Promise<PartitionErrors>;
}

export interface CommitTransactionalOffsets {
  readonly producer: TransactionalProducer;
  readonly support: TransactionSupport;
  readonly offsets: Omit<CommitOffsetsCommand, 'producer'>;
}
