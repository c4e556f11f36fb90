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

/** A record beside what it says: who made it does not decode it once it is stored. */
export class EncodedOffset implements CoordinatorRecord {
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
  readonly says: OffsetRecord;

  constructor(says: OffsetRecord) {
    const { groupId: group, topic, partition, value } = says;
    this.key = encodeRecordKey(OffsetCommitKey, { group, topic, partition });
    this.value = value === undefined ? null : encodeOffset(value);
    this.says = value?.expireTimestampMs === undefined ? says : { ...says, value: expiring(value) };
  }
}

/** Version 1 has neither an epoch nor an id. */
function expiring(value: CommittedOffset): CommittedOffset {
  return { ...value, leaderEpoch: -1, topicId: undefined };
}

export function offsetRecord(
  groupId: string,
  topic: string,
  partition: number,
  value: CommittedOffset | undefined,
): EncodedOffset {
  return new EncodedOffset({ groupId, topic, partition, value });
}

/**
 * Value version 1 is the only one with an expiry, version 4 the only one with a topic id; version 3
 * is written otherwise, as by Kafka.
 */
function encodeOffset(committed: CommittedOffset): Uint8Array {
  const { expireTimestampMs, topicId } = committed;
  const version = expireTimestampMs !== undefined ? 1 : topicId === undefined ? 3 : 4;
  return encodeRecord(OffsetCommitValue, version, {
    offset: committed.offset,
    leaderEpoch: committed.leaderEpoch,
    metadata: committed.metadata,
    commitTimestamp: committed.commitTimestampMs,
    expireTimestamp: expireTimestampMs ?? -1n,
    topicId: topicId ?? ZERO_TOPIC_ID,
  });
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
