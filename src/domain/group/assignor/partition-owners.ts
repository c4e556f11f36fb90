import type { TopicId } from '../../topic-partition.ts';
import type { TopicPartitions } from '../modern/topic-partitions.ts';
import type { AssignorMember, PartitionCount } from './partition-assignor.ts';

const NOBODY = -1;

/** Who has which partition while an assignment is made; members are numbers, their places in the list. */
export class PartitionOwners {
  /** How many partitions each member has. */
  readonly loads: Int32Array;
  readonly #members: readonly AssignorMember[];
  readonly #owners = new Map<TopicId, Int32Array>();

  /** Every member has what it had, of the topics it still subscribes to. */
  constructor(members: readonly AssignorMember[], partitionCount: PartitionCount) {
    this.#members = members;
    this.loads = new Int32Array(members.length);
    for (const { subscribedTopicIds } of members) {
      for (const topicId of subscribedTopicIds) {
        if (this.#owners.has(topicId)) continue;
        this.#owners.set(topicId, new Int32Array(partitionCount(topicId)).fill(NOBODY));
      }
    }
    for (const [index, { assignment, subscribedTopicIds }] of members.entries()) {
      for (const [topicId, partitions] of assignment) {
        if (!subscribedTopicIds.has(topicId)) continue;
        for (const partition of partitions) this.#keep(topicId, partition, index);
      }
    }
  }

  #keep(topicId: TopicId, partition: number, member: number): void {
    const owners = this.#owners.get(topicId) as Int32Array;
    if (partition >= owners.length || owners[partition] !== NOBODY) return;
    owners[partition] = member;
    this.#addLoad(member, 1);
  }

  get topicIds(): Iterable<TopicId> {
    return this.#owners.keys();
  }

  ownersOf(topicId: TopicId): Int32Array {
    return this.#owners.get(topicId) as Int32Array;
  }

  partitionCount(): number {
    let count = 0;
    for (const owners of this.#owners.values()) count += owners.length;
    return count;
  }

  *unowned(topicId: TopicId): Iterable<number> {
    const owners = this.ownersOf(topicId);
    for (let i = 0; i < owners.length; i++) if (owners[i] === NOBODY) yield i;
  }

  /** Gives a partition to a member, from whoever has it. */
  give(topicId: TopicId, partition: number, member: number): void {
    this.release(topicId, partition);
    this.ownersOf(topicId)[partition] = member;
    this.#addLoad(member, 1);
  }

  release(topicId: TopicId, partition: number): void {
    const owners = this.ownersOf(topicId);
    const owner = owners[partition] as number;
    if (owner === NOBODY) return;
    owners[partition] = NOBODY;
    this.#addLoad(owner, -1);
  }

  #addLoad(member: number, change: number): void {
    this.loads[member] = (this.loads[member] as number) + change;
  }

  toAssignment(): Map<string, TopicPartitions> {
    const own = this.#members.map(() => new Map<TopicId, number[]>());
    for (const [topicId, owners] of this.#owners) {
      for (let partition = 0; partition < owners.length; partition++) {
        const topics = own[owners[partition] as number];
        const partitions = topics?.get(topicId);
        if (partitions === undefined) topics?.set(topicId, [partition]);
        else partitions.push(partition);
      }
    }
    return new Map(this.#members.map(({ memberId }, i) => [memberId, own[i] as TopicPartitions]));
  }
}
