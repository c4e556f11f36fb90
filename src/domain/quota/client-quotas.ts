import type { QuotaEntity } from './quota-entity.ts';
import type { QuotaKey } from './quota-value.ts';

/** What one entity may do; without entries it has no quotas, and is not kept. */
export interface ClientQuota {
  readonly entity: QuotaEntity;
  readonly values: ReadonlyMap<QuotaKey, number>;
}

/** By `quotaEntityKey`. */
export type ClientQuotas = ReadonlyMap<string, ClientQuota>;
