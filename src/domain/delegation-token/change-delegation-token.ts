import { KafkaError } from '../kafka-error.ts';
import {
  concerns,
  type DelegationToken,
  type DelegationTokens,
  isExpired,
  type Principal,
} from './delegation-token.ts';

export interface DelegationTokenLimits {
  /** delegation.token.max.lifetime.ms */
  readonly maxLifetimeMs: bigint;
  /** delegation.token.expiry.time.ms */
  readonly expiryTimeMs: bigint;
}

export interface NewDelegationToken {
  readonly tokenId: string;
  readonly owner: Principal;
  readonly requester: Principal;
  readonly renewers: readonly Principal[];
  /** Not above 0: the broker's. */
  readonly maxLifetimeMs: bigint;
}

/** Kafka's DelegationTokenControlManager. Throws INVALID_PRINCIPAL_TYPE for a renewer that is no user. */
export function newDelegationToken(
  wanted: NewDelegationToken,
  limits: DelegationTokenLimits,
  nowMs: bigint,
): DelegationToken {
  const { tokenId, owner, requester, renewers } = wanted;
  for (const principal of [owner, ...renewers]) {
    if (principal.startsWith('User:')) continue;
    throw new KafkaError('INVALID_PRINCIPAL_TYPE', `${principal} is not of the type User`);
  }
  const lifetimeMs =
    wanted.maxLifetimeMs > 0n
      ? least(wanted.maxLifetimeMs, limits.maxLifetimeMs)
      : limits.maxLifetimeMs;
  const maxTimestampMs = nowMs + lifetimeMs;
  return {
    ...{ tokenId, owner, requester, renewers, issueTimestampMs: nowMs, maxTimestampMs },
    expiryTimestampMs: least(maxTimestampMs, nowMs + limits.expiryTimeMs),
  };
}

/** The token with a later end. Throws DELEGATION_TOKEN_EXPIRED and DELEGATION_TOKEN_OWNER_MISMATCH. */
export function renewedToken(
  token: DelegationToken,
  principal: Principal,
  periodMs: bigint,
  limits: DelegationTokenLimits,
  nowMs: bigint,
): DelegationToken {
  checkUse(token, principal, nowMs);
  const period = periodMs < 0n ? limits.expiryTimeMs : periodMs;
  return { ...token, expiryTimestampMs: least(token.maxTimestampMs, nowMs + period) };
}

/** The token with another end; undefined: it ends now. Throws as `renewedToken`. */
export function expiringToken(
  token: DelegationToken,
  principal: Principal,
  periodMs: bigint,
  nowMs: bigint,
): DelegationToken | undefined {
  checkOwner(token, principal);
  if (periodMs < 0n) return undefined;
  checkUse(token, principal, nowMs);
  return { ...token, expiryTimestampMs: least(token.maxTimestampMs, nowMs + periodMs) };
}

/** What a principal may see, of these owners (null: of all). */
export function visibleTokens(
  tokens: DelegationTokens,
  principal: Principal,
  owners: readonly Principal[] | null,
): readonly DelegationToken[] {
  return [...tokens.values()].filter(
    (token) => concerns(token, principal) && (owners === null || owners.includes(token.owner)),
  );
}

function checkUse(token: DelegationToken, principal: Principal, nowMs: bigint): void {
  if (isExpired(token, nowMs)) throw new KafkaError('DELEGATION_TOKEN_EXPIRED');
  checkOwner(token, principal);
}

function checkOwner(token: DelegationToken, principal: Principal): void {
  if (!concerns(token, principal)) throw new KafkaError('DELEGATION_TOKEN_OWNER_MISMATCH');
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
