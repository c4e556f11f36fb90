// InitProducerId, key 22, versions 0 to 6, flexible since 2.
import { api, bool, int16, int32, int64, string } from '../schema.ts';

export const InitProducerIdApi = api({
  key: 22,
  name: 'InitProducerId',
  versions: [0, 6],
  flexibleSince: 2,
  latestVersionUnstable: true,
  request: {
    transactionalId: string.orNull(),
    transactionTimeoutMs: int32,
    producerId: int64.since(3).default(-1n),
    producerEpoch: int16.since(3).default(-1),
    enable2Pc: bool.since(6).default(false),
    keepPreparedTxn: bool.since(6).default(false),
  },
  response: {
    throttleTimeMs: int32.ignorable(),
    errorCode: int16,
    producerId: int64.default(-1n),
    producerEpoch: int16,
    ongoingTxnProducerId: int64.since(6).default(-1n),
    ongoingTxnProducerEpoch: int16.since(6).default(-1),
  },
});
