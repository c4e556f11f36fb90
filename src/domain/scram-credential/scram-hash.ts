import type { ScramMechanism } from './scram-mechanism.ts';

/** The hash function of a mechanism: SHA-256 or SHA-512. */
export interface ScramHash {
  hash(mechanism: ScramMechanism, bytes: Uint8Array): Uint8Array;
  /** HMAC of the UTF-8 text; the key has one byte at least. */
  hmac(mechanism: ScramMechanism, key: Uint8Array, text: string): Uint8Array;
}
