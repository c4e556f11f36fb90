import type { FeatureUpdate } from '../domain/feature/update-features.ts';

export type { FeatureUpdate } from '../domain/feature/update-features.ts';

/** Chooses feature levels (inbound). */
export interface FeatureAdmin {
  /**
   * All updates or none; resolves once they survive power loss and clients are told of them. Rejects with a KafkaError,
   * INVALID_UPDATE_VERSION for a level that cannot be.
   */
  update(
    updates: readonly FeatureUpdate[],
    options: { readonly validateOnly: boolean },
  ): Promise<void>;
}
