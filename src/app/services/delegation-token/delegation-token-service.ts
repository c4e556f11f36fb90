import {
  type DelegationTokenLimits,
  expiringToken,
  newDelegationToken,
  renewedToken,
  visibleTokens,
} from '../../../domain/delegation-token/change-delegation-token.ts';
import {
  type DelegationToken,
  isExpired,
  type Principal,
} from '../../../domain/delegation-token/delegation-token.ts';
import { KafkaError } from '../../../domain/kafka-error.ts';
import type { Catalog, ClusterMetadata, MetadataRecord } from '../../../ports/catalog.ts';
import type { CancelTimer, Clock, Timer } from '../../../ports/clock.ts';
import type {
  DelegationTokenAdmin,
  ProvenToken,
  WantedToken,
} from '../../../ports/delegation-token-admin.ts';
import type { Logger } from '../../../ports/logger.ts';
import type { Random } from '../../../ports/random.ts';
import type { TokenMac } from '../../../ports/token-mac.ts';
import { changeCatalog } from '../catalog/change-catalog.ts';

export interface DelegationTokenOptions {
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly random: Random;
  readonly mac: TokenMac;
  readonly logger: Logger;
  readonly limits: DelegationTokenLimits;
  /** delegation.token.secret.key; without one there are no tokens. */
  readonly secretKey: string | null;
  /** delegation.token.expiry.check.interval.ms */
  readonly expiryCheckIntervalMs: number;
}

/** Tokens as the catalog keeps them. */
export class DelegationTokenService implements DelegationTokenAdmin {
  readonly #o: DelegationTokenOptions;
  #cancelCheck: CancelTimer | undefined;

  constructor(options: DelegationTokenOptions) {
    this.#o = options;
  }

  /** From now on tokens that ended are removed. */
  start(): void {
    this.#cancelCheck = this.#o.timer.schedule(this.#o.expiryCheckIntervalMs, () => {
      this.start();
      this.#removeExpired().catch((error: unknown) => {
        this.#o.logger.warn({ err: error }, 'delegation tokens that ended could not be removed');
      });
    });
  }

  close(): void {
    this.#cancelCheck?.();
  }

  async #removeExpired(): Promise<void> {
    const now = this.#now();
    await changeCatalog(this.#o.catalog, ({ delegationTokens }) => ({
      records: [...delegationTokens.values()]
        .filter((token) => isExpired(token, now))
        .map(({ tokenId }) => ({ kind: 'removeDelegationToken', tokenId })),
      result: undefined,
    }));
  }

  async create(requester: Principal, wanted: WantedToken): Promise<ProvenToken> {
    const key = this.#key();
    const { renewers, maxLifetimeMs, owner } = wanted;
    const tokenId = this.#o.random.topicId();
    const token = newDelegationToken(
      { tokenId, requester, owner: owner ?? requester, renewers, maxLifetimeMs },
      this.#o.limits,
      this.#now(),
    );
    await changeCatalog(this.#o.catalog, () => ({
      records: [{ kind: 'delegationToken', token }],
      result: undefined,
    }));
    return { token, hmac: this.#o.mac.hmacSha512(key, tokenId) };
  }

  renew(requester: Principal, hmac: Uint8Array, periodMs: bigint): Promise<bigint> {
    const { limits } = this.#o;
    return this.#change(hmac, (token, now) =>
      renewedToken(token, requester, periodMs, limits, now),
    );
  }

  expire(requester: Principal, hmac: Uint8Array, periodMs: bigint): Promise<bigint> {
    return this.#change(hmac, (token, now) => expiringToken(token, requester, periodMs, now));
  }

  describe(requester: Principal, owners: readonly Principal[] | null): readonly ProvenToken[] {
    const key = this.#key();
    const { delegationTokens } = this.#o.catalog.metadata;
    return visibleTokens(delegationTokens, requester, owners).map((token) => ({
      ...{ token, hmac: this.#o.mac.hmacSha512(key, token.tokenId) },
    }));
  }

  async #change(
    hmac: Uint8Array,
    changed: (token: DelegationToken, nowMs: bigint) => DelegationToken | undefined,
  ): Promise<bigint> {
    const key = this.#key();
    const now = this.#now();
    return changeCatalog(this.#o.catalog, (metadata) => {
      const token = this.#find(metadata, key, hmac);
      const after = changed(token, now);
      const record: MetadataRecord =
        after === undefined
          ? { kind: 'removeDelegationToken', tokenId: token.tokenId }
          : { kind: 'delegationToken', token: after };
      return { records: [record], result: after?.expiryTimestampMs ?? now };
    });
  }

  #find({ delegationTokens }: ClusterMetadata, key: string, hmac: Uint8Array): DelegationToken {
    for (const token of delegationTokens.values()) {
      if (equal(this.#o.mac.hmacSha512(key, token.tokenId), hmac)) return token;
    }
    throw new KafkaError('DELEGATION_TOKEN_NOT_FOUND');
  }

  #key(): string {
    const { secretKey } = this.#o;
    if (secretKey !== null && secretKey !== '') return secretKey;
    throw new KafkaError(
      'DELEGATION_TOKEN_AUTH_DISABLED',
      'delegation.token.secret.key is not set',
    );
  }

  #now(): bigint {
    return BigInt(this.#o.clock.nowMs());
  }
}

/** In the same time wherever they differ, so that nobody finds a proof by trying. */
function equal(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  let difference = 0;
  for (let i = 0; i < one.length; i++) difference |= one[i]! ^ other[i]!;
  return difference === 0;
}
