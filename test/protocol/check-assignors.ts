import type {
  AssignorMember,
  GroupSpec,
  PartitionAssignor,
} from '../../src/domain/group/assignor/partition-assignor.ts';
import { RANGE_ASSIGNOR } from '../../src/domain/group/assignor/range-assignor.ts';
import { SimpleAssignor } from '../../src/domain/group/assignor/simple-assignor.ts';
import { UNIFORM_ASSIGNOR } from '../../src/domain/group/assignor/uniform-assignor.ts';
import type { TopicPartitions } from '../../src/domain/group/modern/topic-partitions.ts';
import { assertEqual, type Vector, type VectorChecker } from './vector-checker.ts';

const SIMPLE_ASSIGNOR = new SimpleAssignor();
const ASSIGNORS: readonly PartitionAssignor[] = [RANGE_ASSIGNOR, UNIFORM_ASSIGNOR, SIMPLE_ASSIGNOR];

function sortedObject(entries: [string, unknown][]): object {
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function specOf(vector: Vector): GroupSpec {
  const members = vector.members.map(
    (member: Vector): AssignorMember => ({
      memberId: member.memberId,
      instanceId: member.instanceId,
      rackId: null,
      subscribedTopicIds: new Set(member.subscribedTopicIds),
      assignment: new Map(Object.entries(member.currentAssignment)) as TopicPartitions,
    }),
  );
  return { subscriptionType: vector.subscriptionType, members };
}

function* partitionsOf(topics: TopicPartitions): Iterable<string> {
  for (const [topicId, partitions] of topics) {
    for (const partition of partitions) yield `${topicId}-${partition}`;
  }
}

/** What matters of an assignment that may be made in more ways than one. In share groups partitions have several owners. */
function judge(
  group: GroupSpec,
  assignment: ReadonlyMap<string, TopicPartitions>,
  isShared: boolean,
) {
  const owners = new Map<string, string>();
  const loads: number[] = [];
  let kept = 0;
  for (const { memberId, subscribedTopicIds, assignment: before } of group.members) {
    const own = assignment.get(memberId) ?? new Map();
    const had = new Set(partitionsOf(before));
    for (const topicId of own.keys()) {
      assertEqual(subscribedTopicIds.has(topicId), true, `${memberId} reads ${topicId}`);
    }
    const partitions = [...partitionsOf(own)];
    loads.push(partitions.length);
    kept += partitions.filter((each) => had.has(each)).length;
    for (const each of partitions) {
      if (!isShared) assertEqual(owners.get(each), undefined, `the other owner of ${each}`);
      owners.set(each, memberId);
    }
  }
  return { owned: owners.size, kept, spread: Math.max(...loads) - Math.min(...loads) };
}

function check(vector: Vector, assignor: PartitionAssignor): void {
  const group = specOf(vector);
  const counts = new Map<string, number>(
    vector.topics.map(({ topicId, partitions }: Vector) => [topicId, partitions]),
  );
  const assignment = assignor.assign(group, (topicId) => counts.get(topicId) ?? 0);
  if (assignor === RANGE_ASSIGNOR) {
    const own = [...assignment].map(([memberId, topics]) => [memberId, sortedObject([...topics])]);
    assertEqual(
      JSON.stringify(sortedObject(own as [string, unknown][])),
      JSON.stringify(vector.targetAssignment),
      'assignment',
    );
    return;
  }
  const subscribed = new Set(
    group.members.flatMap(({ subscribedTopicIds }) => [...subscribedTopicIds]),
  );
  let wanted = 0;
  for (const topicId of subscribed) wanted += counts.get(topicId) ?? 0;
  const { owned, kept, spread } = judge(group, assignment, assignor === SIMPLE_ASSIGNOR);
  assertEqual(owned, wanted, 'partitions that have an owner');
  assertEqual(spread <= vector.spread, true, `spread ${spread} up to ${vector.spread}`);
  assertEqual(kept >= vector.kept, true, `kept ${kept}, at least ${vector.kept}`);
}

export const checkers: readonly VectorChecker[] = ASSIGNORS.map((assignor) => ({
  form: `${assignor.name} assignments`,
  recognises: (vector) => vector.assignor === assignor.name,
  check: (vector) => check(vector, assignor),
}));
