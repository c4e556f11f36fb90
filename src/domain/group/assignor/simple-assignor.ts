import type { TopicId } from '../../topic-partition.ts';
import type { TopicPartitions } from '../modern/topic-partitions.ts';
import type {
  AssignorMember,
  GroupSpec,
  PartitionAssignor,
  PartitionCount,
} from './partition-assignor.ts';

interface Partition {
  readonly topicId: TopicId;
  readonly partition: number;
  readonly owners: Set<number>;
}

interface Share {
  /** How many partitions the member is to have. */
  readonly wanted: number;
  readonly owned: Set<Partition>;
}

/** Which partitions of a topic may be assigned: of a share group, those whose state is there. */
export type AssignablePartitions = (topicId: TopicId) => readonly number[];

/**
 * Shares partitions out for share groups, where a partition may have several members (Kafka's SimpleAssignor): every
 * partition has as many members as the others, every member as many partitions, and who has one keeps it if it can.
 */
export class SimpleAssignor implements PartitionAssignor {
  readonly name = 'simple';
  readonly #assignable: AssignablePartitions | undefined;

  constructor(assignable?: AssignablePartitions) {
    this.#assignable = assignable;
  }

  assign(group: GroupSpec, partitionCount: PartitionCount): ReadonlyMap<string, TopicPartitions> {
    const partitionsOf =
      this.#assignable ?? ((topicId: TopicId) => [...new Array(partitionCount(topicId)).keys()]);
    const result = group.members.map(() => new Map<TopicId, number[]>());
    for (const { topicIds, members } of roundsOf(group)) {
      const partitions = topicIds.flatMap((topicId) =>
        partitionsOf(topicId).map((partition) => ({
          topicId,
          partition,
          owners: new Set<number>(),
        })),
      );
      const shares = shareOut(
        partitions,
        members.map((index) => group.members[index]!),
      );
      for (const [at, { owned }] of shares.entries()) {
        const assigned = result[members[at]!]!;
        for (const { topicId, partition } of owned) {
          const numbers = assigned.get(topicId);
          if (numbers === undefined) assigned.set(topicId, [partition]);
          else numbers.push(partition);
        }
      }
    }
    return new Map(group.members.map(({ memberId }, index) => [memberId, ordered(result[index]!)]));
  }
}

/** All topics at once where all members read the same; else each topic by itself, among those who read it. */
function roundsOf({ subscriptionType, members }: GroupSpec): readonly {
  readonly topicIds: readonly TopicId[];
  readonly members: readonly number[];
}[] {
  const readers = new Map<TopicId, number[]>();
  for (const [index, { subscribedTopicIds }] of members.entries()) {
    for (const topicId of subscribedTopicIds) {
      const known = readers.get(topicId);
      if (known === undefined) readers.set(topicId, [index]);
      else known.push(index);
    }
  }
  if (subscriptionType === 'homogeneous') {
    return [{ topicIds: [...readers.keys()], members: [...members.keys()] }];
  }
  return Array.from(readers, ([topicId, indexes]) => ({ topicIds: [topicId], members: indexes }));
}

function shareOut(partitions: readonly Partition[], members: readonly AssignorMember[]): Share[] {
  if (partitions.length === 0) return members.map(() => ({ wanted: 0, owned: new Set() }));
  // Each partition has as many members as it takes for each member to have one.
  const sharing = Math.ceil(members.length / partitions.length);
  const each = (sharing * partitions.length) / members.length;
  const shares = members.map((_, index) => ({
    wanted: Math.ceil(each * (index + 1)) - Math.ceil(each * index),
    owned: new Set<Partition>(),
  }));
  keep(partitions, members, shares, sharing);
  fill(partitions, shares, sharing);
  return shares;
}

function keep(
  partitions: readonly Partition[],
  members: readonly AssignorMember[],
  shares: readonly Share[],
  sharing: number,
): void {
  const byKey = new Map(partitions.map((each) => [keyOf(each.topicId, each.partition), each]));
  for (const [index, { assignment }] of members.entries()) {
    const { wanted, owned } = shares[index]!;
    for (const [topicId, numbers] of assignment) {
      for (const partition of numbers) {
        const known = byKey.get(keyOf(topicId, partition));
        if (known === undefined || owned.size >= wanted || known.owners.size >= sharing) continue;
        known.owners.add(index);
        owned.add(known);
      }
    }
  }
}

function fill(partitions: readonly Partition[], shares: readonly Share[], sharing: number): void {
  let unfilled = [...shares.keys()].filter((index) => isUnfilled(shares[index]!));
  let next = 0;
  // The emptiest first, so that what is left over never leaves a partition without anybody.
  const order = [...partitions].sort((a, b) => a.owners.size - b.owners.size);
  for (const partition of order) {
    for (let tried = 0; tried < unfilled.length && partition.owners.size < sharing; tried += 1) {
      const index = unfilled[(next + tried) % unfilled.length]!;
      const { owned } = shares[index]!;
      if (owned.has(partition)) continue;
      owned.add(partition);
      partition.owners.add(index);
      next = (next + tried + 1) % unfilled.length;
      tried = -1;
      if (isUnfilled(shares[index]!)) continue;
      const at = unfilled.indexOf(index);
      unfilled = unfilled.filter((each) => each !== index);
      if (at < next) next -= 1;
      if (unfilled.length === 0) return;
    }
  }
}

function isUnfilled({ wanted, owned }: Share): boolean {
  return owned.size < wanted;
}

function keyOf(topicId: TopicId, partition: number): string {
  return `${topicId}:${partition}`;
}

function ordered(assigned: Map<TopicId, number[]>): TopicPartitions {
  for (const numbers of assigned.values()) numbers.sort((a, b) => a - b);
  return assigned;
}
