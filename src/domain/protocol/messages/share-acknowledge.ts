// ShareAcknowledge, key 79, versions 1 to 2, flexible since 0.
import { api, array, bool, int8, int16, int32, int64, string, struct, uuid } from '../schema.ts';

export const ShareAcknowledgeApi = api({
  key: 79,
  name: 'ShareAcknowledge',
  versions: [1, 2],
  flexibleSince: 0,
  request: {
    groupId: string.orNull().default(null),
    memberId: string.orNull(),
    shareSessionEpoch: int32,
    isRenewAck: bool.since(2).default(false),
    topics: array({
      topicId: uuid,
      partitions: array({
        partitionIndex: int32,
        acknowledgementBatches: array({
          firstOffset: int64,
          lastOffset: int64,
          acknowledgeTypes: array(int8),
        }),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: string.orNull().default(null),
    acquisitionLockTimeoutMs: int32.since(2).ignorable(),
    responses: array({
      topicId: uuid,
      partitions: array({
        partitionIndex: int32,
        errorCode: int16,
        errorMessage: string.orNull().default(null),
        currentLeader: struct({
          leaderId: int32,
          leaderEpoch: int32,
        }),
      }),
    }),
    nodeEndpoints: array({
      nodeId: int32,
      host: string,
      port: int32,
      rack: string.orNull().default(null),
    }),
  },
});
