// Heartbeat, key 12, versions 0 to 4, flexible since 4.
import { api, int16, int32, string } from '../schema.ts';

export const HeartbeatApi = api({
  key: 12,
  name: 'Heartbeat',
  versions: [0, 4],
  flexibleSince: 4,
  request: {
    groupId: string,
    generationId: int32,
    memberId: string,
    groupInstanceId: string.since(3).orNull().default(null),
  },
  response: {
    throttleTimeMs: int32.since(1).ignorable(),
    errorCode: int16,
  },
});
