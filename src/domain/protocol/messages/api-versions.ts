// ApiVersions, key 18, versions 0 to 5, flexible since 3.
import { api, array, bool, int16, int32, int64, string } from '../schema.ts';

export const ApiVersionsApi = api({
  key: 18,
  name: 'ApiVersions',
  versions: [0, 5],
  flexibleSince: 3,
  listeners: ['broker', 'controller'],
  request: {
    clientSoftwareName: string.since(3).ignorable(),
    clientSoftwareVersion: string.since(3).ignorable(),
    clusterId: string.since(5).orNull().default(null).ignorable(),
    nodeId: int32.since(5).default(-1).ignorable(),
  },
  response: {
    errorCode: int16,
    apiKeys: array({
      apiKey: int16,
      minVersion: int16,
      maxVersion: int16,
    }),
    throttleTimeMs: int32.since(1).ignorable(),
    supportedFeatures: array({
      name: string,
      minVersion: int16,
      maxVersion: int16,
    })
      .tagged(0, 3)
      .ignorable(),
    finalizedFeaturesEpoch: int64.tagged(1, 3).default(-1n).ignorable(),
    finalizedFeatures: array({
      name: string,
      maxVersionLevel: int16,
      minVersionLevel: int16,
    })
      .tagged(2, 3)
      .ignorable(),
    zkMigrationReady: bool.tagged(3, 3).default(false).ignorable(),
  },
});
