// DeleteAcls, key 31, versions 1 to 3, flexible since 2.
import { api, array, int8, int16, int32, string } from '../schema.ts';

export const DeleteAclsApi = api({
  key: 31,
  name: 'DeleteAcls',
  versions: [1, 3],
  flexibleSince: 2,
  listeners: ['broker', 'controller'],
  request: {
    filters: array({
      resourceTypeFilter: int8,
      resourceNameFilter: string.orNull(),
      patternTypeFilter: int8.default(3),
      principalFilter: string.orNull(),
      hostFilter: string.orNull(),
      operation: int8,
      permissionType: int8,
    }),
  },
  response: {
    throttleTimeMs: int32,
    filterResults: array({
      errorCode: int16,
      errorMessage: string.orNull(),
      matchingAcls: array({
        errorCode: int16,
        errorMessage: string.orNull(),
        resourceType: int8,
        resourceName: string,
        patternType: int8.default(3),
        principal: string,
        host: string,
        operation: int8,
        permissionType: int8,
      }),
    }),
  },
});
