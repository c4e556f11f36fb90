// DeleteGroups, key 42, versions 0 to 3, flexible since 2.
import { api, array, int16, int32, string } from '../schema.ts';

export const DeleteGroupsApi = api({
  key: 42,
  name: 'DeleteGroups',
  versions: [0, 3],
  flexibleSince: 2,
  request: {
    groupsNames: array(string),
  },
  response: {
    throttleTimeMs: int32,
    results: array({
      groupId: string,
      errorCode: int16,
      errorMessage: string.since(3).orNull().default(null).ignorable(),
    }),
  },
});
