// CreateDelegationToken, key 38, versions 1 to 3, flexible since 2.
import { api, array, bytes, int16, int32, int64, string } from '../schema.ts';

export const CreateDelegationTokenApi = api({
  key: 38,
  name: 'CreateDelegationToken',
  versions: [1, 3],
  flexibleSince: 2,
  listeners: ['broker', 'controller'],
  request: {
    ownerPrincipalType: string.since(3).orNull(),
    ownerPrincipalName: string.since(3).orNull(),
    renewers: array({
      principalType: string,
      principalName: string,
    }),
    maxLifetimeMs: int64,
  },
  response: {
    errorCode: int16,
    principalType: string,
    principalName: string,
    tokenRequesterPrincipalType: string.since(3),
    tokenRequesterPrincipalName: string.since(3),
    issueTimestampMs: int64,
    expiryTimestampMs: int64,
    maxTimestampMs: int64,
    tokenId: string,
    hmac: bytes,
    throttleTimeMs: int32,
  },
});
