import type { TopicId } from '../../topic-partition.ts';
import { LoadLevels } from './load-levels.ts';
import type { AssignorMember } from './partition-assignor.ts';
import type { PartitionOwners } from './partition-owners.ts';

/** Members that read overlapping topics can pass partitions on for long; what this leaves is even enough. */
const MAX_ROUNDS = 16;

interface Topic {
  readonly id: TopicId;
  readonly owners: Int32Array;
  readonly subscribers: readonly number[];
}

/**
 * Members read different topics: each topic's partitions go to those with the least, and then from those with the most to
 * those with the least, round after round (Kafka's UniformHeterogeneousAssignmentBuilder).
 */
export function assignHeterogeneous(
  owners: PartitionOwners,
  members: readonly AssignorMember[],
): void {
  const topics = topicsOf(owners, members);
  for (const { id, subscribers } of topics) {
    const levels = new LoadLevels(owners.loads, subscribers);
    for (const partition of owners.unowned(id)) {
      const least = levels.least();
      owners.give(id, partition, least);
      levels.changed(least);
    }
  }
  for (let round = 0; round < MAX_ROUNDS; round++) {
    let moved = 0;
    for (const topic of topics) moved += balance(topic, owners, members);
    if (moved === 0) return;
  }
}

/** Most partitions for each subscriber first: they leave the least choice. */
function topicsOf(owners: PartitionOwners, members: readonly AssignorMember[]): Topic[] {
  const subscribers = new Map<TopicId, number[]>();
  for (const topicId of owners.topicIds) subscribers.set(topicId, []);
  for (const [index, { subscribedTopicIds }] of members.entries()) {
    for (const topicId of subscribedTopicIds) subscribers.get(topicId)?.push(index);
  }
  const share = ({ owners: all, subscribers: own }: Topic) => all.length / own.length;
  return [...subscribers]
    .map(([id, own]): Topic => ({ id, owners: owners.ownersOf(id), subscribers: own }))
    .sort(
      (a, b) =>
        share(b) - share(a) ||
        a.subscribers.length - b.subscribers.length ||
        (a.id < b.id ? -1 : 1),
    );
}

/** Passes the topic's partitions on as long as that makes two members more alike; tells how many. */
function balance(
  topic: Topic,
  owners: PartitionOwners,
  members: readonly AssignorMember[],
): number {
  const { loads } = owners;
  const { id, subscribers } = topic;
  const levels = new LoadLevels(loads, subscribers);
  if (levels.spread <= 1) return 0;
  const held = heldPartitions(topic, members);
  let moved = 0;
  for (;;) {
    const most = levels.most((member) => (held.get(member)?.length ?? 0) > 0);
    const least = levels.least();
    if (most === undefined || (loads[most] as number) - (loads[least] as number) <= 1) return moved;
    const partition = held.get(most)?.pop() as number;
    owners.give(id, partition, least);
    held.get(least)?.push(partition);
    levels.changed(most);
    levels.changed(least);
    moved++;
  }
}

/** Each member's partitions of the topic; those it had before come first, and so leave last. */
function heldPartitions(
  { id, owners, subscribers }: Topic,
  members: readonly AssignorMember[],
): Map<number, number[]> {
  const held = new Map<number, number[]>();
  for (const member of subscribers) {
    const before = members[member]?.assignment.get(id) ?? [];
    held.set(
      member,
      before.filter((partition) => owners[partition] === member),
    );
  }
  const kept = new Set<number>();
  for (const partitions of held.values()) for (const partition of partitions) kept.add(partition);
  for (let partition = 0; partition < owners.length; partition++) {
    if (!kept.has(partition)) held.get(owners[partition] as number)?.push(partition);
  }
  return held;
}
