// ConsumerGroupHeartbeat, key 68, versions 0 to 1, flexible since 0.
import { api, array, int16, int32, string, struct, uuid } from '../schema.ts';

const topicPartitions = {
  topicId: uuid,
  partitions: array(int32),
};

export const ConsumerGroupHeartbeatApi = api({
  key: 68,
  name: 'ConsumerGroupHeartbeat',
  versions: [0, 1],
  flexibleSince: 0,
  request: {
    groupId: string,
    memberId: string,
    memberEpoch: int32,
    instanceId: string.orNull().default(null),
    rackId: string.orNull().default(null),
    rebalanceTimeoutMs: int32.default(-1),
    subscribedTopicNames: array(string).orNull().default(null),
    subscribedTopicRegex: string.since(1).orNull().default(null),
    serverAssignor: string.orNull().default(null),
    topicPartitions: array({
      topicId: uuid,
      partitions: array(int32),
    })
      .orNull()
      .default(null),
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
