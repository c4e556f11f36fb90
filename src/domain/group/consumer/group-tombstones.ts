import { memberTombstones } from '../modern/member-tombstones.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import type { ConsumerGroupRecord } from './consumer-group-record.ts';

/** Takes a group out with all its members. */
export function groupTombstones(group: ConsumerGroup): ConsumerGroupRecord[] {
  const { groupId } = group;
  const records: ConsumerGroupRecord[] = [...group.members.keys()].flatMap((memberId) =>
    memberTombstones(groupId, memberId),
  );
  for (const regularExpression of group.regexes.keys()) {
    records.push({ kind: 'regex', groupId, regularExpression, value: undefined });
  }
  records.push({ kind: 'targetMetadata', groupId, value: undefined });
  if (group.hasPartitionMetadataRecord) {
    records.push({ kind: 'partitionMetadata', groupId, value: undefined });
  }
  records.push({ kind: 'group', groupId, value: undefined });
  return records;
}
