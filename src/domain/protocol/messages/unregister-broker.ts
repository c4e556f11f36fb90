// UnregisterBroker, key 64, version 0, flexible since 0.
import { api, int16, int32, string } from '../schema.ts';

export const UnregisterBrokerApi = api({
  key: 64,
  name: 'UnregisterBroker',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['broker', 'controller'],
  request: {
    brokerId: int32,
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: string.orNull(),
  },
});
