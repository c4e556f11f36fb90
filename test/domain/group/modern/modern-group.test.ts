import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Timeline } from '../../../../src/domain/coordinator/timeline.ts';
import type {
  GroupSpec,
  PartitionAssignor,
} from '../../../../src/domain/group/assignor/partition-assignor.ts';
import { METADATA_REFRESH_INTERVAL_MS } from '../../../../src/domain/group/modern/assigned-group.ts';
import { MEMBER_STATES, memberStateOf } from '../../../../src/domain/group/modern/member-state.ts';
import { metadataHash } from '../../../../src/domain/group/modern/metadata-hash.ts';
import { ModernGroup } from '../../../../src/domain/group/modern/modern-group.ts';
import {
  isReconciledTo,
  isSameList,
  type ModernGroupMember,
  topicNamesOf,
} from '../../../../src/domain/group/modern/modern-group-member.ts';
import {
  changedTargetAssignments,
  isAssignmentDue,
} from '../../../../src/domain/group/modern/target-assignment.ts';
import {
  countPartitions,
  isSamePartitions,
  topicPartitionsEntries,
  topicPartitionsOf,
} from '../../../../src/domain/group/modern/topic-partitions.ts';
import { imageOf, topicIdOf } from './topics.ts';

class Group extends ModernGroup<ModernGroupMember> {}

function memberOf(memberId: string, ...topics: string[]): ModernGroupMember {
  return {
    memberId,
    memberEpoch: 0,
    previousMemberEpoch: 0,
    state: 'STABLE',
    instanceId: null,
    rackId: null,
    clientId: 'c',
    clientHost: '/127.0.0.1',
    subscribedTopicNames: topicNamesOf(topics),
  };
}

function stateOf(group: Group) {
  return {
    epochs: [group.groupEpoch, group.metadataHash, group.assignmentEpoch],
    assignedAtMs: group.assignmentTimestampMs,
    members: new Map(group.members),
    targets: new Map(group.targetAssignments),
    topics: new Set(group.subscribedTopicNames()),
    type: group.subscriptionType,
  };
}

describe('the state of a modern group', () => {
  const member = fc.record({
    id: fc.constantFrom('a', 'b', 'c'),
    topics: fc.option(fc.subarray(['x', 'y', 'z']), { nil: undefined }),
  });
  const change = fc.oneof(
    fc.record({ kind: fc.constant('member' as const), member }),
    fc.record({ kind: fc.constant('epoch' as const), epoch: fc.nat(9) }),
    fc.record({ kind: fc.constant('assignment' as const), epoch: fc.nat(9) }),
    fc.record({ kind: fc.constant('target' as const), member, partition: fc.nat(3) }),
  );

  function apply(group: Group, each: typeof change extends fc.Arbitrary<infer T> ? T : never) {
    switch (each.kind) {
      case 'member': {
        const { id, topics } = each.member;
        group.setMember(id, topics && memberOf(id, ...topics));
        return;
      }
      case 'epoch':
        group.setGroupEpoch(each.epoch, BigInt(each.epoch));
        return;
      case 'assignment':
        group.setAssignmentEpoch(each.epoch, each.epoch);
        return;
      case 'target': {
        const { id, topics } = each.member;
        const entries = (topics ?? []).map((topicId) => ({
          topicId,
          partitions: [each.partition],
        }));
        group.setTargetAssignment(id, topics && topicPartitionsOf(entries));
      }
    }
  }

  test('what is taken back leaves what was there before', () => {
    fc.assert(
      fc.property(fc.array(change), fc.array(change), (kept, taken) => {
        const timeline = new Timeline();
        const group = new Group('g', timeline);
        const alone = new Group('g', new Timeline());
        const steps = timeline.record(() => {
          for (const each of kept) apply(group, each);
        });
        timeline.keep(steps);
        timeline.record(() => {
          for (const each of taken) apply(group, each);
        });
        timeline.revert();
        for (const each of kept) apply(alone, each);
        expect(stateOf(group)).toEqual(stateOf(alone));
      }),
    );
  });

  test('the topics are those of its members, and homogeneous when all have the same', () => {
    const group = new Group('g', new Timeline());
    expect(group.subscriptionType).toBe('homogeneous');
    group.setMember('a', memberOf('a', 'x', 'y'));
    group.setMember('b', memberOf('b', 'y', 'x', 'y'));
    expect(group.subscriptionType).toBe('homogeneous');
    group.setMember('b', memberOf('b', 'y'));
    expect(group.subscriptionType).toBe('heterogeneous');
    expect(group.isSubscribedTo('x')).toBe(true);
    group.setMember('a', undefined);
    expect([...group.subscribedTopicNames()]).toEqual(['y']);
  });

  test('topics are looked at again after a change that was taken back, and when somebody says so', () => {
    const timeline = new Timeline();
    const group = new Group('g', timeline);
    expect(group.hasMetadataExpired(5)).toBe(true);
    group.setMetadataRefresh(5 + METADATA_REFRESH_INTERVAL_MS);
    expect(group.hasMetadataExpired(5)).toBe(false);
    timeline.record(() => group.setGroupEpoch(1, 1n));
    timeline.revert();
    expect(group.hasMetadataExpired(5)).toBe(true);
    group.setMetadataRefresh(10);
    group.requestMetadataRefresh();
    expect(group.hasMetadataExpired(5)).toBe(true);
  });

  test('a subscription is in order, and compared by its names', () => {
    expect(topicNamesOf(['y', 'x', 'y'])).toEqual(['x', 'y']);
    expect(isSameList(['x'], topicNamesOf(['x', 'x']))).toBe(true);
    expect(isSameList(['x'], ['x', 'y'])).toBe(false);
  });

  test('a member is there when it is stable at the epoch', () => {
    const member = { ...memberOf('a'), memberEpoch: 3 };
    expect(isReconciledTo(member, 3)).toBe(true);
    expect(isReconciledTo(member, 4)).toBe(false);
    expect(isReconciledTo({ ...member, state: 'UNREVOKED_PARTITIONS' }, 3)).toBe(false);
    for (const [state, code] of Object.entries(MEMBER_STATES)) {
      expect(memberStateOf(code)).toBe(state);
    }
    expect(memberStateOf(9)).toBe('UNKNOWN');
  });
});

