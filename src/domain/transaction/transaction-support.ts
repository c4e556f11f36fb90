import type { ErrorName } from '../error-code.ts';

/**
 * What a producer's requests show of its transactions (Kafka's TransactionSupportedOperation): `classic` adds
 * partitions beforehand, `abortable-errors` knows TRANSACTION_ABORTABLE as well (KIP-890 part 1), and for
 * `adds-partitions` the broker adds them by the way (part 2).
 */
export type TransactionSupport = 'classic' | 'abortable-errors' | 'adds-partitions';

/** A refusal of the coordinator as clients of this kind know it (AddPartitionsToTxnManager). */
export function verificationError(error: ErrorName, support: TransactionSupport): ErrorName {
  if (error === 'PRODUCER_FENCED') return 'INVALID_PRODUCER_EPOCH';
  if (error === 'TRANSACTION_ABORTABLE' && support === 'classic') return 'INVALID_TXN_STATE';
  return error;
}

const TRANSIENT_ERRORS: ReadonlySet<ErrorName> = new Set<ErrorName>([
  'NETWORK_EXCEPTION',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR',
]);

/**
 * As above for Produce, whose older clients do not repeat what a coordinator says of itself; they do repeat
 * NOT_ENOUGH_REPLICAS, without asking for metadata (ReplicaManager).
 */
export function produceVerificationError(error: ErrorName, support: TransactionSupport): ErrorName {
  const isTransient =
    TRANSIENT_ERRORS.has(error) ||
    (error === 'CONCURRENT_TRANSACTIONS' && support !== 'adds-partitions');
  return isTransient ? 'NOT_ENOUGH_REPLICAS' : verificationError(error, support);
}
