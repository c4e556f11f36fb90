// DeleteShareGroupOffsets, key 92, version 0, flexible since 0.
import { api, array, int16, int32, string, uuid } from '../schema.ts';

export const DeleteShareGroupOffsetsApi = api({
  key: 92,
  name: 'DeleteShareGroupOffsets',
  versions: [0, 0],
  flexibleSince: 0,
  request: {
    groupId: string,
    topics: array({
      topicName: string,
    }),
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: string.orNull().default(null),
    responses: array({
      topicName: string,
      topicId: uuid,
      errorCode: int16,
      errorMessage: string.orNull().default(null),
    }),
  },
});
