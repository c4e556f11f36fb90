import type { CoordinatorRecord } from '../../coordinator/coordinator-shard.ts';
import {
  decodeRecord,
  decodeRecordKey,
  encodeRecord,
  encodeRecordKey,
  leadingInt16,
  recordTypeOf,
} from '../../protocol/record-codec.ts';
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
import { MEMBER_STATES, memberStateOf } from '../modern/member-state.ts';
import { topicNamesOf } from '../modern/modern-group-member.ts';
import type { ModernGroupRecord } from '../modern/modern-group-record.ts';
import {
  type TopicPartitions,
  topicPartitionsEntries,
  topicPartitionsOf,
} from '../modern/topic-partitions.ts';
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

type Kind = ShareGroupRecord['kind'];

const KEYS = {
  group: ShareGroupMetadataKey,
  member: ShareGroupMemberMetadataKey,
  targetMetadata: ShareGroupTargetAssignmentMetadataKey,
  target: ShareGroupTargetAssignmentMemberKey,
  current: ShareGroupCurrentMemberAssignmentKey,
  topics: ShareGroupStatePartitionMetadataKey,
} as const satisfies Record<Kind, unknown>;

const KIND_OF = new Map(
  Object.entries(KEYS).map(([kind, key]) => [recordTypeOf(key), kind as Kind]),
);

export const SHARE_GROUP_RECORD_TYPES: readonly number[] = [...KIND_OF.keys()];

export function encodeShareGroupRecord(record: ShareGroupRecord): CoordinatorRecord {
  return { key: keyOf(record), value: encodedValue(record) };
}

function keyOf(record: ShareGroupRecord): Uint8Array {
  const { groupId } = record;
  switch (record.kind) {
    case 'group':
    case 'targetMetadata':
    case 'topics':
      return encodeRecordKey(KEYS[record.kind], { groupId });
    case 'member':
    case 'target':
    case 'current':
      return encodeRecordKey(KEYS[record.kind], { groupId, memberId: record.memberId });
  }
}

function encodedValue(record: ShareGroupRecord): Uint8Array | null {
  if (record.value === undefined) return null;
  switch (record.kind) {
    case 'group':
      return encodeRecord(ShareGroupMetadataValue, 0, record.value);
    case 'member':
      return encodeRecord(ShareGroupMemberMetadataValue, 0, record.value);
    case 'targetMetadata':
      return encodeRecord(ShareGroupTargetAssignmentMetadataValue, 0, {
        assignmentEpoch: record.value.epoch,
        assignmentTimestamp: BigInt(record.value.timestampMs),
      });
    case 'target':
      return encodeRecord(ShareGroupTargetAssignmentMemberValue, 0, {
        topicPartitions: topicPartitionsEntries(record.value),
      });
    case 'current':
      return encodeRecord(ShareGroupCurrentMemberAssignmentValue, 0, {
        memberEpoch: record.value.memberEpoch,
        previousMemberEpoch: record.value.previousMemberEpoch,
        state: MEMBER_STATES[record.value.state],
        assignedPartitions: topicPartitionsEntries(record.value.assigned),
      });
    case 'topics':
      return encodeTopics(record.value);
  }
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

/** Reads a record of one of the types above. */
export function decodeShareGroupRecord({ key, value }: CoordinatorRecord): ShareGroupRecord {
  const kind = KIND_OF.get(leadingInt16(key)) as Kind;
  switch (kind) {
    case 'group': {
      const { groupId } = decodeRecordKey(KEYS.group, key);
      const decoded = value === null ? undefined : decodeRecord(ShareGroupMetadataValue, value);
      return { kind, groupId, value: decoded };
    }
    case 'member': {
      const { groupId, memberId } = decodeRecordKey(KEYS.member, key);
      return { kind, groupId, memberId, value: value === null ? undefined : decodeMember(value) };
    }
    case 'targetMetadata': {
      const { groupId } = decodeRecordKey(KEYS.targetMetadata, key);
      return { kind, groupId, value: value === null ? undefined : decodeTargetMetadata(value) };
    }
    case 'target': {
      const { groupId, memberId } = decodeRecordKey(KEYS.target, key);
      return { kind, groupId, memberId, value: value === null ? undefined : decodeTarget(value) };
    }
    case 'current': {
      const { groupId, memberId } = decodeRecordKey(KEYS.current, key);
      return { kind, groupId, memberId, value: value === null ? undefined : decodeCurrent(value) };
    }
    case 'topics': {
      const { groupId } = decodeRecordKey(KEYS.topics, key);
      return { kind, groupId, value: value === null ? undefined : decodeTopics(value) };
    }
  }
}

function decodeMember(bytes: Uint8Array): ShareMemberSubscription {
  const value = decodeRecord(ShareGroupMemberMetadataValue, bytes);
  return { ...value, subscribedTopicNames: topicNamesOf(value.subscribedTopicNames) };
}

function decodeTargetMetadata(bytes: Uint8Array) {
  const value = decodeRecord(ShareGroupTargetAssignmentMetadataValue, bytes);
  return { epoch: value.assignmentEpoch, timestampMs: Number(value.assignmentTimestamp) };
}

function decodeTarget(bytes: Uint8Array): TopicPartitions {
  return topicPartitionsOf(
    decodeRecord(ShareGroupTargetAssignmentMemberValue, bytes).topicPartitions,
  );
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
