// SaslHandshake, key 17, versions 0 to 1, never flexible.
import { api, array, int16, string } from '../schema.ts';

export const SaslHandshakeApi = api({
  key: 17,
  name: 'SaslHandshake',
  versions: [0, 1],
  listeners: ['broker', 'controller'],
  request: {
    mechanism: string,
  },
  response: {
    errorCode: int16,
    mechanisms: array(string),
  },
});
