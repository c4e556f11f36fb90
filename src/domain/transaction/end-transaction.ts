import type { ErrorName } from '../error-code.ts';
import { NO_PRODUCER_ID } from '../record/record-batch-header.ts';
import { prepareAbortOrCommit } from './end-transitions.ts';
import type { EndTransactionCommand } from './transaction-messages.ts';
import type { TransactionMetadata, TransactionValues } from './transaction-metadata.ts';
import { supportsEpochBump } from './transaction-state.ts';

/** An answer (NONE: it has ended already), or the values to store first. */
export type EndStep = ErrorName | TransactionValues;

/** Whether ending the transaction uses up the producer's last epoch. */
export function needsNextProducerId(
  { isEpochExhausted }: TransactionMetadata,
  { clientTransactionVersion }: Pick<EndTransactionCommand, 'clientTransactionVersion'>,
): boolean {
  return supportsEpochBump(clientTransactionVersion) && isEpochExhausted;
}

export function prepareEnd(
  metadata: TransactionMetadata | undefined,
  command: EndTransactionCommand,
  nowMs: number,
): EndStep {
  if (metadata === undefined) return 'INVALID_PRODUCER_ID_MAPPING';
  return supportsEpochBump(command.clientTransactionVersion)
    ? prepareEndWithEpochBump(metadata, command, nowMs)
    : prepareClassicEnd(metadata, command, nowMs);
}

/** Kafka's endTransactionWithTV1: a retry is known by the state alone, for the epoch stays. */
function prepareClassicEnd(
  metadata: TransactionMetadata,
  command: EndTransactionCommand,
  nowMs: number,
): EndStep {
  const { values } = metadata;
  const { committed } = command;
  if (values.producerId !== command.producerId) return 'INVALID_PRODUCER_ID_MAPPING';
  if (values.producerEpoch !== command.producerEpoch) return 'PRODUCER_FENCED';
  if (metadata.isInTransition) return 'CONCURRENT_TRANSACTIONS';
  switch (values.state) {
    case 'Ongoing':
      return prepareAbortOrCommit(metadata, { ...command, nowMs, noPartitionAdded: false });
    case 'CompleteCommit':
      return committed ? 'NONE' : 'INVALID_TXN_STATE';
    case 'CompleteAbort':
      return committed ? 'INVALID_TXN_STATE' : 'NONE';
    default:
      return 'INVALID_TXN_STATE';
  }
}

/**
 * Kafka's endTransaction since transaction version 2 (KIP-890): each end has its epoch, so that a retry is
 * told from the next end, and a producer may abort what it never began.
 */
function prepareEndWithEpochBump(
  metadata: TransactionMetadata,
  command: EndTransactionCommand,
  nowMs: number,
): EndStep {
  const { values } = metadata;
  const { committed, producerId, producerEpoch } = command;
  if (metadata.isInTransition) return 'CONCURRENT_TRANSACTIONS';
  const afterOverflow = isRetryAfterOverflow(metadata, command);
  if (values.producerId !== producerId && !afterOverflow) return 'INVALID_PRODUCER_ID_MAPPING';
  const afterBump = values.producerEpoch === producerEpoch + 1;
  const isCurrent = values.producerEpoch === producerEpoch;
  const isRetry = afterBump || afterOverflow;
  const end = (noPartitionAdded: boolean) => {
    if (metadata.isEpochExhausted && command.newProducerId === undefined) {
      return 'CONCURRENT_TRANSACTIONS';
    }
    return prepareAbortOrCommit(metadata, { ...command, nowMs, noPartitionAdded });
  };
  switch (values.state) {
    case 'Ongoing':
      return isCurrent ? end(false) : 'PRODUCER_FENCED';
    case 'Empty':
      if (!isCurrent) return 'PRODUCER_FENCED';
      return committed ? 'INVALID_TXN_STATE' : end(true);
    case 'CompleteCommit':
    case 'CompleteAbort':
      if (!isRetry && !isCurrent) return 'PRODUCER_FENCED';
      if (isRetry) {
        return committed === (values.state === 'CompleteCommit') ? 'NONE' : 'INVALID_TXN_STATE';
      }
      return committed ? 'INVALID_TXN_STATE' : end(true);
    default:
      return 'INVALID_TXN_STATE';
  }
}

/** The first answer, which was lost, has given the producer another id. */
function isRetryAfterOverflow(
  metadata: TransactionMetadata,
  { producerId, producerEpoch }: EndTransactionCommand,
): boolean {
  const { previousProducerId, producerEpoch: epoch } = metadata.values;
  if (previousProducerId === NO_PRODUCER_ID || previousProducerId !== producerId) return false;
  return producerEpoch === LAST_USED_EPOCH && epoch === 0;
}

const LAST_USED_EPOCH = 32_766;
