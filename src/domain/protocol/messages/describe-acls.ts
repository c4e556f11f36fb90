// DescribeAcls, key 29, versions 1 to 3, flexible since 2.
import { api, array, int8, int16, int32, string } from '../schema.ts';

export const DescribeAclsApi = api({
  key: 29,
  name: 'DescribeAcls',
  versions: [1, 3],
  flexibleSince: 2,
  listeners: ['broker', 'controller'],
  request: {
    resourceTypeFilter: int8,
    resourceNameFilter: string.orNull(),
    patternTypeFilter: int8.default(3),
    principalFilter: string.orNull(),
    hostFilter: string.orNull(),
    operation: int8,
    permissionType: int8,
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: string.orNull(),
    resources: array({
      resourceType: int8,
      resourceName: string,
      patternType: int8.default(3),
      acls: array({
        principal: string,
        host: string,
        operation: int8,
        permissionType: int8,
      }),
    }),
  },
});
