import { describe, expect, test } from 'vitest';
import type { JoinGroupAnswer } from '../../../src/domain/group/classic/classic-messages.ts';
import { KafkaError } from '../../../src/domain/kafka-error.ts';
import { bytes, GroupHarness } from './group-harness.ts';

const heartbeatOf = (joined: JoinGroupAnswer, generationId = joined.generationId) => ({
  groupId: 'g',
  generationId,
  memberId: joined.memberId,
  groupInstanceId: null,
});

describe('JoinGroup', () => {
  test('a new member first learns its id (KIP-394) and is forgotten without a second step', () => {
    const h = new GroupHarness();
    const first = h.join({ requireKnownMemberId: true });
    expect(first.answer).toMatchObject({ error: 'MEMBER_ID_REQUIRED', memberId: 'client-id1' });
    expect(h.group?.pendingJoinMembers.size).toBe(1);
    h.advance(10_000);
    expect(h.group?.pendingJoinMembers.size).toBe(0);
    const late = h.join({ requireKnownMemberId: true, memberId: 'client-id1' });
    expect(late.answer?.error).toBe('UNKNOWN_MEMBER_ID');
  });

  test('the second step joins', () => {
    const h = new GroupHarness();
    const memberId = h.join({ requireKnownMemberId: true }).answer?.memberId as string;
    const second = h.join({ requireKnownMemberId: true, memberId });
    expect(second.answer).toBeUndefined();
    h.advance(3_000);
    expect(second.answer).toMatchObject({ error: 'NONE', generationId: 1, leader: memberId });
  });

  test('the initial delay is prolonged by who comes meanwhile, up to the rebalance timeout', () => {
    const h = new GroupHarness();
    const first = h.join({ rebalanceTimeoutMs: 8_000 });
    h.advance(2_000);
    h.join({ rebalanceTimeoutMs: 8_000 });
    h.advance(1_000);
    expect(first.answer).toBeUndefined();
    h.advance(3_000);
    expect(first.answer?.members).toHaveLength(2);
    expect(h.group?.state).toBe('CompletingRebalance');
  });

  test.each([
    ['no protocol type', { protocolType: '' }, 'INCONSISTENT_GROUP_PROTOCOL'],
    ['no protocols', { protocols: [] }, 'INCONSISTENT_GROUP_PROTOCOL'],
    ['a short session', { sessionTimeoutMs: 5_999 }, 'INVALID_SESSION_TIMEOUT'],
    ['a long session', { sessionTimeoutMs: 1_800_001 }, 'INVALID_SESSION_TIMEOUT'],
    ['an unknown member', { memberId: 'x' }, 'UNKNOWN_MEMBER_ID'],
  ] as const)('refuses %s and leaves no group behind', (_, change, error) => {
    const h = new GroupHarness();
    expect(h.join(change).answer?.error).toBe(error);
    expect(h.shard.listGroups()).toEqual([]);
  });

  test('a protocol that the others lack is inconsistent; the most votes among the common win', () => {
    const h = new GroupHarness();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => ({
      name,
      metadata: bytes(name.charCodeAt(0)),
    }));
    const first = h.join({ protocols: [a!, b!] });
    h.join({ protocols: [b!, a!, c!] });
    h.join({ protocols: [b!, a!] });
    expect(h.join({ protocols: [c!] }).answer?.error).toBe('INCONSISTENT_GROUP_PROTOCOL');
    h.joinPhase([first]);
    expect(first.answer?.protocolName).toBe('b');
    expect(first.answer?.members.map(({ metadata }) => metadata)).toEqual(
      [98, 98, 98].map((n) => bytes(n)),
    );
  });

  test('group.max.size', () => {
    const h = new GroupHarness({ maxSize: 1 });
    h.join();
    expect(h.join().answer?.error).toBe('GROUP_MAX_SIZE_REACHED');
  });

  test('a follower that repeats its request is answered at once, a leader rebalances', () => {
    const h = new GroupHarness();
    const [leader, follower] = h.stableGroup(2);
    expect(h.join({ memberId: follower!.memberId }).answer).toMatchObject({
      error: 'NONE',
      members: [],
    });
    const again = h.join({ memberId: leader!.memberId });
    expect(again.answer).toBeUndefined();
    expect(h.shard.heartbeat(heartbeatOf(follower!))).toBe('REBALANCE_IN_PROGRESS');
    h.join({ memberId: follower!.memberId });
    expect(again.answer).toMatchObject({ error: 'NONE', generationId: 2 });
  });

  test('who does not come back within the rebalance timeout is out, and another leads', () => {
    const h = new GroupHarness();
    const [leader, follower] = h.stableGroup(2, { sessionTimeoutMs: 1_000_000 });
    const waiting = h.join({
      memberId: follower!.memberId,
      protocols: [{ name: 'range', metadata: bytes(9) }],
      sessionTimeoutMs: 1_000_000,
    });
    h.advance(60_000);
    expect(waiting.answer).toMatchObject({ generationId: 2, leader: follower!.memberId });
    expect(h.group?.members.has(leader!.memberId)).toBe(false);
  });
});

