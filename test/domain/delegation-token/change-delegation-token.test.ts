import { describe, expect, it } from 'vitest';
import {
  expiringToken,
  newDelegationToken,
  renewedToken,
  visibleTokens,
} from '../../../src/domain/delegation-token/change-delegation-token.ts';

const LIMITS = { maxLifetimeMs: 1_000n, expiryTimeMs: 100n };
const wanted = (more: object = {}) => ({
  ...{ tokenId: 't', owner: 'User:a', requester: 'User:a', renewers: ['User:r'] },
  ...{ maxLifetimeMs: -1n },
  ...more,
});
const token = newDelegationToken(wanted(), LIMITS, 5_000n);
const failing = (errorName: string) => expect.objectContaining({ errorName });

describe('delegation tokens', () => {
  it('last as long as the broker says, or for less where that was asked for', () => {
    expect(token).toMatchObject({ issueTimestampMs: 5_000n, maxTimestampMs: 6_000n });
    expect(token.expiryTimestampMs).toBe(5_100n);
    const short = newDelegationToken(wanted({ maxLifetimeMs: 50n }), LIMITS, 5_000n);
    expect(short).toMatchObject({ maxTimestampMs: 5_050n, expiryTimestampMs: 5_050n });
    const long = newDelegationToken(wanted({ maxLifetimeMs: 9_000n }), LIMITS, 5_000n);
    expect(long.maxTimestampMs).toBe(6_000n);
  });

  it('are for users', () => {
    for (const more of [{ owner: 'Group:a' }, { renewers: ['User:r', 'Host:h'] }]) {
      expect(() => newDelegationToken(wanted(more), LIMITS, 0n)).toThrowError(
        failing('INVALID_PRINCIPAL_TYPE'),
      );
    }
  });

  it('are renewed by their owners and renewers, up to their longest life', () => {
    expect(renewedToken(token, 'User:r', 500n, LIMITS, 5_050n).expiryTimestampMs).toBe(5_550n);
    expect(renewedToken(token, 'User:a', -1n, LIMITS, 5_050n).expiryTimestampMs).toBe(5_150n);
    expect(renewedToken(token, 'User:a', 5_000n, LIMITS, 5_050n).expiryTimestampMs).toBe(6_000n);
    expect(() => renewedToken(token, 'User:x', 500n, LIMITS, 5_050n)).toThrowError(
      failing('DELEGATION_TOKEN_OWNER_MISMATCH'),
    );
    expect(() => renewedToken(token, 'User:a', 500n, LIMITS, 5_101n)).toThrowError(
      failing('DELEGATION_TOKEN_EXPIRED'),
    );
  });

  it('are ended by them, now or later', () => {
    expect(expiringToken(token, 'User:a', -1n, 5_050n)).toBeUndefined();
    expect(expiringToken(token, 'User:r', 10n, 5_050n)?.expiryTimestampMs).toBe(5_060n);
    expect(() => expiringToken(token, 'User:x', -1n, 5_050n)).toThrowError(
      failing('DELEGATION_TOKEN_OWNER_MISMATCH'),
    );
  });

  it('are seen by whom they concern', () => {
    const other = newDelegationToken(
      wanted({ tokenId: 'u', owner: 'User:b', requester: 'User:a', renewers: [] }),
      ...([LIMITS, 5_000n] as const),
    );
    const all = new Map([token, other].map((one) => [one.tokenId, one]));
    const seen = (principal: string, owners: readonly string[] | null = null) =>
      visibleTokens(all, principal, owners).map(({ tokenId }) => tokenId);
    expect(seen('User:a')).toEqual(['t', 'u']);
    expect(seen('User:r')).toEqual(['t']);
    expect(seen('User:x')).toEqual([]);
    expect(seen('User:a', ['User:b'])).toEqual(['u']);
    expect(seen('User:a', [])).toEqual([]);
  });
});
