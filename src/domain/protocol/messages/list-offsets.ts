// ListOffsets, key 2, versions 1 to 11, flexible since 6.
import { api, array, int8, int16, int32, int64, string } from '../schema.ts';

export const ListOffsetsApi = api({
  key: 2,
  name: 'ListOffsets',
  versions: [1, 11],
  flexibleSince: 6,
  request: {
    replicaId: int32,
    isolationLevel: int8.since(2),
    topics: array({
      name: string,
      partitions: array({
        partitionIndex: int32,
        currentLeaderEpoch: int32.since(4).default(-1).ignorable(),
        timestamp: int64,
      }),
    }),
    timeoutMs: int32.since(10).ignorable(),
  },
  response: {
    throttleTimeMs: int32.since(2).ignorable(),
    topics: array({
      name: string,
      partitions: array({
        partitionIndex: int32,
        errorCode: int16,
        timestamp: int64.default(-1n),
        offset: int64.default(-1n),
        leaderEpoch: int32.since(4).default(-1),
      }),
    }),
  },
});
