import type { TopicId } from '../../topic-partition.ts';
import type { TopicPartitionsEntry } from '../modern/topic-partitions.ts';

/** What a member has: of each partition the epoch at which it got it, by which late commits are told (KIP-1251). */
export type AssignedPartitions = ReadonlyMap<TopicId, ReadonlyMap<number, number>>;

export const NOTHING_ASSIGNED: AssignedPartitions = new Map();

export function isSameAssigned(a: AssignedPartitions, b: AssignedPartitions): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const [topicId, partitions] of a) {
    const others = b.get(topicId);
    if (others === undefined || others.size !== partitions.size) return false;
    for (const [partition, epoch] of partitions) {
      if (others.get(partition) !== epoch) return false;
    }
  }
  return true;
}

export function hasPartition(
  assigned: AssignedPartitions,
  topicId: TopicId,
  partition: number,
): boolean {
  return assigned.get(topicId)?.has(partition) === true;
}

/** As answers tell them, in order. */
export function assignedEntries(assigned: AssignedPartitions): TopicPartitionsEntry[] {
  return [...assigned].map(([topicId, partitions]) => ({
    topicId,
    partitions: [...partitions.keys()].sort((a, b) => a - b),
  }));
}

export function union(a: AssignedPartitions, b: AssignedPartitions): AssignedPartitions {
  const all = new Map(a);
  for (const [topicId, partitions] of b) {
    all.set(topicId, new Map([...(all.get(topicId) ?? []), ...partitions]));
  }
  return all;
}
