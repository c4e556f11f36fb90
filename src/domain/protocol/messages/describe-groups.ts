// DescribeGroups, key 15, versions 0 to 6, flexible since 5.
import { api, array, bool, bytes, int16, int32, string } from '../schema.ts';

export const DescribeGroupsApi = api({
  key: 15,
  name: 'DescribeGroups',
  versions: [0, 6],
  flexibleSince: 5,
  request: {
    groups: array(string),
    includeAuthorizedOperations: bool.since(3),
  },
  response: {
    throttleTimeMs: int32.since(1).ignorable(),
    groups: array({
      errorCode: int16,
      errorMessage: string.since(6).orNull().default(null),
      groupId: string,
      groupState: string,
      protocolType: string,
      protocolData: string,
      members: array({
        memberId: string,
        groupInstanceId: string.since(4).orNull().default(null).ignorable(),
        clientId: string,
        clientHost: string,
        memberMetadata: bytes,
        memberAssignment: bytes,
      }),
      authorizedOperations: int32.since(3).default(-2147483648),
    }),
  },
});
