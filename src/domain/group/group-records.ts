import type { CoordinatorRecord } from '../coordinator/coordinator-shard.ts';
import {
  decodeRecord,
  decodeRecordKey,
  encodeRecord,
  encodeRecordKey,
  leadingInt16,
} from '../protocol/record-codec.ts';
import {
  GroupMetadataKey,
  GroupMetadataValue,
  LegacyOffsetCommitKey,
  OffsetCommitKey,
  OffsetCommitValue,
} from '../protocol/records/classic-group.ts';
import type { MessageInput, MessageOf } from '../protocol/schema.ts';
import { ZERO_TOPIC_ID } from '../topic-partition.ts';

/** A committed offset, as Kafka's OffsetAndMetadata. */
export interface CommittedOffset {
  readonly offset: bigint;
  readonly leaderEpoch: number;
  readonly metadata: string;
  readonly commitTimestampMs: bigint;
  /** Set only by commits of versions 2 to 4 that bring their own retention. */
  readonly expireTimestampMs: bigint | undefined;
  readonly topicId: string | undefined;
}

export type GroupRecord =
  | {
      readonly kind: 'offset';
      readonly groupId: string;
      readonly topic: string;
      readonly partition: number;
      readonly value: CommittedOffset | undefined;
    }
  | {
      readonly kind: 'group';
      readonly groupId: string;
      readonly value: MessageOf<typeof GroupMetadataValue> | undefined;
    };

/**
 * Value version 1 is the only one with an expiry, version 4 the only one with a topic id; version 3
 * is written otherwise, as by Kafka.
 */
export function offsetRecord(
  group: string,
  topic: string,
  partition: number,
  committed: CommittedOffset | undefined,
): CoordinatorRecord {
  const key = encodeRecordKey(OffsetCommitKey, { group, topic, partition });
  if (committed === undefined) return { key, value: null };
  const { expireTimestampMs, topicId } = committed;
  const version = expireTimestampMs !== undefined ? 1 : topicId === undefined ? 3 : 4;
  return {
    key,
    value: encodeRecord(OffsetCommitValue, version, {
      offset: committed.offset,
      leaderEpoch: committed.leaderEpoch,
      metadata: committed.metadata,
      commitTimestamp: committed.commitTimestampMs,
      expireTimestamp: expireTimestampMs ?? -1n,
      topicId: topicId ?? ZERO_TOPIC_ID,
    }),
  };
}

export function groupRecord(
  group: string,
  value: MessageInput<typeof GroupMetadataValue> | undefined,
): CoordinatorRecord {
  return {
    key: encodeRecordKey(GroupMetadataKey, { group }),
    value: value === undefined ? null : encodeRecord(GroupMetadataValue, 3, value),
  };
}

/**
 * Reads a record of `__consumer_offsets`; undefined for the kinds this coordinator does not keep.
 */
export function decodeGroupRecord(record: CoordinatorRecord): GroupRecord | undefined {
  const type = leadingInt16(record.key);
  if (type === OffsetCommitKey.recordType || type === LegacyOffsetCommitKey.recordType) {
    const message = type === 0 ? LegacyOffsetCommitKey : OffsetCommitKey;
    const { group, topic, partition } = decodeRecordKey(message, record.key);
    const value = record.value === null ? undefined : decodeOffset(record.value);
    return { kind: 'offset', groupId: group, topic, partition, value };
  }
  if (type === GroupMetadataKey.recordType) {
    const { group } = decodeRecordKey(GroupMetadataKey, record.key);
    const value =
      record.value === null ? undefined : decodeRecord(GroupMetadataValue, record.value);
    return { kind: 'group', groupId: group, value };
  }
  return undefined;
}

function decodeOffset(bytes: Uint8Array): CommittedOffset {
  const value = decodeRecord(OffsetCommitValue, bytes);
  return {
    offset: value.offset,
    leaderEpoch: value.leaderEpoch,
    metadata: value.metadata,
    commitTimestampMs: value.commitTimestamp,
    expireTimestampMs: value.expireTimestamp === -1n ? undefined : value.expireTimestamp,
    topicId: value.topicId === ZERO_TOPIC_ID ? undefined : value.topicId,
  };
}
