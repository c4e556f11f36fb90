// FetchSnapshot, key 59, versions 0 to 1, flexible since 0.
import {
  api,
  array,
  int16,
  int32,
  int64,
  records,
  string,
  struct,
  uint16,
  uuid,
} from '../schema.ts';

export const FetchSnapshotApi = api({
  key: 59,
  name: 'FetchSnapshot',
  versions: [0, 1],
  flexibleSince: 0,
  listeners: ['controller'],
  request: {
    clusterId: string.tagged(0, 0).orNull().default(null),
    replicaId: int32.default(-1),
    maxBytes: int32.default(0x7fffffff),
    topics: array({
      name: string,
      partitions: array({
        partition: int32,
        currentLeaderEpoch: int32,
        snapshotId: struct({
          endOffset: int64,
          epoch: int32,
        }),
        position: int64,
        replicaDirectoryId: uuid.tagged(0, 1).ignorable(),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32.ignorable(),
    errorCode: int16,
    topics: array({
      name: string,
      partitions: array({
        index: int32,
        errorCode: int16,
        snapshotId: struct({
          endOffset: int64,
          epoch: int32,
        }),
        currentLeader: struct({
          leaderId: int32,
          leaderEpoch: int32,
        }).tagged(0, 0),
        size: int64,
        position: int64,
        unalignedRecords: records,
      }),
    }),
    nodeEndpoints: array({
      nodeId: int32,
      host: string,
      port: uint16,
    }).tagged(0, 1),
  },
});
