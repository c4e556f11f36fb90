import { OffsetCommitKey } from '../../protocol/records/classic-group.ts';
import type { ScannedRecord } from '../../record/records-scan.ts';
import { decodeUtf8 } from '../../wire/utf8.ts';
import { UUID_BYTES, uuidFromBytes, ZERO_UUID } from '../../wire/uuid.ts';
import type { CommittedOffsets, TopicOffsets } from './committed-offsets.ts';

/** Fields of an OffsetCommitValue of version 3 or 4 with no metadata, from where the value begins. */
const FIELDS = {
  3: { sizeBytes: 24, timestampAt: 16 },
  4: { sizeBytes: 42, timestampAt: 15 },
};
const OFFSET_AT = 2;
const LEADER_EPOCH_AT = 10;
const METADATA_AT = 14;
/** One tagged field, whose tag is 0 and whose size that of an id. */
const TAGS_AT = 23;
const TOPIC_ID_AT = 26;
const EMPTY_COMPACT = 1;
const NOTHING = new Uint8Array(0);

/**
 * Reads the records of committed offsets that a coordinator finds when it starts. There may be millions, nearly all alike and
 * those of a group together: they go from the bytes of the log into the rows of the store. Any other is left to
 * `decodeOffsetRecord`.
 */
export class OffsetLoader {
  private readonly committed: CommittedOffsets;
  private readonly onGroup: (groupId: string) => void;
  /** Type, group and topic of the record before, as it has them, and the topic's id. */
  private prefix: Uint8Array = NOTHING;
  private groupId = '';
  private topic = '';
  private offsets: TopicOffsets | undefined;
  private idBytes: Uint8Array = NOTHING;
  private topicId = '';

  constructor(committed: CommittedOffsets, onGroup: (groupId: string) => void) {
    this.committed = committed;
    this.onGroup = onGroup;
  }

  /** False where the record is none of those, and nothing was done. */
  load(bytes: Uint8Array, view: DataView, record: ScannedRecord, order: number): boolean {
    const { keyStart, keyLength, valueStart, valueLength } = record;
    if (keyStart < 0 || keyLength < 10 || valueLength < FIELDS[3].sizeBytes) return false;
    if (view.getInt16(keyStart) !== OffsetCommitKey.recordType) return false;
    const version = view.getInt16(valueStart);
    if (version !== 3 && version !== 4) return false;
    const { sizeBytes, timestampAt } = FIELDS[version];
    if (valueLength !== sizeBytes || !hasNoMetadata(bytes, valueStart, version)) return false;
    const partitionAt = keyStart + keyLength - 4;
    if (!this.readPrefix(bytes, view, keyStart, partitionAt)) return false;
    const topicId = version === 4 ? this.readTopicId(bytes, valueStart + TOPIC_ID_AT) : undefined;
    this.offsets ??= this.committed.topicOf(this.groupId, this.topic, topicId);
    const { offsets } = this;
    if (offsets.topicId !== topicId) return false;
    const row = this.committed.rowOf(offsets, view.getInt32(partitionAt));
    const fields = {
      offsetAt: valueStart + OFFSET_AT,
      leaderEpochAt: valueStart + LEADER_EPOCH_AT,
      timestampAt: valueStart + timestampAt,
    };
    this.committed.rows.copy(row, view, fields, order);
    return true;
  }

  /** To be told of all that happens otherwise: it may be a tombstone for what is known here. */
  forget(): void {
    this.prefix = NOTHING;
    this.offsets = undefined;
  }

  private readPrefix(bytes: Uint8Array, view: DataView, start: number, end: number): boolean {
    if (isSame(this.prefix, bytes, start, end - start)) return true;
    const groupAt = start + 4;
    const topicAt = groupAt + view.getInt16(start + 2) + 2;
    if (topicAt < groupAt + 2 || topicAt > end) return false;
    if (topicAt + view.getInt16(topicAt - 2) !== end) return false;
    this.groupId = decodeUtf8(bytes, groupAt, topicAt - 2);
    this.topic = decodeUtf8(bytes, topicAt, end);
    this.prefix = bytes.slice(start, end);
    this.offsets = undefined;
    this.onGroup(this.groupId);
    return true;
  }

  private readTopicId(bytes: Uint8Array, at: number): string | undefined {
    if (!isSame(this.idBytes, bytes, at, UUID_BYTES)) {
      this.idBytes = bytes.slice(at, at + UUID_BYTES);
      this.topicId = uuidFromBytes(this.idBytes, 0);
    }
    return this.topicId === ZERO_UUID ? undefined : this.topicId;
  }
}

function hasNoMetadata(bytes: Uint8Array, valueStart: number, version: 3 | 4): boolean {
  const at = valueStart + METADATA_AT;
  if (version === 3) return bytes[at] === 0 && bytes[at + 1] === 0;
  const tags = valueStart + TAGS_AT;
  const isTopicId = bytes[tags] === 1 && bytes[tags + 1] === 0 && bytes[tags + 2] === UUID_BYTES;
  return bytes[at] === EMPTY_COMPACT && isTopicId;
}

function isSame(known: Uint8Array, bytes: Uint8Array, start: number, length: number): boolean {
  if (known.length !== length) return false;
  // The end of a name is where two differ.
  for (let i = length - 1; i >= 0; i -= 1) if (known[i] !== bytes[start + i]) return false;
  return true;
}
