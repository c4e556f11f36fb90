import type { ErrorName } from '../error-code.ts';
import { NO_PRODUCER_EPOCH } from '../record/record-batch-header.ts';
import type { InitProducerCommand, ProducerIdAndEpoch } from './transaction-messages.ts';
import {
  isEpochExhausted,
  type TransactionMetadata,
  type TransactionValues,
} from './transaction-metadata.ts';
import { TransactionPartitions } from './transaction-partitions.ts';

/** Where InitProducerId leads: a new epoch, first the end of an open transaction, or an error. */
export type InitStep =
  | { readonly kind: 'refuse'; readonly error: ErrorName }
  | { readonly kind: 'store'; readonly values: TransactionValues }
  | { readonly kind: 'fence' };

/** Whether InitProducerId would give this transactional id another producer id. */
export function rotatesProducerId(
  metadata: TransactionMetadata,
  expected: ProducerIdAndEpoch | undefined,
): boolean {
  const { producerEpoch } = metadata.values;
  return (
    metadata.isEpochExhausted &&
    (expected === undefined || expected.producerEpoch === producerEpoch)
  );
}

/** Kafka's TransactionCoordinator.prepareInitProducerIdTransit. */
export function prepareInit(
  metadata: TransactionMetadata,
  command: InitProducerCommand,
  nowMs: number,
): InitStep {
  const { expected, newProducerId, timeoutMs } = command;
  if (metadata.isInTransition) return refuse('CONCURRENT_TRANSACTIONS');
  if (expected !== undefined && !isPlausible(metadata, expected)) return refuse('PRODUCER_FENCED');
  if (metadata.values.state === 'Ongoing') return { kind: 'fence' };
  const producer = nextProducer(metadata, expected, newProducerId);
  if (typeof producer === 'string') return refuse(producer);
  const values = metadata.prepare({
    ...producer,
    state: 'Empty',
    timeoutMs,
    partitions: TransactionPartitions.NONE,
    startTimestampMs: -1,
    lastUpdateTimestampMs: nowMs,
  });
  return { kind: 'store', values };
}

function refuse(error: ErrorName): InitStep {
  return { kind: 'refuse', error };
}

/**
 * A producer that brings its id must be the current one, or the one before, whose last epoch was used
 * up: it may not have seen the answer that gave it another id. Metadata just made take any.
 */
function isPlausible({ values }: TransactionMetadata, expected: ProducerIdAndEpoch): boolean {
  return (
    values.producerEpoch === NO_PRODUCER_EPOCH ||
    expected.producerId === values.producerId ||
    (expected.producerId === values.previousProducerId && isEpochExhausted(expected.producerEpoch))
  );
}

type NextProducer = Pick<TransactionValues, 'producerId' | 'producerEpoch' | 'lastProducerEpoch'>;

/** Kafka's prepareProducerIdRotation and prepareIncrementProducerEpoch. */
function nextProducer(
  metadata: TransactionMetadata,
  expected: ProducerIdAndEpoch | undefined,
  newProducerId: bigint | undefined,
): NextProducer | ErrorName {
  const { producerId, producerEpoch, lastProducerEpoch } = metadata.values;
  if (rotatesProducerId(metadata, expected)) {
    // The id is fetched beforehand; that it is needed may have turned out only now.
    if (newProducerId === undefined) return 'CONCURRENT_TRANSACTIONS';
    const last = expected === undefined ? NO_PRODUCER_EPOCH : producerEpoch;
    return { producerId: newProducerId, producerEpoch: 0, lastProducerEpoch: last };
  }
  const bumped = producerEpoch + 1;
  if (expected === undefined) {
    return { producerId, producerEpoch: bumped, lastProducerEpoch: NO_PRODUCER_EPOCH };
  }
  if (producerEpoch === NO_PRODUCER_EPOCH || expected.producerEpoch === producerEpoch) {
    return { producerId, producerEpoch: bumped, lastProducerEpoch: producerEpoch };
  }
  // A retry of a call whose answer was lost gets that answer.
  if (expected.producerEpoch === lastProducerEpoch) {
    return { producerId, producerEpoch, lastProducerEpoch };
  }
  return 'PRODUCER_FENCED';
}
