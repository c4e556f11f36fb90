import {
  type Catalog,
  type ClusterMetadata,
  type MetadataRecord,
  MetadataVersionError,
} from '../../../ports/catalog.ts';

const ATTEMPTS = 100;

export interface CatalogPlan<Result> {
  readonly records: readonly MetadataRecord[];
  readonly result: Result;
}

/**
 * Decides on the newest metadata what to change, and does so; when another change came in between, decides again.
 * `plan` may run several times and must not change anything itself.
 */
export async function changeCatalog<Result>(
  catalog: Catalog,
  plan: (metadata: ClusterMetadata) => CatalogPlan<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    const metadata = catalog.metadata;
    const { records, result } = plan(metadata);
    if (records.length === 0) return result;
    try {
      await catalog.change(metadata.version, records);
      return result;
    } catch (error) {
      if (!(error instanceof MetadataVersionError) || attempt === ATTEMPTS) throw error;
    }
  }
}
