// ShareGroupHeartbeat, key 76, version 1, flexible since 0.
import { api, array, int16, int32, string, struct, uuid } from '../schema.ts';

const topicPartitions = {
  topicId: uuid,
  partitions: array(int32),
};

export const ShareGroupHeartbeatApi = api({
  key: 76,
  name: 'ShareGroupHeartbeat',
  versions: [1, 1],
  flexibleSince: 0,
  request: {
    groupId: string,
    memberId: string,
    memberEpoch: int32,
    rackId: string.orNull().default(null),
    subscribedTopicNames: array(string).orNull().default(null),
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: string.orNull().default(null),
    memberId: string.orNull().default(null),
    memberEpoch: int32,
    heartbeatIntervalMs: int32,
    assignment: struct({
      topicPartitions: array(topicPartitions),
    })
      .orNull()
      .default(null),
  },
});
