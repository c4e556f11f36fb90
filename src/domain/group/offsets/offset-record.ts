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
  LegacyOffsetCommitKey,
  OffsetCommitKey,
  OffsetCommitValue,
} from '../../protocol/records/classic-group.ts';
import { ZERO_TOPIC_ID } from '../../topic-partition.ts';

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

export interface OffsetRecord {
  readonly groupId: string;
  readonly topic: string;
  readonly partition: number;
  readonly value: CommittedOffset | undefined;
}

export const OFFSET_RECORD_TYPES: readonly number[] = [
  recordTypeOf(LegacyOffsetCommitKey),
  recordTypeOf(OffsetCommitKey),
];

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

export function decodeOffsetRecord(record: CoordinatorRecord): OffsetRecord {
  const type = leadingInt16(record.key);
  const message = type === OffsetCommitKey.recordType ? OffsetCommitKey : LegacyOffsetCommitKey;
  const { group, topic, partition } = decodeRecordKey(message, record.key);
  const value = record.value === null ? undefined : decodeOffset(record.value);
  return { groupId: group, topic, partition, value };
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
