import type { TopicId } from '../../topic-partition.ts';
import type { TopicPartitions } from '../modern/topic-partitions.ts';
import type {
  AssignorMember,
  GroupSpec,
  PartitionAssignor,
  PartitionCount,
} from './partition-assignor.ts';

/**
 * Each topic's partitions in ranges, in the same order of members for every topic, so that who joins topics with as many
 * partitions has them side by side (Kafka's RangeAssignor). Nothing is sticky but the order: static members by their
 * instance ids, which outlive a restart, before the others by their member ids.
 */
export const RANGE_ASSIGNOR: PartitionAssignor = {
  name: 'range',

  assign(group: GroupSpec, partitionCount: PartitionCount): ReadonlyMap<string, TopicPartitions> {
    const members = [...group.members].sort(byInstanceThenMember);
    const ranges = new Map<TopicId, TopicRange>();
    for (const { subscribedTopicIds } of members) {
      for (const topicId of subscribedTopicIds) {
        const range = ranges.get(topicId);
        if (range === undefined) ranges.set(topicId, new TopicRange(partitionCount(topicId)));
        else range.subscribers++;
      }
    }
    const assignment = new Map<string, TopicPartitions>();
    for (const { memberId, subscribedTopicIds } of members) {
      const own = new Map<TopicId, readonly number[]>();
      for (const topicId of subscribedTopicIds) {
        const partitions = (ranges.get(topicId) as TopicRange).next();
        if (partitions.length > 0) own.set(topicId, partitions);
      }
      assignment.set(memberId, own);
    }
    return assignment;
  },
};

/** What is left of a topic; the first members get one more where it does not come out even. */
class TopicRange {
  subscribers = 1;
  readonly #count: number;
  #start = 0;
  #served = 0;

  constructor(count: number) {
    this.#count = count;
  }

  next(): readonly number[] {
    const isLonger = this.#served < this.#count % this.subscribers;
    const length = Math.floor(this.#count / this.subscribers) + (isLonger ? 1 : 0);
    const start = this.#start;
    this.#start += length;
    this.#served++;
    return Array.from({ length }, (_, index) => start + index);
  }
}

function byInstanceThenMember(a: AssignorMember, b: AssignorMember): number {
  if (a.instanceId !== null && b.instanceId !== null) return compare(a.instanceId, b.instanceId);
  if (a.instanceId !== null) return -1;
  if (b.instanceId !== null) return 1;
  return compare(a.memberId, b.memberId);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
