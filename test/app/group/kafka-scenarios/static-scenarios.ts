import {
  beat,
  bytes,
  commit,
  describe,
  INITIAL_DELAY_MS,
  join,
  joinTwice,
  leave,
  range,
  type Scenario,
  stableStatic,
  sync,
} from './requests.ts';

export const STATIC_SCENARIOS: Record<string, Scenario> = {
  async staticMember(scene) {
    const joined = await stableStatic(scene);
    await describe(scene);
    await beat(scene, 'a', joined, { groupInstanceId: 'i1' });
    await beat(scene, 'a', joined, { groupInstanceId: 'other' });
    await beat(scene, 'a', joined);
    await join(scene, 'a', 9, { memberId: 'x', groupInstanceId: 'i1' });
    await join(scene, 'a', 9, { memberId: 'x', groupInstanceId: 'i2' });
    const next = await join(scene, 'a', 9, { groupInstanceId: 'i1' });
    await describe(scene);
    await beat(scene, 'a', joined, { groupInstanceId: 'i1' });
    await beat(scene, 'a', joined);
    await sync(scene, 'a', 5, joined, { groupInstanceId: 'i1', assignments: [] });
    await join(scene, 'a', 9, { memberId: joined.memberId, groupInstanceId: 'i1' });
    const old = { generationIdOrMemberEpoch: 1, memberId: joined.memberId };
    await commit(scene, 'a', 8, { ...old, groupInstanceId: 'i1' });
    await leave(scene, 'a', [{ memberId: joined.memberId, groupInstanceId: 'i1' }]);
    await sync(scene, 'a', 5, next, { groupInstanceId: 'i1', assignments: [] });
    await beat(scene, 'a', next, { groupInstanceId: 'i1' });
    const older = await join(scene, 'a', 8, { groupInstanceId: 'i1' });
    await sync(scene, 'a', 5, older, { groupInstanceId: 'i1', assignments: [] });
    const change = { groupInstanceId: 'i1', protocols: range(5) };
    await join(scene, 'other', 9, change);
    await describe(scene);
    const two = [{ name: 'other', metadata: bytes() }, ...range(6)];
    await join(scene, 'a', 9, { groupInstanceId: 'i1', protocols: two });
    await describe(scene);
    await leave(scene, 'admin', [
      { memberId: '', groupInstanceId: 'other' },
      { memberId: '', groupInstanceId: 'i1' },
    ]);
    await describe(scene);
  },

  async staticWhileCompleting(scene) {
    const joining = join(scene, 'a', 9, { groupInstanceId: 'i1' });
    await scene.sleep(INITIAL_DELAY_MS);
    const joined = await joining;
    const next = await join(scene, 'b', 9, { groupInstanceId: 'i1' });
    await sync(scene, 'a', 5, joined, { groupInstanceId: 'i1' });
    await sync(scene, 'b', 5, next, { groupInstanceId: 'i1' });
    const again = { memberId: next.memberId, groupInstanceId: 'i1' };
    await join(scene, 'b', 9, again);
    await describe(scene);
  },

  async staticWhileJoining(scene) {
    const joining = join(scene, 'a', 9, { groupInstanceId: 'i1' });
    await scene.sleep(100);
    const next = join(scene, 'b', 9, { groupInstanceId: 'i1' });
    await joining;
    await scene.sleep(INITIAL_DELAY_MS);
    await next;
    await describe(scene);
  },

  async staticMemberIsMissing(scene) {
    const joined = await stableStatic(scene);
    const joining = await joinTwice(scene, 'b', 9, { rebalanceTimeoutMs: 1_000 });
    await scene.noteWaiting('b', joining.joined);
    await beat(scene, 'a', joined, { groupInstanceId: 'i1' });
    await describe(scene);
    await scene.sleep(8_500);
    await joining.joined;
    await describe(scene);
  },

  async staticPair(scene) {
    const joins = [join(scene, 'a', 9, { groupInstanceId: 'i1' })];
    await scene.sleep(100);
    joins.push(join(scene, 'b', 9, { groupInstanceId: 'i2' }));
    await scene.sleep(3 * INITIAL_DELAY_MS);
    const [one, two] = await Promise.all(joins);
    const waiting = sync(scene, 'b', 5, two, { groupInstanceId: 'i2' });
    await scene.noteWaiting('b', waiting);
    await sync(scene, 'a', 5, one, { groupInstanceId: 'i1' });
    await waiting;
    const follower = await join(scene, 'b', 9, { groupInstanceId: 'i2' });
    await sync(scene, 'b', 5, follower, { groupInstanceId: 'i2' });
    const older = await join(scene, 'b', 8, { groupInstanceId: 'i2', protocols: range(4) });
    const again = { groupInstanceId: 'i2', memberId: older.memberId, protocols: range(4) };
    await join(scene, 'b', 9, again);
    const leader = await join(scene, 'a', 9, { groupInstanceId: 'i1' });
    await sync(scene, 'a', 5, leader, { groupInstanceId: 'i1' });
    await describe(scene);
    await leave(scene, 'b', [{ memberId: older.memberId, groupInstanceId: 'i1' }]);
    await leave(scene, 'b', [{ memberId: 'x', groupInstanceId: 'i2' }]);
    const rejoining = join(scene, 'a', 9, { groupInstanceId: 'i1', memberId: leader.memberId });
    await scene.noteWaiting('a', rejoining);
    const replacing = join(scene, 'b', 9, { groupInstanceId: 'i2', protocols: range(5) });
    await rejoining;
    await replacing;
    await describe(scene);
  },
};
