// JoinGroup, key 11, versions 0 to 9, flexible since 6.
import { api, array, bool, bytes, int16, int32, string } from '../schema.ts';

export const JoinGroupApi = api({
  key: 11,
  name: 'JoinGroup',
  versions: [0, 9],
  flexibleSince: 6,
  request: {
    groupId: string,
    sessionTimeoutMs: int32,
    rebalanceTimeoutMs: int32.since(1).default(-1).ignorable(),
    memberId: string,
    groupInstanceId: string.since(5).orNull().default(null),
    protocolType: string,
    protocols: array({
      name: string,
      metadata: bytes,
    }),
    reason: string.since(8).orNull().default(null).ignorable(),
  },
  response: {
    throttleTimeMs: int32.since(2).ignorable(),
    errorCode: int16,
    generationId: int32.default(-1),
    protocolType: string.since(7).orNull().default(null).ignorable(),
    protocolName: string.orNull(7),
    leader: string,
    skipAssignment: bool.since(9).default(false),
    memberId: string,
    members: array({
      memberId: string,
      groupInstanceId: string.since(5).orNull().default(null).ignorable(),
      metadata: bytes,
    }),
  },
});
