import type { TopicId } from '../../topic-partition.ts';

/** Partitions by topic id; the numbers rise, and no topic is there without any. */
export type TopicPartitions = ReadonlyMap<TopicId, readonly number[]>;

/** As messages and records have them. */
export interface TopicPartitionsEntry {
  readonly topicId: TopicId;
  readonly partitions: readonly number[];
}

export const NO_PARTITIONS: TopicPartitions = new Map();

const ascending = (a: number, b: number) => a - b;

/** From what a client or record says: topics may come twice, partitions in any order. */
export function topicPartitionsOf(entries: Iterable<TopicPartitionsEntry>): TopicPartitions {
  const all = new Map<TopicId, readonly number[]>();
  for (const { topicId, partitions } of entries) {
    if (partitions.length === 0) continue;
    all.set(topicId, [...new Set([...(all.get(topicId) ?? []), ...partitions])].sort(ascending));
  }
  return all;
}

export function topicPartitionsEntries(partitions: TopicPartitions): TopicPartitionsEntry[] {
  return [...partitions].map(([topicId, each]) => ({ topicId, partitions: each }));
}

export function isSamePartitions(a: TopicPartitions, b: TopicPartitions): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const [topicId, partitions] of a) {
    const others = b.get(topicId);
    if (others === undefined || others.length !== partitions.length) return false;
    for (let i = 0; i < others.length; i++) if (others[i] !== partitions[i]) return false;
  }
  return true;
}

export function countPartitions(partitions: TopicPartitions): number {
  let count = 0;
  for (const each of partitions.values()) count += each.length;
  return count;
}
