// RemoveRaftVoter, key 81, version 0, flexible since 0.
import { api, int16, int32, string, uuid } from '../schema.ts';

export const RemoveRaftVoterApi = api({
  key: 81,
  name: 'RemoveRaftVoter',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['controller', 'broker'],
  request: {
    clusterId: string.orNull(),
    voterId: int32,
    voterDirectoryId: uuid,
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: string.orNull().ignorable(),
  },
});
