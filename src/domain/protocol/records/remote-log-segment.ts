// Records of `__remote_log_metadata` (KIP-405).
import {
  array,
  bool,
  bytes,
  int8,
  int32,
  int64,
  message,
  string,
  struct,
  uuid,
} from '../schema.ts';

export const RemoteLogSegmentMetadataRecord = message({
  name: 'RemoteLogSegmentMetadataRecord',
  recordType: 0,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    remoteLogSegmentId: struct({
      topicIdPartition: struct({
        name: string,
        id: uuid,
        partition: int32,
      }),
      id: uuid,
    }),
    startOffset: int64,
    endOffset: int64,
    brokerId: int32,
    maxTimestampMs: int64,
    eventTimestampMs: int64,
    segmentLeaderEpochs: array({
      leaderEpoch: int32,
      offset: int64,
    }),
    segmentSizeInBytes: int32,
    customMetadata: bytes.orNull().default(null),
    remoteLogSegmentState: int8,
    txnIndexEmpty: bool.tagged(0, 0),
  },
});

export const RemoteLogSegmentMetadataSnapshotRecord = message({
  name: 'RemoteLogSegmentMetadataSnapshotRecord',
  recordType: 3,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    segmentId: uuid,
    startOffset: int64,
    endOffset: int64,
    brokerId: int32,
    maxTimestampMs: int64,
    eventTimestampMs: int64,
    segmentLeaderEpochs: array({
      leaderEpoch: int32,
      offset: int64,
    }),
    segmentSizeInBytes: int32,
    customMetadata: bytes.orNull().default(null),
    remoteLogSegmentState: int8,
    txnIndexEmpty: bool.tagged(0, 0),
  },
});

export const RemoteLogSegmentMetadataUpdateRecord = message({
  name: 'RemoteLogSegmentMetadataUpdateRecord',
  recordType: 1,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    remoteLogSegmentId: struct({
      topicIdPartition: struct({
        name: string,
        id: uuid,
        partition: int32,
      }),
      id: uuid,
    }),
    brokerId: int32,
    eventTimestampMs: int64,
    customMetadata: bytes.orNull().default(null),
    remoteLogSegmentState: int8,
  },
});

export const RemotePartitionDeleteMetadataRecord = message({
  name: 'RemotePartitionDeleteMetadataRecord',
  recordType: 2,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    topicIdPartition: struct({
      name: string,
      id: uuid,
      partition: int32,
    }),
    brokerId: int32,
    eventTimestampMs: int64,
    remotePartitionDeleteState: int8,
  },
});
