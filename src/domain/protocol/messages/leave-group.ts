// LeaveGroup, key 13, versions 0 to 5, flexible since 4.
import { api, array, int16, int32, string } from '../schema.ts';

export const LeaveGroupApi = api({
  key: 13,
  name: 'LeaveGroup',
  versions: [0, 5],
  flexibleSince: 4,
  request: {
    groupId: string,
    memberId: string.until(2),
    members: array({
      memberId: string,
      groupInstanceId: string.orNull().default(null),
      reason: string.since(5).orNull().default(null).ignorable(),
    }).since(3),
  },
  response: {
    throttleTimeMs: int32.since(1).ignorable(),
    errorCode: int16,
    members: array({
      memberId: string,
      groupInstanceId: string.orNull(),
      errorCode: int16,
    }).since(3),
  },
});
