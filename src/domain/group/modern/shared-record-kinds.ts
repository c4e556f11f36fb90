import { decodeRecord, encodeRecord } from '../../protocol/record-codec.ts';
import type {
  ConsumerGroupTargetAssignmentMemberValue,
  ConsumerGroupTargetAssignmentMetadataValue,
} from '../../protocol/records/consumer-group.ts';
import type { Message } from '../../protocol/schema.ts';
import type { GroupRecordKind } from './group-record-codec.ts';
import {
  type TopicPartitions,
  topicPartitionsEntries,
  topicPartitionsOf,
} from './topic-partitions.ts';

/** The epoch of a target assignment, which all kinds of groups store alike. */
export function targetMetadataKind(
  key: Message,
  message: Message<(typeof ConsumerGroupTargetAssignmentMetadataValue)['fields']>,
): GroupRecordKind<{ readonly epoch: number; readonly timestampMs: number }> {
  return {
    key,
    encode: ({ epoch, timestampMs }) => {
      const assignmentTimestamp = BigInt(timestampMs);
      return encodeRecord(message, 0, { assignmentEpoch: epoch, assignmentTimestamp });
    },
    decode: (bytes) => {
      const { assignmentEpoch, assignmentTimestamp } = decodeRecord(message, bytes);
      return { epoch: assignmentEpoch, timestampMs: Number(assignmentTimestamp) };
    },
  };
}

/** The partitions that a member is to have. */
export function targetPartitionsKind(
  key: Message,
  message: Message<(typeof ConsumerGroupTargetAssignmentMemberValue)['fields']>,
): GroupRecordKind<TopicPartitions> {
  return {
    key,
    encode: (target) =>
      encodeRecord(message, 0, { topicPartitions: topicPartitionsEntries(target) }),
    decode: (bytes) => topicPartitionsOf(decodeRecord(message, bytes).topicPartitions),
  };
}
