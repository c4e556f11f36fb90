import type { ScramKeys } from './scram-keys.ts';
import type { ScramMechanism } from './scram-mechanism.ts';

/** By what a user of one mechanism is known again (KIP-554). Neither password nor salted password is kept. */
export interface ScramCredential extends ScramKeys {
  readonly user: string;
  readonly mechanism: ScramMechanism;
  readonly salt: Uint8Array;
  readonly iterations: number;
}

/** By `scramCredentialKey`. */
export type ScramCredentials = ReadonlyMap<string, ScramCredential>;

export function scramCredentialKey(user: string, mechanism: ScramMechanism): string {
  return `${mechanism} ${user}`;
}
