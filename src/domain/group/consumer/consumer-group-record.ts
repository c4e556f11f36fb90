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
  ConsumerGroupCurrentMemberAssignmentKey,
  ConsumerGroupCurrentMemberAssignmentValue,
  ConsumerGroupMemberMetadataKey,
  ConsumerGroupMemberMetadataValue,
  ConsumerGroupMetadataKey,
  ConsumerGroupMetadataValue,
  ConsumerGroupPartitionMetadataKey,
  ConsumerGroupRegularExpressionKey,
  ConsumerGroupRegularExpressionValue,
  ConsumerGroupTargetAssignmentMemberKey,
  ConsumerGroupTargetAssignmentMemberValue,
  ConsumerGroupTargetAssignmentMetadataKey,
  ConsumerGroupTargetAssignmentMetadataValue,
} from '../../protocol/records/consumer-group.ts';
import { MEMBER_STATES, memberStateOf } from '../modern/member-state.ts';
import { topicNamesOf } from '../modern/modern-group-member.ts';
import type { ModernGroupRecord } from '../modern/modern-group-record.ts';
import {
  type TopicPartitions,
  topicPartitionsEntries,
  topicPartitionsOf,
} from '../modern/topic-partitions.ts';
import type { AssignedPartitions } from './assigned-partitions.ts';
import type { CurrentAssignment, MemberSubscription } from './consumer-group-member.ts';
import type { ResolvedRegularExpression } from './resolved-regular-expression.ts';

/** A record of a consumer group; without its value it is a tombstone. */
export type ConsumerGroupRecord =
  | ModernGroupRecord<MemberSubscription, CurrentAssignment>
  /** Of Kafka before 4.1: what the metadata hash stands for now. */
  | { readonly kind: 'partitionMetadata'; readonly groupId: string; readonly isThere: boolean }
  | {
      readonly kind: 'regex';
      readonly groupId: string;
      readonly regex: string;
      readonly value: ResolvedRegularExpression | undefined;
    };

type Kind = ConsumerGroupRecord['kind'];

const KEYS = {
  group: ConsumerGroupMetadataKey,
  partitionMetadata: ConsumerGroupPartitionMetadataKey,
  member: ConsumerGroupMemberMetadataKey,
  targetMetadata: ConsumerGroupTargetAssignmentMetadataKey,
  target: ConsumerGroupTargetAssignmentMemberKey,
  current: ConsumerGroupCurrentMemberAssignmentKey,
  regex: ConsumerGroupRegularExpressionKey,
} as const satisfies Record<Kind, unknown>;

const KIND_OF = new Map(
  Object.entries(KEYS).map(([kind, key]) => [recordTypeOf(key), kind as Kind]),
);

export const CONSUMER_GROUP_RECORD_TYPES: readonly number[] = [...KIND_OF.keys()];

export function encodeConsumerGroupRecord(record: ConsumerGroupRecord): CoordinatorRecord {
  return { key: encodedKey(record), value: encodedValue(record) };
}

function encodedKey(record: ConsumerGroupRecord): Uint8Array {
  const { groupId } = record;
  switch (record.kind) {
    case 'group':
    case 'partitionMetadata':
    case 'targetMetadata':
      return encodeRecordKey(KEYS[record.kind], { groupId });
    case 'member':
    case 'target':
    case 'current':
      return encodeRecordKey(KEYS[record.kind], { groupId, memberId: record.memberId });
    case 'regex':
      return encodeRecordKey(KEYS.regex, { groupId, regularExpression: record.regex });
  }
}

function encodedValue(record: ConsumerGroupRecord): Uint8Array | null {
  switch (record.kind) {
    case 'partitionMetadata':
      return null;
    case 'group':
      return record.value === undefined
        ? null
        : encodeRecord(ConsumerGroupMetadataValue, 0, record.value);
    case 'member':
      return record.value === undefined ? null : encodeSubscription(record.value);
    case 'targetMetadata':
      return record.value === undefined
        ? null
        : encodeRecord(ConsumerGroupTargetAssignmentMetadataValue, 0, {
            assignmentEpoch: record.value.epoch,
            assignmentTimestamp: BigInt(record.value.timestampMs),
          });
    case 'target':
      return record.value === undefined
        ? null
        : encodeRecord(ConsumerGroupTargetAssignmentMemberValue, 0, {
            topicPartitions: topicPartitionsEntries(record.value),
          });
    case 'current':
      return record.value === undefined ? null : encodeCurrent(record.value);
    case 'regex':
      return record.value === undefined
        ? null
        : encodeRecord(ConsumerGroupRegularExpressionValue, 0, {
            topics: record.value.topics,
            version: record.value.version,
            timestamp: BigInt(record.value.timestampMs),
          });
  }
}

function encodeSubscription({ classic, ...value }: MemberSubscription): Uint8Array {
  return encodeRecord(ConsumerGroupMemberMetadataValue, 0, {
    ...value,
    classicMemberMetadata: classic,
  });
}

