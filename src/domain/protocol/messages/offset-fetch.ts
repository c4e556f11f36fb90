// OffsetFetch, key 9, versions 1 to 10, flexible since 6.
import { api, array, bool, int16, int32, int64, string, uuid } from '../schema.ts';

export const OffsetFetchApi = api({
  key: 9,
  name: 'OffsetFetch',
  versions: [1, 10],
  flexibleSince: 6,
  request: {
    groupId: string.until(7),
    topics: array({
      name: string,
      partitionIndexes: array(int32),
    })
      .until(7)
      .orNull(2),
    groups: array({
      groupId: string,
      memberId: string.since(9).orNull().default(null).ignorable(),
      memberEpoch: int32.since(9).default(-1).ignorable(),
      topics: array({
        name: string.until(9).ignorable(),
        topicId: uuid.since(10).ignorable(),
        partitionIndexes: array(int32),
      }).orNull(),
    }).since(8),
    requireStable: bool.since(7).default(false),
  },
  response: {
    throttleTimeMs: int32.since(3).ignorable(),
    topics: array({
      name: string,
      partitions: array({
        partitionIndex: int32,
        committedOffset: int64,
        committedLeaderEpoch: int32.since(5).default(-1).ignorable(),
        metadata: string.orNull(),
        errorCode: int16,
      }),
    }).until(7),
    errorCode: int16.since(2).until(7).default(0).ignorable(),
    groups: array({
      groupId: string,
      topics: array({
        name: string.until(9).ignorable(),
        topicId: uuid.since(10).ignorable(),
        partitions: array({
          partitionIndex: int32,
          committedOffset: int64,
          committedLeaderEpoch: int32.default(-1).ignorable(),
          metadata: string.orNull(),
          errorCode: int16,
        }),
      }),
      errorCode: int16.default(0),
    }).since(8),
  },
});
