// IncrementalAlterConfigs, key 44, versions 0 to 1, flexible since 1.
import { api, array, bool, int8, int16, int32, string } from '../schema.ts';

export const IncrementalAlterConfigsApi = api({
  key: 44,
  name: 'IncrementalAlterConfigs',
  versions: [0, 1],
  flexibleSince: 1,
  listeners: ['broker', 'controller'],
  request: {
    resources: array({
      resourceType: int8,
      resourceName: string,
      configs: array({
        name: string,
        configOperation: int8,
        value: string.orNull(),
      }),
    }),
    validateOnly: bool,
  },
  response: {
    throttleTimeMs: int32,
    responses: array({
      errorCode: int16,
      errorMessage: string.orNull(),
      resourceType: int8,
      resourceName: string,
    }),
  },
});
