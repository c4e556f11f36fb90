import { NO_PRODUCER_ID } from '../record/record-batch-header.ts';
import type { TransactionMetadata, TransactionValues } from './transaction-metadata.ts';
import { TransactionPartitions } from './transaction-partitions.ts';
import { supportsEpochBump, type TransactionVersion } from './transaction-state.ts';

const MAX_EPOCH = 32_767;

interface EndOfTransaction {
  readonly committed: boolean;
  readonly clientTransactionVersion: TransactionVersion;
  readonly newProducerId: bigint | undefined;
  readonly nowMs: number;
  /** Only an abort may come without a transaction; its start is then the end. */
  readonly noPartitionAdded: boolean;
}

/** Kafka's TransactionMetadata.prepareAbortOrCommit. */
export function prepareAbortOrCommit(
  metadata: TransactionMetadata,
  end: EndOfTransaction,
): TransactionValues {
  const { values } = metadata;
  const bumps = supportsEpochBump(end.clientTransactionVersion);
  const producerEpoch = bumps
    ? Math.min(values.producerEpoch + 1, MAX_EPOCH)
    : values.producerEpoch;
  const isExhausted = bumps && metadata.isEpochExhausted;
  return metadata.prepare({
    state: end.committed ? 'PrepareCommit' : 'PrepareAbort',
    producerEpoch,
    lastProducerEpoch: bumps ? values.producerEpoch : values.lastProducerEpoch,
    nextProducerId: isExhausted ? (end.newProducerId ?? NO_PRODUCER_ID) : NO_PRODUCER_ID,
    startTimestampMs: end.noPartitionAdded ? end.nowMs : values.startTimestampMs,
    lastUpdateTimestampMs: end.nowMs,
    clientTransactionVersion: end.clientTransactionVersion,
  });
}

/**
 * Ends an open transaction whose producer is fenced: by its next instance, or by time. Whatever the client's generation,
 * the end brings an epoch of its own, which is never told to anybody (Kafka's prepareFenceProducerEpoch).
 */
export function prepareFence(
  metadata: TransactionMetadata,
  end: Pick<EndOfTransaction, 'newProducerId' | 'nowMs'>,
): TransactionValues {
  return prepareAbortOrCommit(metadata, {
    ...end,
    committed: false,
    clientTransactionVersion: SERVER_TRANSACTION_VERSION,
    noPartitionAdded: false,
  });
}

const SERVER_TRANSACTION_VERSION = 2;

/** Kafka's TransactionMetadata.prepareComplete: the markers are written. */
export function prepareComplete(metadata: TransactionMetadata, nowMs: number): TransactionValues {
  const { values } = metadata;
  // The producer goes on with the id it was given when its epochs ran out.
  const rotates =
    supportsEpochBump(values.clientTransactionVersion) && values.nextProducerId !== NO_PRODUCER_ID;
  return metadata.prepare({
    state: values.state === 'PrepareCommit' ? 'CompleteCommit' : 'CompleteAbort',
    producerId: rotates ? values.nextProducerId : values.producerId,
    producerEpoch: rotates ? 0 : values.producerEpoch,
    nextProducerId: NO_PRODUCER_ID,
    partitions: TransactionPartitions.NONE,
    lastUpdateTimestampMs: nowMs,
  });
}

/** Who the producer is once the transaction has ended (answer of EndTxn 5). */
export function producerAfterEnd(values: TransactionValues) {
  const { producerId, producerEpoch, nextProducerId } = values;
  return nextProducerId === NO_PRODUCER_ID
    ? { producerId, producerEpoch }
    : { producerId: nextProducerId, producerEpoch: 0 };
}
