// TxnOffsetCommit, key 28, versions 0 to 6, flexible since 3.
import { api, array, int16, int32, int64, string, uuid } from '../schema.ts';

export const TxnOffsetCommitApi = api({
  key: 28,
  name: 'TxnOffsetCommit',
  versions: [0, 6],
  flexibleSince: 3,
  request: {
    transactionalId: string,
    groupId: string,
    producerId: int64,
    producerEpoch: int16,
    generationIdOrMemberEpoch: int32.since(3).default(-1),
    memberId: string.since(3).default(''),
    groupInstanceId: string.since(3).orNull().default(null),
    topics: array({
      name: string.until(5).ignorable(),
      topicId: uuid.since(6).ignorable(),
      partitions: array({
        partitionIndex: int32,
        committedOffset: int64,
        committedLeaderEpoch: int32.since(2).default(-1).ignorable(),
        committedMetadata: string.orNull(),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32,
    topics: array({
      name: string.until(5).ignorable(),
      topicId: uuid.since(6).ignorable(),
      partitions: array({
        partitionIndex: int32,
        errorCode: int16,
      }),
    }),
  },
});
