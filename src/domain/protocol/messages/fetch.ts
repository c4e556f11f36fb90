// Fetch, key 1, versions 4 to 18, flexible since 12.
import { api, array, int8, int16, int32, int64, records, string, struct, uuid } from '../schema.ts';

export const FetchApi = api({
  key: 1,
  name: 'Fetch',
  versions: [4, 18],
  flexibleSince: 12,
  listeners: ['broker', 'controller'],
  request: {
    clusterId: string.tagged(0, 12).orNull().default(null).ignorable(),
    replicaId: int32.until(14).default(-1),
    replicaState: struct({
      replicaId: int32.default(-1),
      replicaEpoch: int64.default(-1n),
    }).tagged(1, 15),
    maxWaitMs: int32,
    minBytes: int32,
    maxBytes: int32.default(0x7fffffff).ignorable(),
    isolationLevel: int8.default(0).ignorable(),
    sessionId: int32.since(7).default(0).ignorable(),
    sessionEpoch: int32.since(7).default(-1).ignorable(),
    topics: array({
      topic: string.until(12).ignorable(),
      topicId: uuid.since(13).ignorable(),
      partitions: array({
        partition: int32,
        currentLeaderEpoch: int32.since(9).default(-1).ignorable(),
        fetchOffset: int64,
        lastFetchedEpoch: int32.since(12).default(-1),
        logStartOffset: int64.since(5).default(-1n).ignorable(),
        partitionMaxBytes: int32,
        replicaDirectoryId: uuid.tagged(0, 17).ignorable(),
        highWatermark: int64.tagged(1, 18).default(9223372036854775807n).ignorable(),
      }),
    }),
    forgottenTopicsData: array({
      topic: string.until(12).ignorable(),
      topicId: uuid.since(13).ignorable(),
      partitions: array(int32),
    }).since(7),
    rackId: string.since(11).default('').ignorable(),
  },
  response: {
    throttleTimeMs: int32.ignorable(),
    errorCode: int16.since(7).ignorable(),
    sessionId: int32.since(7).default(0),
    responses: array({
      topic: string.until(12).ignorable(),
      topicId: uuid.since(13).ignorable(),
      partitions: array({
        partitionIndex: int32,
        errorCode: int16,
        highWatermark: int64,
        lastStableOffset: int64.default(-1n).ignorable(),
        logStartOffset: int64.since(5).default(-1n).ignorable(),
        divergingEpoch: struct({
          epoch: int32.default(-1),
          endOffset: int64.default(-1n),
        }).tagged(0, 12),
        currentLeader: struct({
          leaderId: int32.default(-1),
          leaderEpoch: int32.default(-1),
        }).tagged(1, 12),
        snapshotId: struct({
          endOffset: int64.default(-1n),
          epoch: int32.default(-1),
        }).tagged(2, 12),
        abortedTransactions: array({
          producerId: int64,
          firstOffset: int64,
        })
          .orNull()
          .ignorable(),
        preferredReadReplica: int32.since(11).default(-1),
        records: records.orNull(),
      }),
    }),
    nodeEndpoints: array({
      nodeId: int32,
      host: string,
      port: int32,
      rack: string.orNull().default(null),
    }).tagged(0, 16),
  },
});
