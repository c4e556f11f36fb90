import { decodeRecord, encodeRecord } from '../../protocol/record-codec.ts';
import {
  ShareGroupCurrentMemberAssignmentKey,
  ShareGroupCurrentMemberAssignmentValue,
  ShareGroupMemberMetadataKey,
  ShareGroupMemberMetadataValue,
  ShareGroupMetadataKey,
  ShareGroupMetadataValue,
  ShareGroupStatePartitionMetadataKey,
  ShareGroupStatePartitionMetadataValue,
  ShareGroupTargetAssignmentMemberKey,
  ShareGroupTargetAssignmentMemberValue,
  ShareGroupTargetAssignmentMetadataKey,
  ShareGroupTargetAssignmentMetadataValue,
} from '../../protocol/records/share-group.ts';
import { GroupRecordCodec } from '../modern/group-record-codec.ts';
import { MEMBER_STATES, memberStateOf } from '../modern/member-state.ts';
import { topicNamesOf } from '../modern/modern-group-member.ts';
import type { ModernGroupRecord } from '../modern/modern-group-record.ts';
import { targetMetadataKind, targetPartitionsKind } from '../modern/shared-record-kinds.ts';
import { topicPartitionsEntries, topicPartitionsOf } from '../modern/topic-partitions.ts';
import type { ShareMemberAssignment, ShareMemberSubscription } from './share-group-member.ts';
import type { ShareGroupTopics, ShareTopic } from './share-group-topics.ts';

/** A record of a share group; without its value it is a tombstone. */
export type ShareGroupRecord =
  | ModernGroupRecord<ShareMemberSubscription, ShareMemberAssignment>
  | {
      readonly kind: 'topics';
      readonly groupId: string;
      readonly value: ShareGroupTopics | undefined;
    };

export const SHARE_GROUP_RECORDS = new GroupRecordCodec<ShareGroupRecord>({
  group: {
    key: ShareGroupMetadataKey,
    encode: (value) => encodeRecord(ShareGroupMetadataValue, 0, value),
    decode: (bytes) => decodeRecord(ShareGroupMetadataValue, bytes),
  },
  member: {
    key: ShareGroupMemberMetadataKey,
    encode: (value) => encodeRecord(ShareGroupMemberMetadataValue, 0, value),
    decode: decodeMember,
  },
  targetMetadata: targetMetadataKind(
    ShareGroupTargetAssignmentMetadataKey,
    ShareGroupTargetAssignmentMetadataValue,
  ),
  target: targetPartitionsKind(
    ShareGroupTargetAssignmentMemberKey,
    ShareGroupTargetAssignmentMemberValue,
  ),
  current: {
    key: ShareGroupCurrentMemberAssignmentKey,
    encode: encodeCurrent,
    decode: decodeCurrent,
  },
  topics: { key: ShareGroupStatePartitionMetadataKey, encode: encodeTopics, decode: decodeTopics },
});

function decodeMember(bytes: Uint8Array): ShareMemberSubscription {
  const value = decodeRecord(ShareGroupMemberMetadataValue, bytes);
  return { ...value, subscribedTopicNames: topicNamesOf(value.subscribedTopicNames) };
}

function encodeCurrent(value: ShareMemberAssignment): Uint8Array {
  return encodeRecord(ShareGroupCurrentMemberAssignmentValue, 0, {
    memberEpoch: value.memberEpoch,
    previousMemberEpoch: value.previousMemberEpoch,
    state: MEMBER_STATES[value.state],
    assignedPartitions: topicPartitionsEntries(value.assigned),
  });
}

function decodeCurrent(bytes: Uint8Array): ShareMemberAssignment {
  const value = decodeRecord(ShareGroupCurrentMemberAssignmentValue, bytes);
  return {
    memberEpoch: value.memberEpoch,
    previousMemberEpoch: value.previousMemberEpoch,
    state: memberStateOf(value.state),
    assigned: topicPartitionsOf(value.assignedPartitions),
  };
}

function encodeTopics({ initializing, initialized, deleting }: ShareGroupTopics): Uint8Array {
  const entries = (topics: ReadonlyMap<string, ShareTopic>) =>
    Array.from(topics, ([topicId, { name, partitions }]) => ({
      topicId,
      topicName: name,
      partitions,
    }));
  return encodeRecord(ShareGroupStatePartitionMetadataValue, 0, {
    initializingTopics: entries(initializing),
    initializedTopics: entries(initialized),
    deletingTopics: Array.from(deleting, ([topicId, topicName]) => ({ topicId, topicName })),
  });
}

function decodeTopics(bytes: Uint8Array): ShareGroupTopics {
  const value = decodeRecord(ShareGroupStatePartitionMetadataValue, bytes);
  const topics = (entries: typeof value.initializedTopics) =>
    new Map(
      entries.map(({ topicId, topicName, partitions }) => [
        topicId,
        { name: topicName, partitions: [...partitions].sort((a, b) => a - b), sinceMs: 0 },
      ]),
    );
  return {
    initializing: topics(value.initializingTopics),
    initialized: topics(value.initializedTopics),
    deleting: new Map(value.deletingTopics.map(({ topicId, topicName }) => [topicId, topicName])),
  };
}
