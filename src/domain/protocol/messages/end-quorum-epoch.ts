// EndQuorumEpoch, key 54, versions 0 to 1, flexible since 1.
import { api, array, int16, int32, string, uint16, uuid } from '../schema.ts';

export const EndQuorumEpochApi = api({
  key: 54,
  name: 'EndQuorumEpoch',
  versions: [0, 1],
  flexibleSince: 1,
  listeners: ['controller'],
  request: {
    clusterId: string.orNull().default(null),
    topics: array({
      topicName: string,
      partitions: array({
        partitionIndex: int32,
        leaderId: int32,
        leaderEpoch: int32,
        preferredSuccessors: array(int32).until(0).ignorable(),
        preferredCandidates: array({
          candidateId: int32,
          candidateDirectoryId: uuid,
        })
          .since(1)
          .ignorable(),
      }),
    }),
    leaderEndpoints: array({
      name: string,
      host: string,
      port: uint16,
    })
      .since(1)
      .ignorable(),
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
      }),
    }),
    nodeEndpoints: array({
      nodeId: int32,
      host: string,
      port: uint16,
    }).tagged(0, 1),
  },
});
