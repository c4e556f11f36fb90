// UnregisterController, key 94, version 0, flexible since 0.
import { api, int16, int32, string } from '../schema.ts';

export const UnregisterControllerApi = api({
  key: 94,
  name: 'UnregisterController',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['broker', 'controller'],
  request: {
    controllerId: int32,
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: string.orNull(),
  },
});
