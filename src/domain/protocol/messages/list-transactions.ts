// ListTransactions, key 66, versions 0 to 2, flexible since 0.
import { api, array, int16, int32, int64, string } from '../schema.ts';

export const ListTransactionsApi = api({
  key: 66,
  name: 'ListTransactions',
  versions: [0, 2],
  flexibleSince: 0,
  request: {
    stateFilters: array(string),
    producerIdFilters: array(int64),
    durationFilter: int64.since(1).default(-1n),
    transactionalIdPattern: string.since(2).orNull().default(null),
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16,
    unknownStateFilters: array(string),
    transactionStates: array({
      transactionalId: string,
      producerId: int64,
      transactionState: string,
    }),
  },
});
