// Produce, key 0, versions 3 to 13, flexible since 9.
import { api, array, int16, int32, int64, records, string, struct, uuid } from '../schema.ts';

export const ProduceApi = api({
  key: 0,
  name: 'Produce',
  versions: [3, 13],
  flexibleSince: 9,
  request: {
    transactionalId: string.orNull().default(null),
    acks: int16,
    timeoutMs: int32,
    topicData: array({
      name: string.until(12).ignorable(),
      topicId: uuid.since(13).ignorable(),
      partitionData: array({
        index: int32,
        records: records.orNull(),
      }),
    }),
  },
  response: {
    responses: array({
      name: string.until(12).ignorable(),
      topicId: uuid.since(13).ignorable(),
      partitionResponses: array({
        index: int32,
        errorCode: int16,
        baseOffset: int64,
        logAppendTimeMs: int64.default(-1n).ignorable(),
        logStartOffset: int64.since(5).default(-1n).ignorable(),
        recordErrors: array({
          batchIndex: int32,
          batchIndexErrorMessage: string.orNull().default(null),
        })
          .since(8)
          .ignorable(),
        errorMessage: string.since(8).orNull().default(null).ignorable(),
        currentLeader: struct({
          leaderId: int32.default(-1),
          leaderEpoch: int32.default(-1),
        }).tagged(0, 10),
      }),
    }),
    throttleTimeMs: int32.default(0).ignorable(),
    nodeEndpoints: array({
      nodeId: int32,
      host: string,
      port: int32,
      rack: string.orNull().default(null),
    }).tagged(0, 10),
  },
});
