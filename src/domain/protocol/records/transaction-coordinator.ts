// Records of `__transaction_state`.
import { array, int8, int16, int32, int64, message, string } from '../schema.ts';

export const TransactionLogKey = message({
  name: 'TransactionLogKey',
  recordType: 0,
  versions: [0, 0],
  fields: {
    transactionalId: string,
  },
});

export const TransactionLogValue = message({
  name: 'TransactionLogValue',
  recordType: 0,
  versions: [0, 1],
  flexibleSince: 1,
  fields: {
    producerId: int64,
    previousProducerId: int64.tagged(0, 1).default(-1n),
    nextProducerId: int64.tagged(1, 1).default(-1n),
    producerEpoch: int16,
    nextProducerEpoch: int16.tagged(3, 1).default(-1),
    transactionTimeoutMs: int32,
    transactionStatus: int8,
    transactionPartitions: array({
      topic: string,
      partitionIds: array(int32),
    }).orNull(),
    transactionLastUpdateTimestampMs: int64,
    transactionStartTimestampMs: int64,
    clientTransactionVersion: int16.tagged(2, 1).default(0),
  },
});
