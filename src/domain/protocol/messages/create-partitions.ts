// CreatePartitions, key 37, versions 0 to 3, flexible since 2.
import { api, array, bool, int16, int32, string } from '../schema.ts';

export const CreatePartitionsApi = api({
  key: 37,
  name: 'CreatePartitions',
  versions: [0, 3],
  flexibleSince: 2,
  listeners: ['broker', 'controller'],
  request: {
    topics: array({
      name: string,
      count: int32,
      assignments: array({
        brokerIds: array(int32),
      }).orNull(),
    }),
    timeoutMs: int32,
    validateOnly: bool,
  },
  response: {
    throttleTimeMs: int32,
    results: array({
      name: string,
      errorCode: int16,
      errorMessage: string.orNull().default(null),
    }),
  },
});
