// CreateAcls, key 30, versions 1 to 3, flexible since 2.
import { api, array, int8, int16, int32, string } from '../schema.ts';

export const CreateAclsApi = api({
  key: 30,
  name: 'CreateAcls',
  versions: [1, 3],
  flexibleSince: 2,
  listeners: ['broker', 'controller'],
  request: {
    creations: array({
      resourceType: int8,
      resourceName: string,
      resourcePatternType: int8.default(3),
      principal: string,
      host: string,
      operation: int8,
      permissionType: int8,
    }),
  },
  response: {
    throttleTimeMs: int32,
    results: array({
      errorCode: int16,
      errorMessage: string.orNull(),
    }),
  },
});
