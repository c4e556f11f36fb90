// SaslAuthenticate, key 36, versions 0 to 2, flexible since 2.
import { api, bytes, int16, int64, string } from '../schema.ts';

export const SaslAuthenticateApi = api({
  key: 36,
  name: 'SaslAuthenticate',
  versions: [0, 2],
  flexibleSince: 2,
  listeners: ['broker', 'controller'],
  request: {
    authBytes: bytes,
  },
  response: {
    errorCode: int16,
    errorMessage: string.orNull(),
    authBytes: bytes,
    sessionLifetimeMs: int64.since(1).default(0n).ignorable(),
  },
});
