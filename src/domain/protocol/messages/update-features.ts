// UpdateFeatures, key 57, versions 0 to 2, flexible since 0.
import { api, array, bool, int8, int16, int32, string } from '../schema.ts';

export const UpdateFeaturesApi = api({
  key: 57,
  name: 'UpdateFeatures',
  versions: [0, 2],
  flexibleSince: 0,
  listeners: ['broker', 'controller'],
  request: {
    timeoutMs: int32.default(60000),
    featureUpdates: array({
      feature: string,
      maxVersionLevel: int16,
      allowDowngrade: bool.until(0),
      upgradeType: int8.since(1).default(1),
    }),
    validateOnly: bool.since(1).default(false),
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: string.orNull(),
    results: array({
      feature: string,
      errorCode: int16,
      errorMessage: string.orNull(),
    })
      .until(1)
      .ignorable(),
  },
});