function encodeCurrent(value: CurrentAssignment): Uint8Array {
  return encodeRecord(ConsumerGroupCurrentMemberAssignmentValue, 0, {
    memberEpoch: value.memberEpoch,
    previousMemberEpoch: value.previousMemberEpoch,
    state: MEMBER_STATES[value.state],
    assignedPartitions: entriesWithEpochs(value.assigned),
    partitionsPendingRevocation: entriesWithEpochs(value.pendingRevocation),
  });
}

function entriesWithEpochs(assigned: AssignedPartitions) {
  return [...assigned].map(([topicId, partitions]) => ({
    topicId,
    partitions: [...partitions.keys()],
    assignmentEpochs: [...partitions.values()],
  }));
}

/** Reads a record of one of the types above. */
export function decodeConsumerGroupRecord({ key, value }: CoordinatorRecord): ConsumerGroupRecord {
  const kind = KIND_OF.get(leadingInt16(key)) as Kind;
  switch (kind) {
    case 'group': {
      const { groupId } = decodeRecordKey(KEYS.group, key);
      return { kind, groupId, value: value === null ? undefined : decodeEpoch(value) };
    }
    case 'partitionMetadata': {
      const { groupId } = decodeRecordKey(KEYS.partitionMetadata, key);
      return { kind, groupId, isThere: value !== null };
    }
    case 'member': {
      const { groupId, memberId } = decodeRecordKey(KEYS.member, key);
      const decoded = value === null ? undefined : decodeSubscription(value);
      return { kind, groupId, memberId, value: decoded };
    }
    case 'targetMetadata': {
      const { groupId } = decodeRecordKey(KEYS.targetMetadata, key);
      return { kind, groupId, value: value === null ? undefined : decodeTargetMetadata(value) };
    }
    case 'target': {
      const { groupId, memberId } = decodeRecordKey(KEYS.target, key);
      const decoded = value === null ? undefined : decodeTarget(value);
      return { kind, groupId, memberId, value: decoded };
    }
    case 'current': {
      const { groupId, memberId } = decodeRecordKey(KEYS.current, key);
      return { kind, groupId, memberId, value: value === null ? undefined : decodeCurrent(value) };
    }
    case 'regex': {
      const { groupId, regularExpression } = decodeRecordKey(KEYS.regex, key);
      const decoded = value === null ? undefined : decodeRegex(value);
      return { kind, groupId, regex: regularExpression, value: decoded };
    }
  }
}

function decodeEpoch(bytes: Uint8Array) {
  const { epoch, metadataHash } = decodeRecord(ConsumerGroupMetadataValue, bytes);
  return { epoch, metadataHash };
}

function decodeTargetMetadata(bytes: Uint8Array) {
  const value = decodeRecord(ConsumerGroupTargetAssignmentMetadataValue, bytes);
  return { epoch: value.assignmentEpoch, timestampMs: Number(value.assignmentTimestamp) };
}

function decodeTarget(bytes: Uint8Array): TopicPartitions {
  return topicPartitionsOf(
    decodeRecord(ConsumerGroupTargetAssignmentMemberValue, bytes).topicPartitions,
  );
}

function decodeRegex(bytes: Uint8Array): ResolvedRegularExpression {
  const { topics, version, timestamp } = decodeRecord(ConsumerGroupRegularExpressionValue, bytes);
  return { topics: topicNamesOf(topics), version, timestampMs: Number(timestamp) };
}

function decodeSubscription(bytes: Uint8Array): MemberSubscription {
  const value = decodeRecord(ConsumerGroupMemberMetadataValue, bytes);
  const classic = value.classicMemberMetadata;
  return {
    instanceId: value.instanceId,
    rackId: value.rackId,
    clientId: value.clientId,
    clientHost: value.clientHost,
    subscribedTopicNames: topicNamesOf(value.subscribedTopicNames),
    subscribedTopicRegex: value.subscribedTopicRegex,
    rebalanceTimeoutMs: value.rebalanceTimeoutMs,
    serverAssignor: value.serverAssignor,
    classic: classic && {
      sessionTimeoutMs: classic.sessionTimeoutMs,
      supportedProtocols: classic.supportedProtocols.map(({ name, metadata }) => ({
        name,
        metadata: metadata.slice(),
      })),
    },
  };
}

function decodeCurrent(bytes: Uint8Array): CurrentAssignment {
  const value = decodeRecord(ConsumerGroupCurrentMemberAssignmentValue, bytes);
  const { memberEpoch } = value;
  return {
    memberEpoch,
    previousMemberEpoch: value.previousMemberEpoch,
    state: memberStateOf(value.state),
    assigned: assignedOf(value.assignedPartitions, memberEpoch),
    pendingRevocation: assignedOf(value.partitionsPendingRevocation, memberEpoch),
  };
}

/** Records of Kafka before 4.3 do not tell when a partition was assigned: not after the member's epoch. */
function assignedOf(
  entries: readonly {
    readonly topicId: string;
    readonly partitions: readonly number[];
    readonly assignmentEpochs: readonly number[] | null;
  }[],
  memberEpoch: number,
): AssignedPartitions {
  return new Map(
    entries.map(({ topicId, partitions, assignmentEpochs }) => [
      topicId,
      new Map(partitions.map((each, index) => [each, assignmentEpochs?.[index] ?? memberEpoch])),
    ]),
  );
}
