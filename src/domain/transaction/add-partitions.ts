import type { ErrorName } from '../error-code.ts';
import type { AddPartitionsCommand, TransactionalProducer } from './transaction-messages.ts';
import type { TransactionMetadata, TransactionValues } from './transaction-metadata.ts';
import type { TransactionPartition } from './transaction-partitions.ts';

/** An answer, or the values to store first. */
export type AddStep = ErrorName | TransactionValues;

/** Kafka's TransactionCoordinator.handleAddPartitionsToTransaction. */
export function prepareAddPartitions(
  metadata: TransactionMetadata | undefined,
  command: AddPartitionsCommand,
  nowMs: number,
): AddStep {
  if (metadata === undefined) return 'INVALID_PRODUCER_ID_MAPPING';
  const { values } = metadata;
  // First of all: the producer may already use the id that this transition is about to bring.
  if (metadata.isInTransition) return 'CONCURRENT_TRANSACTIONS';
  const refused = producerError(values, command);
  if (refused !== undefined) return refused;
  const { state, partitions } = values;
  if (state === 'Ongoing' && partitions.hasAll(command.partitions)) return 'NONE';
  return metadata.prepare({
    state: 'Ongoing',
    partitions: partitions.with(command.partitions),
    startTimestampMs: state === 'Ongoing' ? values.startTimestampMs : nowMs,
    lastUpdateTimestampMs: nowMs,
    clientTransactionVersion: command.clientTransactionVersion,
  });
}

/**
 * Whether records of this producer belong to its open transaction (KIP-890; Kafka's
 * handleVerifyPartitionsInTransaction).
 */
export function verifyPartition(
  metadata: TransactionMetadata | undefined,
  producer: TransactionalProducer,
  partition: TransactionPartition,
): ErrorName {
  if (metadata === undefined) return 'INVALID_PRODUCER_ID_MAPPING';
  const { values } = metadata;
  const refused = producerError(values, producer);
  if (refused !== undefined) return refused;
  if (values.state === 'PrepareCommit' || values.state === 'PrepareAbort') {
    return 'CONCURRENT_TRANSACTIONS';
  }
  return values.partitions.has(partition) ? 'NONE' : 'TRANSACTION_ABORTABLE';
}

function producerError(
  values: TransactionValues,
  { producerId, producerEpoch }: TransactionalProducer,
): ErrorName | undefined {
  if (values.producerId !== producerId) return 'INVALID_PRODUCER_ID_MAPPING';
  return values.producerEpoch === producerEpoch ? undefined : 'PRODUCER_FENCED';
}
