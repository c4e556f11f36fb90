import type { ConsumerGroup } from './consumer-group.ts';
import type { ConsumerGroupRecord } from './consumer-group-record.ts';

/** Takes a member out; what it holds is free first. */
export function memberTombstones(groupId: string, memberId: string): ConsumerGroupRecord[] {
  return [
    { kind: 'current', groupId, memberId, value: undefined },
    { kind: 'target', groupId, memberId, value: undefined },
    { kind: 'member', groupId, memberId, value: undefined },
  ];
}

/** Takes a group out with all its members. */
export function groupTombstones(group: ConsumerGroup): ConsumerGroupRecord[] {
  const { groupId } = group;
  const records = [...group.members.keys()].flatMap((memberId) =>
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