describe('the hash of the topics', () => {
  test('changes with ids and partitions, not with order or with topics that are not there', () => {
    const image = imageOf({ x: 1, y: 2 });
    const hash = metadataHash(['x', 'y'], image);
    expect(metadataHash(['y', 'x', 'missing'], imageOf({ y: 2, x: 1, z: 9 }))).toBe(hash);
    expect(metadataHash(['x', 'y'], imageOf({ x: 1, y: 3 }))).not.toBe(hash);
    expect(metadataHash(['x'], image)).not.toBe(hash);
    expect(metadataHash([], image)).toBe(0n);
    expect(metadataHash(['missing'], image)).toBe(0n);
    expect(BigInt.asIntN(64, hash)).toBe(hash);
  });
});

describe('partitions by topic', () => {
  test('are in order, each once', () => {
    const partitions = topicPartitionsOf([
      { topicId: 'x', partitions: [3, 1] },
      { topicId: 'y', partitions: [] },
      { topicId: 'x', partitions: [1, 2] },
    ]);
    expect(topicPartitionsEntries(partitions)).toEqual([{ topicId: 'x', partitions: [1, 2, 3] }]);
    expect(countPartitions(partitions)).toBe(3);
    expect(isSamePartitions(partitions, topicPartitionsOf([]))).toBe(false);
    expect(isSamePartitions(partitions, new Map([['x', [1, 2, 4]]]))).toBe(false);
    expect(isSamePartitions(partitions, new Map([['x', [1, 2, 3]]]))).toBe(true);
  });
});

describe('a target assignment', () => {
  test('is told by its differences; members are in order and deleted topics are out', () => {
    const group = new Group('g', new Timeline());
    for (const id of ['b', 'a', 'c']) group.setMember(id, memberOf(id, 'x', 'gone'));
    const [x, gone] = [topicIdOf('x'), topicIdOf('gone')];
    group.setTargetAssignment('a', new Map([[gone, [0]]]));
    group.setTargetAssignment('c', new Map([[x, [0]]]));
    let seen: GroupSpec | undefined;
    const assignor: PartitionAssignor = {
      name: 'all-to-the-last',
      assign(spec, partitionCount) {
        seen = spec;
        return new Map([
          ['c', new Map([[x, Array.from({ length: partitionCount(x) }, (_, i) => i)]])],
        ]);
      },
    };
    const changed = changedTargetAssignments({
      group,
      assignor,
      image: imageOf({ x: 1 }),
      subscriptionOf: ({ subscribedTopicNames }) => ({
        key: subscribedTopicNames.join('\0'),
        topics: subscribedTopicNames,
      }),
    });
    expect(seen?.members.map(({ memberId }) => memberId)).toEqual(['a', 'b', 'c']);
    expect(seen?.members[0]).toMatchObject({ assignment: new Map() });
    expect(seen?.members[0]?.subscribedTopicIds).toBe(seen?.members[1]?.subscribedTopicIds);
    expect([...(seen?.members[0]?.subscribedTopicIds ?? [])]).toEqual([x]);
    expect(changed).toEqual(
      new Map([
        ['b', new Map()],
        ['a', new Map()],
      ]),
    );
  });

  test('follows the last one after the interval, the first at once', () => {
    expect(isAssignmentDue({ assignmentTimestampMs: 0 }, 1_000, 5)).toBe(true);
    expect(isAssignmentDue({ assignmentTimestampMs: 5 }, 1_000, 1_004)).toBe(false);
    expect(isAssignmentDue({ assignmentTimestampMs: 5 }, 1_000, 1_005)).toBe(true);
    expect(isAssignmentDue({ assignmentTimestampMs: 5 }, 0, 5)).toBe(true);
  });
});
