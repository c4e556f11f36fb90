// AddRaftVoter, key 80, versions 0 to 1, flexible since 0.
import { api, array, bool, int16, int32, string, uint16, uuid } from '../schema.ts';

export const AddRaftVoterApi = api({
  key: 80,
  name: 'AddRaftVoter',
  versions: [0, 1],
  flexibleSince: 0,
  listeners: ['controller', 'broker'],
  request: {
    clusterId: string.orNull(),
    timeoutMs: int32,
    voterId: int32,
    voterDirectoryId: uuid,
    listeners: array({
      name: string,
      host: string,
      port: uint16,
    }),
    ackWhenCommitted: bool.since(1).default(true),
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: string.orNull().ignorable(),
  },
});
