// DeleteTopics, key 20, versions 1 to 6, flexible since 4.
import { api, array, int16, int32, string, uuid } from '../schema.ts';

export const DeleteTopicsApi = api({
  key: 20,
  name: 'DeleteTopics',
  versions: [1, 6],
  flexibleSince: 4,
  listeners: ['broker', 'controller'],
  request: {
    topics: array({
      name: string.orNull().default(null),
      topicId: uuid,
    }).since(6),
    topicNames: array(string).until(5).ignorable(),
    timeoutMs: int32,
  },
  response: {
    throttleTimeMs: int32.ignorable(),
    responses: array({
      name: string.orNull(6),
      topicId: uuid.since(6).ignorable(),
      errorCode: int16,
      errorMessage: string.since(5).orNull().default(null).ignorable(),
    }),
  },
});
