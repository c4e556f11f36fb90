// Vote, key 52, versions 0 to 2, flexible since 0.
import { api, array, bool, int16, int32, int64, string, uint16, uuid } from '../schema.ts';

export const VoteApi = api({
  key: 52,
  name: 'Vote',
  versions: [0, 2],
  flexibleSince: 0,
  listeners: ['controller'],
  request: {
    clusterId: string.orNull().default(null),
    voterId: int32.since(1).default(-1).ignorable(),
    topics: array({
      topicName: string,
      partitions: array({
        partitionIndex: int32,
        replicaEpoch: int32,
        replicaId: int32,
        replicaDirectoryId: uuid.since(1).ignorable(),
        voterDirectoryId: uuid.since(1).ignorable(),
        lastOffsetEpoch: int32,
        lastOffset: int64,
        preVote: bool.since(2),
      }),
    }),
  },
  response: {
    errorCode: int16,
    topics: array({
      topicName: string,
      partitions: array({
        partitionIndex: int32,
        errorCode: int16,
        leaderId: int32,
        leaderEpoch: int32,
        voteGranted: bool,
      }),
    }),
    nodeEndpoints: array({
      nodeId: int32,
      host: string,
      port: uint16,
    }).tagged(0, 1),
  },
});
