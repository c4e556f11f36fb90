import type { CoordinatorRecord } from '../coordinator/coordinator-shard.ts';
import {
  decodeRecord,
  decodeRecordKey,
  encodeRecord,
  encodeRecordKey,
  leadingInt16,
} from '../protocol/record-codec.ts';
import {
  TransactionLogKey,
  TransactionLogValue,
} from '../protocol/records/transaction-coordinator.ts';
import { NO_PRODUCER_EPOCH } from '../record/record-batch-header.ts';
import type { TransactionValues } from './transaction-metadata.ts';
import { TransactionPartitions } from './transaction-partitions.ts';
import { stateNumber, TRANSACTION_STATES, type TransactionVersion } from './transaction-state.ts';

/** The flexible version, which Kafka writes from transaction.version 1 on. */
const VALUE_VERSION = 1;

/** A record of `__transaction_state` (Kafka's TransactionLog); no values make a tombstone. */
export function transactionRecord(
  transactionalId: string,
  values: TransactionValues | undefined,
): CoordinatorRecord {
  const key = encodeRecordKey(TransactionLogKey, { transactionalId });
  if (values === undefined) return { key, value: null };
  const topics = Array.from(values.partitions.byTopic(), ([topic, partitionIds]) => ({
    topic,
    partitionIds: [...partitionIds],
  }));
  const value = encodeRecord(TransactionLogValue, VALUE_VERSION, {
    producerId: values.producerId,
    previousProducerId: values.previousProducerId,
    nextProducerId: values.nextProducerId,
    producerEpoch: values.producerEpoch,
    transactionTimeoutMs: values.timeoutMs,
    transactionStatus: stateNumber(values.state),
    transactionPartitions: values.state === 'Empty' ? null : topics,
    transactionLastUpdateTimestampMs: BigInt(values.lastUpdateTimestampMs),
    transactionStartTimestampMs: BigInt(values.startTimestampMs),
    clientTransactionVersion: values.clientTransactionVersion,
  });
  return { key, value };
}

export interface TransactionRecord {
  readonly transactionalId: string;
  readonly values: TransactionValues | undefined;
}

/** Undefined for records that are of no kind known here. */
export function decodeTransactionRecord(record: CoordinatorRecord): TransactionRecord | undefined {
  if (leadingInt16(record.key) !== TransactionLogKey.recordType) return undefined;
  const { transactionalId } = decodeRecordKey(TransactionLogKey, record.key);
  if (record.value === null) return { transactionalId, values: undefined };
  const value = decodeRecord(TransactionLogValue, record.value);
  const state = TRANSACTION_STATES[value.transactionStatus];
  if (state === undefined) return undefined;
  const partitions = (value.transactionPartitions ?? []).flatMap(({ topic, partitionIds }) =>
    partitionIds.map((partition) => ({ topic, partition })),
  );
  const values: TransactionValues = {
    state,
    producerId: value.producerId,
    previousProducerId: value.previousProducerId,
    nextProducerId: value.nextProducerId,
    producerEpoch: value.producerEpoch,
    // The log does not have it: a retry of InitProducerId across a restart is fenced, as in Kafka.
    lastProducerEpoch: NO_PRODUCER_EPOCH,
    timeoutMs: value.transactionTimeoutMs,
    partitions: TransactionPartitions.of(partitions),
    startTimestampMs: Number(value.transactionStartTimestampMs),
    lastUpdateTimestampMs: Number(value.transactionLastUpdateTimestampMs),
    clientTransactionVersion: value.clientTransactionVersion as TransactionVersion,
  };
  return { transactionalId, values };
}
