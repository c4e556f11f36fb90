import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type {
  AssignorMember,
  GroupSpec,
  PartitionAssignor,
} from '../../../../src/domain/group/assignor/partition-assignor.ts';
import { RANGE_ASSIGNOR } from '../../../../src/domain/group/assignor/range-assignor.ts';
import { UNIFORM_ASSIGNOR } from '../../../../src/domain/group/assignor/uniform-assignor.ts';
import {
  countPartitions,
  NO_PARTITIONS,
  type TopicPartitions,
} from '../../../../src/domain/group/modern/topic-partitions.ts';

const TOPICS = ['t1', 't2', 't3', 't4'];
type Subscriptions = Readonly<Record<string, readonly string[]>>;
type Counts = Readonly<Record<string, number>>;

function groupOf(
  subscriptions: Subscriptions,
  before: ReadonlyMap<string, TopicPartitions> = new Map(),
): GroupSpec {
  const members = Object.entries(subscriptions).map(
    ([memberId, topics]): AssignorMember => ({
      memberId,
      instanceId: null,
      rackId: null,
      subscribedTopicIds: new Set(topics),
      assignment: before.get(memberId) ?? NO_PARTITIONS,
    }),
  );
  const keys = new Set(Object.values(subscriptions).map((topics) => [...topics].sort().join()));
  return { subscriptionType: keys.size > 1 ? 'heterogeneous' : 'homogeneous', members };
}

const run = (
  assignor: PartitionAssignor,
  group: GroupSpec,
  counts: Counts,
): ReadonlyMap<string, TopicPartitions> =>
  assignor.assign(group, (topicId) => counts[topicId] ?? 0);

/** Each partition somebody subscribes to has one owner, who subscribes to it. */
function checkOwners(
  group: GroupSpec,
  assignment: ReadonlyMap<string, TopicPartitions>,
  counts: Counts,
): void {
  const owned = new Set<string>();
  for (const { memberId, subscribedTopicIds } of group.members) {
    for (const [topicId, partitions] of assignment.get(memberId) ?? []) {
      expect(subscribedTopicIds.has(topicId)).toBe(true);
      for (const partition of partitions) {
        expect(owned.has(`${topicId}-${partition}`)).toBe(false);
        owned.add(`${topicId}-${partition}`);
      }
      expect([...partitions].sort((a, b) => a - b)).toEqual(partitions);
    }
  }
  const subscribed = new Set(group.members.flatMap((member) => [...member.subscribedTopicIds]));
  let wanted = 0;
  for (const topicId of subscribed) wanted += counts[topicId] ?? 0;
  expect(owned.size).toBe(wanted);
}

function spreadOf(assignment: ReadonlyMap<string, TopicPartitions>): number {
  const loads = [...assignment.values()].map(countPartitions);
  return Math.max(...loads) - Math.min(...loads);
}

const counts = fc.record(Object.fromEntries(TOPICS.map((topic) => [topic, fc.nat(9)])));
const memberIds = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { minLength: 1 });
const mixed = memberIds.chain((ids) =>
  fc.record(Object.fromEntries(ids.map((id) => [id, fc.subarray(TOPICS)]))),
);
const alike = fc
  .tuple(memberIds, fc.subarray(TOPICS))
  .map(([ids, topics]) => Object.fromEntries(ids.map((id) => [id, topics])));

describe.each([RANGE_ASSIGNOR, UNIFORM_ASSIGNOR])('$name', (assignor) => {
  test('gives each partition to one subscriber, whatever was before', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.oneof(mixed, alike), counts)), (steps) => {
        let before: ReadonlyMap<string, TopicPartitions> = new Map();
        for (const [subscriptions, partitionCounts] of steps) {
          const group = groupOf(subscriptions, before);
          before = run(assignor, group, partitionCounts);
          checkOwners(group, before, partitionCounts);
        }
      }),
    );
  });

  test('a group that did not change keeps what it has', () => {
    fc.assert(
      fc.property(fc.oneof(mixed, alike), counts, (subscriptions, partitionCounts) => {
        const first = run(assignor, groupOf(subscriptions), partitionCounts);
        const second = run(assignor, groupOf(subscriptions, first), partitionCounts);
        expect(second).toEqual(first);
      }),
    );
  });

  test('nobody there, nothing to assign', () => {
    expect(run(assignor, groupOf({}), {}).size).toBe(0);
  });
});

describe('uniform', () => {
  test('members that read the same differ by one at most', () => {
    fc.assert(
      fc.property(alike, counts, fc.subarray(['a', 'b', 'c']), (subscriptions, some, gone) => {
        const first = run(UNIFORM_ASSIGNOR, groupOf(subscriptions), some);
        const rest = Object.entries(subscriptions).filter(([id]) => !gone.includes(id));
        for (const left of [
          Object.fromEntries(rest),
          { ...subscriptions, g: Object.values(subscriptions)[0] },
        ]) {
          const group = groupOf(left as Subscriptions, first);
          const second = run(UNIFORM_ASSIGNOR, group, some);
          if (group.subscriptionType === 'homogeneous' && group.members.length > 0) {
            expect(spreadOf(second)).toBeLessThanOrEqual(1);
          }
        }
      }),
    );
  });

  test('a member that leaves moves only its own partitions, one that joins only what it gets', () => {
    const all = { a: ['t1'], b: ['t1'], c: ['t1'] };
    const first = run(UNIFORM_ASSIGNOR, groupOf(all), { t1: 9 });
    const two = run(UNIFORM_ASSIGNOR, groupOf({ a: ['t1'], c: ['t1'] }, first), { t1: 9 });
    for (const id of ['a', 'c']) {
      const kept = new Set(two.get(id)?.get('t1'));
      expect(
        first
          .get(id)
          ?.get('t1')
          ?.every((partition) => kept.has(partition)),
      ).toBe(true);
    }
    const three = run(UNIFORM_ASSIGNOR, groupOf({ ...all, b: ['t1'] }, two), { t1: 9 });
    expect([...three.values()].map(countPartitions)).toEqual([3, 3, 3]);
    for (const id of ['a', 'c']) {
      const had = new Set(two.get(id)?.get('t1'));
      expect(
        three
          .get(id)
          ?.get('t1')
          ?.every((partition) => had.has(partition)),
      ).toBe(true);
    }
  });

  test('a member with fewer topics is given more of them', () => {
    const assignment = run(UNIFORM_ASSIGNOR, groupOf({ a: ['t1', 't2'], b: ['t2'] }), {
      t1: 4,
      t2: 4,
    });
    expect(assignment.get('b')?.get('t2')).toEqual([0, 1, 2, 3]);
    expect(countPartitions(assignment.get('a') ?? NO_PARTITIONS)).toBe(4);
  });
});
