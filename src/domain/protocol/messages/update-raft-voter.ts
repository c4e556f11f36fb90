// UpdateRaftVoter, key 82, version 0, flexible since 0.
import { api, array, int16, int32, string, struct, uint16, uuid } from '../schema.ts';

export const UpdateRaftVoterApi = api({
  key: 82,
  name: 'UpdateRaftVoter',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['controller'],
  request: {
    clusterId: string.orNull(),
    currentLeaderEpoch: int32,
    voterId: int32,
    voterDirectoryId: uuid,
    listeners: array({
      name: string,
      host: string,
      port: uint16,
    }),
    kRaftVersionFeature: struct({
      minSupportedVersion: int16,
      maxSupportedVersion: int16,
    }),
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16,
    currentLeader: struct({
      leaderId: int32.default(-1),
      leaderEpoch: int32.default(-1),
      host: string,
      port: int32,
    }).tagged(0, 0),
  },
});
