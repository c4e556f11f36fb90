// EndTxn, key 26, versions 0 to 5, flexible since 3.
import { api, bool, int16, int32, int64, string } from '../schema.ts';

export const EndTxnApi = api({
  key: 26,
  name: 'EndTxn',
  versions: [0, 5],
  flexibleSince: 3,
  request: {
    transactionalId: string,
    producerId: int64,
    producerEpoch: int16,
    committed: bool,
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16,
    producerId: int64.since(5).default(-1n).ignorable(),
    producerEpoch: int16.since(5).default(-1).ignorable(),
  },
});
