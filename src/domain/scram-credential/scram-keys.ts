import type { ScramHash } from './scram-hash.ts';
import type { ScramMechanism } from './scram-mechanism.ts';

export interface ScramKeys {
  readonly storedKey: Uint8Array;
  readonly serverKey: Uint8Array;
}

/**
 * What a server keeps of a salted password (RFC 5802, section 3): enough to check a client's proof and to make its own,
 * and of no use to whoever wants to log in with it.
 */
export function scramKeys(
  mechanism: ScramMechanism,
  saltedPassword: Uint8Array,
  hash: ScramHash,
): ScramKeys {
  const clientKey = hash.hmac(mechanism, saltedPassword, 'Client Key');
  return {
    storedKey: hash.hash(mechanism, clientKey),
    serverKey: hash.hmac(mechanism, saltedPassword, 'Server Key'),
  };
}
