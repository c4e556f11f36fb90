import { decodeRecord, encodeRecord } from '../../protocol/record-codec.ts';
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
import { GroupRecordCodec } from '../modern/group-record-codec.ts';
import { MEMBER_STATES, memberStateOf } from '../modern/member-state.ts';
import { topicNamesOf } from '../modern/modern-group-member.ts';
import type { ModernGroupRecord } from '../modern/modern-group-record.ts';
import { targetMetadataKind, targetPartitionsKind } from '../modern/shared-record-kinds.ts';
import type { AssignedPartitions } from './assigned-partitions.ts';
import type { CurrentAssignment, MemberSubscription } from './consumer-group-member.ts';
import type { ResolvedRegularExpression } from './resolved-regular-expression.ts';

/** A record of a consumer group; without its value it is a tombstone. */
export type ConsumerGroupRecord =
  | ModernGroupRecord<MemberSubscription, CurrentAssignment>
  /** Of Kafka before 4.1: what the metadata hash stands for now. */
  | {
      readonly kind: 'partitionMetadata';
      readonly groupId: string;
      readonly value: true | undefined;
    }
  | {
      readonly kind: 'regex';
      readonly groupId: string;
      readonly regularExpression: string;
      readonly value: ResolvedRegularExpression | undefined;
    };

export const CONSUMER_GROUP_RECORDS = new GroupRecordCodec<ConsumerGroupRecord>({
  group: {
    key: ConsumerGroupMetadataKey,
    encode: (value) => encodeRecord(ConsumerGroupMetadataValue, 0, value),
    decode: (bytes) => {
      const { epoch, metadataHash } = decodeRecord(ConsumerGroupMetadataValue, bytes);
      return { epoch, metadataHash };
    },
  },
  partitionMetadata: {
    key: ConsumerGroupPartitionMetadataKey,
    encode: () => {
      throw new Error('only Kafka before 4.1 writes what partitions topics have');
    },
    decode: () => true,
  },
  member: {
    key: ConsumerGroupMemberMetadataKey,
    encode: encodeSubscription,
    decode: decodeSubscription,
  },
  targetMetadata: targetMetadataKind(
    ConsumerGroupTargetAssignmentMetadataKey,
    ConsumerGroupTargetAssignmentMetadataValue,
  ),
  target: targetPartitionsKind(
    ConsumerGroupTargetAssignmentMemberKey,
    ConsumerGroupTargetAssignmentMemberValue,
  ),
  current: {
    key: ConsumerGroupCurrentMemberAssignmentKey,
    encode: encodeCurrent,
    decode: decodeCurrent,
  },
  regex: { key: ConsumerGroupRegularExpressionKey, encode: encodeRegex, decode: decodeRegex },
});

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

function encodeRegex({ topics, version, timestampMs }: ResolvedRegularExpression): Uint8Array {
  const timestamp = BigInt(timestampMs);
  return encodeRecord(ConsumerGroupRegularExpressionValue, 0, { topics, version, timestamp });
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
