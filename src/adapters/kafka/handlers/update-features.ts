// UpdateFeatures, versions 0 to 2.
// KIP-584, KIP-778 (ways down and validation since 1), KIP-1022 (no results by feature since 2: all or nothing).
// Version 0's allowDowngrade allows nothing, as in Kafka.
import { KafkaError } from '../../../domain/kafka-error.ts';
import { UpdateFeaturesApi } from '../../../domain/protocol/messages/update-features.ts';
import type { RequestOf } from '../../../domain/protocol/schema.ts';
import type { FeatureAdmin, FeatureUpdate } from '../../../ports/feature-admin.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

type RequestedUpdate = RequestOf<typeof UpdateFeaturesApi>['featureUpdates'][number];

const WAYS: readonly FeatureUpdate['way'][] = [
  'unknown',
  'upgrade',
  'safe-downgrade',
  'unsafe-downgrade',
];
const RESULTS_UNTIL = 1;

export function updateFeaturesHandler({
  features,
}: {
  readonly features: FeatureAdmin;
}): RequestHandler {
  return handler(UpdateFeaturesApi, async (request, { apiVersion }) => {
    const { validateOnly } = request;
    const updates = request.featureUpdates.map(updateOf);
    try {
      await features.update(updates, { validateOnly });
    } catch (thrown) {
      const { code, message } = KafkaError.from(thrown);
      return { throttleTimeMs: 0, errorCode: code, errorMessage: message, results: [] };
    }
    const updated = apiVersion > RESULTS_UNTIL ? [] : updates;
    return {
      ...{ throttleTimeMs: 0, errorCode: 0, errorMessage: null },
      results: updated.map(({ feature }) => ({ feature, errorCode: 0, errorMessage: 'NONE' })),
    };
  });
}

function updateOf({ feature, maxVersionLevel, upgradeType }: RequestedUpdate): FeatureUpdate {
  return { feature, level: maxVersionLevel, way: WAYS[upgradeType] ?? 'unknown' };
}
