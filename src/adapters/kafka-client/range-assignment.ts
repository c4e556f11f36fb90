import type { AssignedTopic } from './group-admin.ts';

export interface Subscriber {
  readonly memberId: string;
  readonly topics: readonly string[];
}

/** Kafka's RangeAssignor without racks: each topic in even runs over its subscribers in the order of their ids. */
export function rangeAssignment(
  subscribers: readonly Subscriber[],
  partitionCounts: ReadonlyMap<string, number>,
): ReadonlyMap<string, readonly AssignedTopic[]> {
  const assigned = new Map<string, AssignedTopic[]>(
    subscribers.map(({ memberId }) => [memberId, []]),
  );
  for (const [topic, count] of partitionCounts) {
    const members = subscribers
      .filter(({ topics }) => topics.includes(topic))
      .map(({ memberId }) => memberId)
      .sort();
    const each = Math.floor(count / members.length);
    const more = count % members.length;
    let start = 0;
    for (const [index, memberId] of members.entries()) {
      const length = each + (index < more ? 1 : 0);
      const first = start;
      start += length;
      if (length === 0) continue;
      const partitions = Array.from({ length }, (_, offset) => first + offset);
      assigned.get(memberId)?.push({ topic, partitions });
    }
  }
  return assigned;
}
