// AllocateProducerIds, key 67, version 0, flexible since 0.
import { api, int16, int32, int64 } from '../schema.ts';

export const AllocateProducerIdsApi = api({
  key: 67,
  name: 'AllocateProducerIds',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['controller'],
  request: {
    brokerId: int32,
    brokerEpoch: int64.default(-1n),
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16,
    producerIdStart: int64,
    producerIdLen: int32,
  },
});
