// DeleteShareGroupState, key 86, version 0, flexible since 0.
import { api, array, int16, int32, string, uuid } from '../schema.ts';

export const DeleteShareGroupStateApi = api({
  key: 86,
  name: 'DeleteShareGroupState',
  versions: [0, 0],
  flexibleSince: 0,
  request: {
    groupId: string,
    topics: array({
      topicId: uuid,
      partitions: array({
        partition: int32,
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
