import type { CoordinatorRecord } from '../../coordinator/coordinator-shard.ts';
import {
  decodeRecord,
  decodeRecordKey,
  encodeRecord,
  encodeRecordKey,
} from '../../protocol/record-codec.ts';
import { GroupMetadataKey, GroupMetadataValue } from '../../protocol/records/classic-group.ts';
import type { MessageInput, MessageOf } from '../../protocol/schema.ts';

/** A classic group as a record; undefined ends it. */
export function groupRecord(
  group: string,
  value: MessageInput<typeof GroupMetadataValue> | undefined,
): CoordinatorRecord {
  return {
    key: encodeRecordKey(GroupMetadataKey, { group }),
    value: value === undefined ? null : encodeRecord(GroupMetadataValue, 3, value),
  };
}

export function decodeGroupMetadata({ key, value }: CoordinatorRecord): {
  readonly groupId: string;
  readonly value: MessageOf<typeof GroupMetadataValue> | undefined;
} {
  const { group } = decodeRecordKey(GroupMetadataKey, key);
  return {
    groupId: group,
    value: value === null ? undefined : decodeRecord(GroupMetadataValue, value),
  };
}
