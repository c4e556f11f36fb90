// Records of `__consumer_offsets`: committed offsets and classic groups.
import { array, bytes, int32, int64, message, string, uuid } from '../schema.ts';

export const LegacyOffsetCommitKey = message({
  name: 'LegacyOffsetCommitKey',
  recordType: 0,
  versions: [0, 0],
  fields: {
    group: string,
    topic: string,
    partition: int32,
  },
});

export const LegacyOffsetCommitValue = message({
  name: 'LegacyOffsetCommitValue',
  recordType: 0,
  versions: [0, 0],
  fields: {
    offset: int64,
    metadata: string,
    commitTimestamp: int64,
  },
});

export const OffsetCommitKey = message({
  name: 'OffsetCommitKey',
  recordType: 1,
  versions: [0, 0],
  fields: {
    group: string,
    topic: string,
    partition: int32,
  },
});

export const OffsetCommitValue = message({
  name: 'OffsetCommitValue',
  recordType: 1,
  versions: [0, 4],
  flexibleSince: 4,
  fields: {
    offset: int64,
    leaderEpoch: int32.since(3).default(-1).ignorable(),
    metadata: string,
    commitTimestamp: int64,
    expireTimestamp: int64.since(1).until(1).default(-1n).ignorable(),
    topicId: uuid.tagged(0, 4).ignorable(),
  },
});

export const GroupMetadataKey = message({
  name: 'GroupMetadataKey',
  recordType: 2,
  versions: [0, 0],
  fields: {
    group: string,
  },
});

const groupMetadataMemberMetadata = {
  memberId: string,
  groupInstanceId: string.since(3).orNull().default(null).ignorable(),
  clientId: string,
  clientHost: string,
  rebalanceTimeout: int32.since(1).default(-1).ignorable(),
  sessionTimeout: int32,
  subscription: bytes,
  assignment: bytes,
};

export const GroupMetadataValue = message({
  name: 'GroupMetadataValue',
  recordType: 2,
  versions: [0, 4],
  flexibleSince: 4,
  fields: {
    protocolType: string,
    generation: int32,
    protocol: string.orNull(),
    leader: string.orNull(),
    currentStateTimestamp: int64.since(2).default(-1n).ignorable(),
    members: array(groupMetadataMemberMetadata),
  },
});
