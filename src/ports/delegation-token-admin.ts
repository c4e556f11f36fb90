import type { DelegationToken, Principal } from '../domain/delegation-token/delegation-token.ts';

export type { DelegationToken, Principal } from '../domain/delegation-token/delegation-token.ts';

export interface ProvenToken {
  readonly token: DelegationToken;
  /** What its holder shows. */
  readonly hmac: Uint8Array;
}

export interface WantedToken {
  /** Null: whoever asks. */
  readonly owner: Principal | null;
  readonly renewers: readonly Principal[];
  readonly maxLifetimeMs: bigint;
}

/**
 * Makes, renews and ends delegation tokens (inbound, KIP-48). Rejects with a KafkaError: DELEGATION_TOKEN_AUTH_DISABLED
 * without a key to prove them by, DELEGATION_TOKEN_NOT_FOUND, _EXPIRED and _OWNER_MISMATCH. Resolves once the change
 * survives power loss.
 */
export interface DelegationTokenAdmin {
  create(requester: Principal, wanted: WantedToken): Promise<ProvenToken>;
  /** Gives the new end. */
  renew(requester: Principal, hmac: Uint8Array, periodMs: bigint): Promise<bigint>;
  /** Gives the new end; a negative period ends the token now. */
  expire(requester: Principal, hmac: Uint8Array, periodMs: bigint): Promise<bigint>;
  /** The tokens that concern whoever asks, of these owners (null: of all). */
  describe(requester: Principal, owners: readonly Principal[] | null): readonly ProvenToken[];
}
