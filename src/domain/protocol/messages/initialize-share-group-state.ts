// InitializeShareGroupState, key 83, version 0, flexible since 0.
import { api, array, int16, int32, int64, string, uuid } from '../schema.ts';

export const InitializeShareGroupStateApi = api({
  key: 83,
  name: 'InitializeShareGroupState',
  versions: [0, 0],
  flexibleSince: 0,
  request: {
    groupId: string,
    topics: array({
      topicId: uuid,
      partitions: array({
        partition: int32,
        stateEpoch: int32,
        startOffset: int64,
      }),
    }),
  },
  response: {
    results: array({
      topicId: uuid,
      partitions: array({
        partition: int32,
        errorCode: int16,
        errorMessage: string.orNull().default(null),
      }),
    }),
  },
});
