// Envelope, key 58, version 0, flexible since 0.
import { api, bytes, int16 } from '../schema.ts';

export const EnvelopeApi = api({
  key: 58,
  name: 'Envelope',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['controller'],
  request: {
    requestData: bytes,
    requestPrincipal: bytes.orNull(),
    clientHostAddress: bytes,
  },
  response: {
    responseData: bytes.orNull().default(null),
    errorCode: int16,
  },
});
