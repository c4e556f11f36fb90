import { planQuotaAlterations } from '../../../domain/quota/alter-client-quotas.ts';
import { describeQuotas } from '../../../domain/quota/describe-client-quotas.ts';
import type { Catalog } from '../../../ports/catalog.ts';
import type {
  ClientQuota,
  ClientQuotaAdmin,
  QuotaAlteration,
  QuotaAlterationResult,
  QuotaFilterComponent,
} from '../../../ports/client-quota-admin.ts';
import { changeCatalog } from '../catalog/change-catalog.ts';

/** Quotas as the catalog keeps them. */
export class ClientQuotaAdminService implements ClientQuotaAdmin {
  readonly #catalog: Catalog;

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  describe(components: readonly QuotaFilterComponent[], strict: boolean): readonly ClientQuota[] {
    return describeQuotas(this.#catalog.metadata.clientQuotas, components, strict);
  }

  alter(
    alterations: readonly QuotaAlteration[],
    { validateOnly }: { readonly validateOnly: boolean },
  ): Promise<readonly QuotaAlterationResult[]> {
    return changeCatalog(this.#catalog, ({ clientQuotas }) => {
      const { records, results } = planQuotaAlterations(clientQuotas, alterations);
      return { records: validateOnly ? [] : records, result: results };
    });
  }
}
