// ExpireDelegationToken, key 40, versions 1 to 2, flexible since 2.
import { api, bytes, int16, int32, int64 } from '../schema.ts';

export const ExpireDelegationTokenApi = api({
  key: 40,
  name: 'ExpireDelegationToken',
  versions: [1, 2],
  flexibleSince: 2,
  listeners: ['broker', 'controller'],
  request: {
    hmac: bytes,
    expiryTimePeriodMs: int64,
  },
  response: {
    errorCode: int16,
    expiryTimestampMs: int64,
    throttleTimeMs: int32,
  },
});
