/** As Kafka writes it: `User:alice`. */
export type Principal = string;

/** A credential that stands for its owner for a while (KIP-48). What proves it is not kept: it follows from the id. */
export interface DelegationToken {
  readonly tokenId: string;
  readonly owner: Principal;
  /** Who asked for it; mostly the owner (KIP-373). */
  readonly requester: Principal;
  readonly renewers: readonly Principal[];
  readonly issueTimestampMs: bigint;
  /** It cannot be renewed beyond this. */
  readonly maxTimestampMs: bigint;
  readonly expiryTimestampMs: bigint;
}

export type DelegationTokens = ReadonlyMap<string, DelegationToken>;

export function isExpired(
  { maxTimestampMs, expiryTimestampMs }: DelegationToken,
  nowMs: bigint,
): boolean {
  return maxTimestampMs < nowMs || expiryTimestampMs < nowMs;
}

/** Whether a principal may see, renew and end a token. */
export function concerns(token: DelegationToken, principal: Principal): boolean {
  return (
    token.owner === principal || token.requester === principal || token.renewers.includes(principal)
  );
}
