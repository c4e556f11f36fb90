// ElectLeaders, key 43, versions 0 to 2, flexible since 2.
import { api, array, int8, int16, int32, string } from '../schema.ts';

export const ElectLeadersApi = api({
  key: 43,
  name: 'ElectLeaders',
  versions: [0, 2],
  flexibleSince: 2,
  listeners: ['broker', 'controller'],
  request: {
    electionType: int8.since(1),
    topicPartitions: array({
      topic: string,
      partitions: array(int32),
    }).orNull(),
    timeoutMs: int32.default(60000),
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16.since(1),
    replicaElectionResults: array({
      topic: string,
      partitionResult: array({
        partitionId: int32,
        errorCode: int16,
        errorMessage: string.orNull(),
      }),
    }),
  },
});
