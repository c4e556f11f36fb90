import { planFeatureUpdates } from '../../../domain/feature/update-features.ts';
import type { Catalog } from '../../../ports/catalog.ts';
import type { FeatureAdmin, FeatureUpdate } from '../../../ports/feature-admin.ts';
import { changeCatalog } from '../catalog/change-catalog.ts';

/** Feature levels as the catalog keeps them. */
export class FeatureAdminService implements FeatureAdmin {
  readonly #catalog: Catalog;

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  async update(
    updates: readonly FeatureUpdate[],
    { validateOnly }: { readonly validateOnly: boolean },
  ): Promise<void> {
    await changeCatalog(this.#catalog, ({ featureLevels }) => {
      const records = planFeatureUpdates(featureLevels, updates);
      return { records: validateOnly ? [] : records, result: undefined };
    });
  }
}
