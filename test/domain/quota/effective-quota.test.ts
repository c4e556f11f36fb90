import { describe, expect, it } from 'vitest';
import type { ClientQuotas } from '../../../src/domain/quota/client-quotas.ts';
import { connectionRateBound, effectiveQuota } from '../../../src/domain/quota/effective-quota.ts';
import {
  type QuotaEntity,
  type QuotaEntityType,
  quotaEntityKey,
} from '../../../src/domain/quota/quota-entity.ts';

type Names = { readonly [Type in QuotaEntityType]?: string | null };

function quotasOf(...list: readonly [Names, number][]): ClientQuotas {
  return new Map(
    list.map(([names, bound]) => {
      const entity = new Map(Object.entries(names)) as QuotaEntity;
      const key = entity.has('ip') ? 'connection_creation_rate' : 'producer_byte_rate';
      return [quotaEntityKey(entity), { entity, values: new Map([[key, bound]]) }];
    }),
  );
}

const ALL: readonly [Names, number][] = [
  [{ 'client-id': null }, 1],
  [{ 'client-id': 'c' }, 2],
  [{ user: null }, 3],
  [{ user: null, 'client-id': null }, 4],
  [{ user: null, 'client-id': 'c' }, 5],
  [{ user: 'u' }, 6],
  [{ user: 'u', 'client-id': null }, 7],
  [{ user: 'u', 'client-id': 'c' }, 8],
];
const client = { user: 'u', clientId: 'c' };

describe('the quota that holds', () => {
  it.each(ALL.map((_, index) => [index + 1]))('is the most special one of %i', (count) => {
    const quotas = quotasOf(...ALL.slice(0, count));
    expect(effectiveQuota(quotas, 'producer_byte_rate', client)?.bound).toBe(count);
    expect(effectiveQuota(quotas, 'consumer_byte_rate', client)).toBeUndefined();
  });

  it('is shared by all clients of a user, or of the same id, as it is set', () => {
    const sharedBy = (names: Names, clientId: string, user = 'u') =>
      effectiveQuota(quotasOf([names, 1]), 'producer_byte_rate', { user, clientId })?.sharedBy;
    expect(sharedBy({ user: 'u' }, 'a')).toBe(sharedBy({ user: 'u' }, 'b'));
    expect(sharedBy({ user: null }, 'a', 'v')).not.toBe(sharedBy({ user: null }, 'a', 'w'));
    expect(sharedBy({ 'client-id': 'a' }, 'a', 'v')).toBe(sharedBy({ 'client-id': 'a' }, 'a', 'w'));
    expect(sharedBy({ 'client-id': null }, 'a')).not.toBe(sharedBy({ 'client-id': null }, 'b'));
    expect(sharedBy({ user: 'u', 'client-id': null }, 'a')).not.toBe(
      sharedBy({ user: 'u', 'client-id': null }, 'b'),
    );
  });

  it('of an address is its own or the default', () => {
    const quotas = quotasOf([{ ip: null }, 5], [{ ip: '10.0.0.1' }, 9]);
    expect(connectionRateBound(quotas, '10.0.0.1')).toBe(9);
    expect(connectionRateBound(quotas, '10.0.0.2')).toBe(5);
    expect(connectionRateBound(quotasOf(), '10.0.0.2')).toBeUndefined();
  });
});
