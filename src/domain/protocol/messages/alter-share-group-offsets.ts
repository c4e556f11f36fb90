// AlterShareGroupOffsets, key 91, version 0, flexible since 0.
import { api, array, int16, int32, int64, string, uuid } from '../schema.ts';

export const AlterShareGroupOffsetsApi = api({
  key: 91,
  name: 'AlterShareGroupOffsets',
  versions: [0, 0],
  flexibleSince: 0,
  request: {
    groupId: string,
    topics: array({
      topicName: string,
      partitions: array({
        partitionIndex: int32,
        startOffset: int64,
      }),
    }),
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: string.orNull().default(null),
    responses: array({
      topicName: string,
      topicId: uuid,
      partitions: array({
        partitionIndex: int32,
        errorCode: int16,
        errorMessage: string.orNull().default(null),
      }),
    }),
  },
});
