import type {
  QuotaAlteration,
  QuotaAlterationResult,
} from '../domain/quota/alter-client-quotas.ts';
import type { ClientQuota } from '../domain/quota/client-quotas.ts';
import type { QuotaFilterComponent } from '../domain/quota/describe-client-quotas.ts';

export type {
  QuotaAlteration,
  QuotaAlterationResult,
} from '../domain/quota/alter-client-quotas.ts';
export type { ClientQuota } from '../domain/quota/client-quotas.ts';
export type { QuotaFilterComponent } from '../domain/quota/describe-client-quotas.ts';

/** Tells and changes what clients may use (inbound, KIP-546). */
export interface ClientQuotaAdmin {
  /**
   * The quotas of the entities that match all components; with `strict` those that have no other parts. Throws a
   * KafkaError for a filter that can match nothing.
   */
  describe(components: readonly QuotaFilterComponent[], strict: boolean): readonly ClientQuota[];
  /** Each entity changes whole or not at all. Resolves once the changes survive power loss and hold. */
  alter(
    alterations: readonly QuotaAlteration[],
    options: { readonly validateOnly: boolean },
  ): Promise<readonly QuotaAlterationResult[]>;
}
