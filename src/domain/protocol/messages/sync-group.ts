// SyncGroup, key 14, versions 0 to 5, flexible since 4.
import { api, array, bytes, int16, int32, string } from '../schema.ts';

export const SyncGroupApi = api({
  key: 14,
  name: 'SyncGroup',
  versions: [0, 5],
  flexibleSince: 4,
  request: {
    groupId: string,
    generationId: int32,
    memberId: string,
    groupInstanceId: string.since(3).orNull().default(null),
    protocolType: string.since(5).orNull().default(null).ignorable(),
    protocolName: string.since(5).orNull().default(null).ignorable(),
    assignments: array({
      memberId: string,
      assignment: bytes,
    }),
  },
  response: {
    throttleTimeMs: int32.since(1).ignorable(),
    errorCode: int16,
    protocolType: string.since(5).orNull().default(null).ignorable(),
    protocolName: string.since(5).orNull().default(null).ignorable(),
    assignment: bytes,
  },
});