describe('SyncGroup', () => {
  test('the assignment is stored before anybody has it', () => {
    const h = new GroupHarness();
    const waiting = [h.join(), h.join()];
    h.joinPhase(waiting);
    const [leader, follower] = waiting.map(({ answer }) => answer as JoinGroupAnswer);
    const followerSync = h.sync(follower!);
    const leaderSync = h.sync(leader!, [{ memberId: follower!.memberId, assignment: bytes(7) }]);
    expect(leaderSync.answer).toBeUndefined();
    h.settle();
    expect(leaderSync.answer).toMatchObject({ error: 'NONE', assignment: bytes() });
    expect(followerSync.answer).toMatchObject({ error: 'NONE', assignment: bytes(7) });
    expect(h.group?.state).toBe('Stable');
  });

  test('an assignment that cannot be stored starts another rebalance', () => {
    const h = new GroupHarness();
    const waiting = h.join();
    h.advance(3_000);
    const sync = h.sync(waiting.answer!);
    h.settle(new KafkaError('KAFKA_STORAGE_ERROR'));
    expect(sync.answer?.error).toBe('NOT_COORDINATOR');
    expect(h.group?.state).toBe('PreparingRebalance');
  });

  test('checks generation, member and protocol', () => {
    const h = new GroupHarness();
    const [joined] = h.stableGroup(1);
    expect(h.sync({ ...joined!, generationId: 7 }).answer?.error).toBe('ILLEGAL_GENERATION');
    expect(h.sync({ ...joined!, memberId: 'x' }).answer?.error).toBe('UNKNOWN_MEMBER_ID');
    expect(h.sync({ ...joined!, protocolName: 'x' }).answer?.error).toBe(
      'INCONSISTENT_GROUP_PROTOCOL',
    );
    expect(h.sync(joined!).answer).toMatchObject({ error: 'NONE', assignment: bytes(0) });
  });

  test('who joined but never syncs is removed', () => {
    const h = new GroupHarness();
    const change = { sessionTimeoutMs: 1_000_000 };
    const waiting = [h.join(change), h.join(change)];
    h.joinPhase(waiting);
    h.sync(waiting[0]!.answer!);
    h.settle();
    h.advance(60_000);
    expect(h.group?.members.has(waiting[1]!.answer!.memberId)).toBe(false);
    expect(h.group?.state).toBe('PreparingRebalance');
  });
});

describe('Heartbeat and LeaveGroup', () => {
  test('a silent member is removed after its session and the empty group is stored', () => {
    const h = new GroupHarness();
    const [joined] = h.stableGroup(1);
    h.advance(9_999);
    expect(h.shard.heartbeat(heartbeatOf(joined!))).toBe('NONE');
    expect(h.shard.heartbeat(heartbeatOf(joined!, 9))).toBe('ILLEGAL_GENERATION');
    h.advance(9_999);
    expect(h.group?.state).toBe('Stable');
    h.advance(1);
    expect(h.group).toMatchObject({ state: 'Empty', generationId: 2, leaderId: null });
    expect(h.replayed().group?.generationId).toBe(2);
    expect(h.shard.heartbeat(heartbeatOf(joined!))).toBe('UNKNOWN_MEMBER_ID');
  });

  test('several members leave at once, each with its own error', () => {
    const h = new GroupHarness();
    const [a, b] = h.stableGroup(2);
    const members = [a!.memberId, 'x', b!.memberId].map((memberId) => ({
      memberId,
      groupInstanceId: null,
    }));
    const answer = h.leave({ groupId: 'g', members });
    h.settle();
    expect(answer.members.map(({ error }) => error)).toEqual(['NONE', 'UNKNOWN_MEMBER_ID', 'NONE']);
    expect(h.group?.state).toBe('Empty');
    expect(h.leave({ groupId: 'no', members }).members[0]?.error).toBe('UNKNOWN_MEMBER_ID');
  });
});

describe('static members (KIP-345, KIP-814)', () => {
  const instance = { groupInstanceId: 'i1' };

  function stable(h: GroupHarness): JoinGroupAnswer {
    const waiting = h.join(instance);
    h.advance(3_000);
    h.sync(waiting.answer!, [{ memberId: waiting.answer!.memberId, assignment: bytes(5) }], 'i1');
    h.settle();
    return waiting.answer!;
  }

  test('the next incarnation keeps the generation and fences the one before', () => {
    const h = new GroupHarness();
    const before = stable(h);
    const after = h.join(instance);
    expect(after.answer).toBeUndefined();
    h.settle();
    expect(after.answer).toMatchObject({ error: 'NONE', generationId: 1, skipAssignment: true });
    expect(after.answer?.leader).toBe(after.answer?.memberId);
    expect(h.group?.state).toBe('Stable');
    expect(h.sync(before, [], 'i1').answer?.error).toBe('FENCED_INSTANCE_ID');
    expect(h.sync(after.answer!, [], 'i1').answer?.assignment).toEqual(bytes(5));
    const restored = h.replayed();
    expect([...restored.group!.members.keys()]).toEqual([after.answer!.memberId]);
  });

  test('older clients are told the old leader, so that they do not assign', () => {
    const h = new GroupHarness();
    const before = stable(h);
    const after = h.join({ ...instance, supportsSkippingAssignment: false });
    h.settle();
    expect(after.answer).toMatchObject({
      leader: before.memberId,
      members: [],
      skipAssignment: false,
    });
  });

  test('an administrator removes it by its instance id', () => {
    const h = new GroupHarness();
    stable(h);
    const leave = (groupInstanceId: string) =>
      h.leave({ groupId: 'g', members: [{ memberId: '', groupInstanceId }] });
    expect(leave('other').members[0]?.error).toBe('UNKNOWN_MEMBER_ID');
    expect(leave('i1').members[0]?.error).toBe('NONE');
    h.settle();
    expect(h.group?.state).toBe('Empty');
  });
});

describe('a group from its records', () => {
  test('is stable again, and its members must show themselves', () => {
    const h = new GroupHarness();
    const [leader] = h.stableGroup(2);
    const restored = h.replayed();
    expect(restored.shard.describeGroup('g')).toEqual(h.shard.describeGroup('g'));
    restored.shard.loaded();
    restored.advance(5_000);
    expect(restored.shard.heartbeat(heartbeatOf(leader!))).toBe('NONE');
    restored.advance(5_000);
    expect(restored.group?.state).toBe('PreparingRebalance');
  });
});
