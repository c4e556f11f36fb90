import type { ErrorName } from '../domain/error-code.ts';
import type { TransactionMarker } from '../domain/transaction/transaction-messages.ts';
import type { TransactionPartition } from '../domain/transaction/transaction-partitions.ts';

export type { TransactionMarker } from '../domain/transaction/transaction-messages.ts';
export type { TransactionPartition } from '../domain/transaction/transaction-partitions.ts';

export interface WrittenMarker extends TransactionPartition {
  readonly error: ErrorName;
}

/** Ends transactions in the logs of their partitions (WriteTxnMarkers). */
export interface TransactionMarkers {
  /** Resolves once every marker is stored or refused. Does not reject. */
  write(marker: TransactionMarker): Promise<readonly WrittenMarker[]>;
}
