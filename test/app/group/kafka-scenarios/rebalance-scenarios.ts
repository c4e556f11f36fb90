import {
  beat,
  bytes,
  commit,
  describe,
  INITIAL_DELAY_MS,
  join,
  leave,
  range,
  type Scenario,
  stablePair,
  sync,
} from './requests.ts';

export const REBALANCE_SCENARIOS: Record<string, Scenario> = {
  async pairOfMembers(scene) {
    const { one, two } = await stablePair(scene);
    await describe(scene, 5);
    await beat(scene, 'a', one);
    await beat(scene, 'a', one, { generationId: 9 });
    await beat(scene, 'a', one, { generationId: -1 });
    await beat(scene, 'a', one, { memberId: 'x' });
    await beat(scene, 'a', one, { groupInstanceId: 'i' });
    await sync(scene, 'a', 5, one);
    await sync(scene, 'a', 5, one, { generationId: 9 });
    await sync(scene, 'a', 5, one, { protocolName: 'x' });
    await sync(scene, 'a', 5, one, { protocolType: 'x' });
    await sync(scene, 'a', 5, one, { protocolName: null });
    await sync(scene, 'a', 4, one);
    await join(scene, 'b', 9, { memberId: two.memberId });
    await join(scene, 'b', 1, { memberId: two.memberId });
    await join(scene, 'c', 9, { protocolType: 'other' });
    await join(scene, 'c', 9, { protocols: [{ name: 'other', metadata: bytes() }] });
    await commit(scene, 'a', 8);
    await commit(scene, 'a', 9);
    await commit(scene, 'a', 8, { generationIdOrMemberEpoch: 1, memberId: 'x' });
    await commit(scene, 'a', 8, { generationIdOrMemberEpoch: 0, memberId: one.memberId });
    await commit(scene, 'a', 9, { generationIdOrMemberEpoch: 0, memberId: one.memberId });
    await commit(scene, 'a', 8, { generationIdOrMemberEpoch: -1, memberId: one.memberId });
    await commit(scene, 'a', 8, { generationIdOrMemberEpoch: 1, memberId: one.memberId });
    await scene.ask('admin', 'DeleteGroups', 2, { groupsNames: [scene.group] });
    const topics = [{ name: 't', partitions: [{ partitionIndex: 0 }] }];
    await scene.ask('admin', 'OffsetDelete', 0, { groupId: scene.group, topics });
    await leave(scene, 'b', [{ memberId: two.memberId, groupInstanceId: 'i' }]);
    await leave(scene, 'b', [{ memberId: two.memberId }, { memberId: 'x' }]);
    await beat(scene, 'a', one);
    await commit(scene, 'a', 8, { generationIdOrMemberEpoch: 1, memberId: one.memberId });
    await sync(scene, 'a', 5, one);
    await describe(scene);
    await join(scene, 'a', 9, { memberId: one.memberId });
    await beat(scene, 'a', { ...one, generationId: 2 });
    await commit(scene, 'a', 8, { generationIdOrMemberEpoch: 2, memberId: one.memberId });
    await describe(scene);
    await join(scene, 'a', 9, { memberId: one.memberId });
    await sync(scene, 'a', 5, { ...one, generationId: 2, members: [] });
    await describe(scene);
  },

  async leaderRejoins(scene) {
    const { one, two } = await stablePair(scene);
    const again = join(scene, 'a', 9, { memberId: one.memberId });
    await scene.noteWaiting('a', again);
    await beat(scene, 'b', two);
    await commit(scene, 'b', 8, { generationIdOrMemberEpoch: 1, memberId: two.memberId });
    const stranger = join(scene, 'c', 1);
    await scene.noteWaiting('c', stranger);
    await sync(scene, 'b', 5, two);
    await join(scene, 'b', 9, { memberId: two.memberId, protocols: range(2) });
    await again;
    const third = await stranger;
    await sync(scene, 'c', 1, third, { generationId: 1 });
    const following = sync(scene, 'c', 1, third);
    await scene.noteWaiting('c', following);
    const changed = join(scene, 'b', 9, { memberId: two.memberId, protocols: range(3) });
    await scene.noteWaiting('b', changed);
    await following;
    await describe(scene);
    await leave(scene, 'c', [{ memberId: third.memberId }]);
    await join(scene, 'a', 9, { memberId: one.memberId });
    await changed;
  },

  async whoDoesNotComeBack(scene) {
    const { one, two } = await stablePair(scene);
    const change = { protocols: range(9), rebalanceTimeoutMs: 1_000 };
    const again = join(scene, 'a', 9, { memberId: one.memberId, ...change });
    await scene.sleep(2_000);
    await beat(scene, 'b', two);
    await scene.sleep(5_900);
    await beat(scene, 'b', two);
    await scene.sleep(300);
    await again;
    await describe(scene);
    await scene.sleep(5_600);
    await describe(scene);
    await scene.sleep(3_500);
    await describe(scene);
  },

  async silentMember(scene) {
    const { one, two } = await stablePair(scene);
    await scene.sleep(4_000);
    await beat(scene, 'a', one);
    await scene.sleep(3_000);
    await beat(scene, 'a', one);
    await beat(scene, 'b', two);
    await describe(scene);
    const again = await join(scene, 'a', 9, { memberId: one.memberId });
    await sync(scene, 'a', 5, again);
    await scene.sleep(7_000);
    await describe(scene);
    await beat(scene, 'a', again);
    await join(scene, 'a', 9, { memberId: one.memberId });
    await scene.ask('admin', 'DeleteGroups', 2, { groupsNames: [scene.group] });
  },

  async fullGroup(scene) {
    const joins = [join(scene, 'a', 1)];
    await scene.sleep(150);
    joins.push(join(scene, 'b', 1));
    await scene.sleep(150);
    joins.push(join(scene, 'c', 1));
    await scene.sleep(150);
    await join(scene, 'd', 1);
    await join(scene, 'd', 9);
    await join(scene, 'd', 9, { groupInstanceId: 'i' });
    await scene.sleep(3 * INITIAL_DELAY_MS);
    await Promise.all(joins);
    await join(scene, 'd', 1);
    await join(scene, 'd', 9);
  },

  async pendingMembers(scene) {
    const first = await join(scene, 'a', 9);
    const second = await join(scene, 'b', 9);
    const joining = join(scene, 'a', 9, { memberId: first.memberId });
    await scene.sleep(2 * INITIAL_DELAY_MS);
    const joined = await joining;
    await sync(scene, 'a', 5, joined);
    await join(scene, 'c', 9);
    const again = join(scene, 'a', 9, { memberId: joined.memberId });
    await scene.noteWaiting('a, for those that have an id only,', again);
    await leave(scene, 'b', [{ memberId: second.memberId }]);
    await scene.sleep(6_500);
    await again;
    await describe(scene);
  },

  async neverSyncs(scene) {
    const short = { rebalanceTimeoutMs: 1_500, sessionTimeoutMs: 30_000 };
    const joins = [join(scene, 'a', 1, short)];
    await scene.sleep(50);
    joins.push(join(scene, 'b', 1, short));
    await scene.sleep(2 * INITIAL_DELAY_MS);
    const [one, two] = await Promise.all(joins);
    await sync(scene, 'a', 1, one);
    await describe(scene);
    await scene.sleep(2_000);
    await describe(scene);
    await beat(scene, 'b', two);
    await beat(scene, 'a', one);
  },

  async joinsWhileCompleting(scene) {
    const joins = [join(scene, 'a', 1)];
    await scene.sleep(50);
    joins.push(join(scene, 'b', 1));
    await scene.sleep(3 * INITIAL_DELAY_MS);
    const [one, two] = await Promise.all(joins);
    // A connection waits for its answers in order: b needs another one meanwhile.
    const waiting = sync(scene, 'b2', 1, two);
    await scene.noteWaiting('b', waiting);
    await beat(scene, 'b', two);
    await join(scene, 'b', 1, { memberId: two.memberId });
    await join(scene, 'a', 1, { memberId: one.memberId });
    await describe(scene);
    const third = join(scene, 'c', 1);
    await waiting;
    await scene.noteWaiting('c', third);
    await beat(scene, 'a', one);
    await sync(scene, 'a', 1, one);
    await leave(scene, 'a', [{ memberId: one.memberId }]);
    await join(scene, 'b', 1, { memberId: two.memberId });
    await third;
    await describe(scene);
    await leave(scene, 'b', [{ memberId: two.memberId }]);
    await describe(scene);
  },

  async leavesWhileSyncing(scene) {
    const joins = [join(scene, 'a', 1)];
    await scene.sleep(50);
    joins.push(join(scene, 'b', 1));
    await scene.sleep(3 * INITIAL_DELAY_MS);
    const [one, two] = await Promise.all(joins);
    const waiting = sync(scene, 'b', 1, two);
    await scene.noteWaiting('b', waiting);
    await leave(scene, 'admin', [{ memberId: one.memberId }]);
    await waiting;
    await describe(scene);
    await sync(scene, 'b', 1, two);
    await join(scene, 'b', 1, { memberId: two.memberId });
    await leave(scene, 'admin', [{ memberId: two.memberId }]);
    await describe(scene);
  },

  async protocolVote(scene) {
    const protocolsOf = (...names: string[]) =>
      names.map((name) => ({ name, metadata: bytes(name.length) }));
    const joins = [join(scene, 'a', 1, { protocols: protocolsOf('x', 'yy', 'zzz') })];
    await scene.sleep(100);
    joins.push(join(scene, 'b', 1, { protocols: protocolsOf('yy', 'x') }));
    await scene.sleep(100);
    joins.push(join(scene, 'c', 1, { protocols: protocolsOf('zzz', 'yy', 'x') }));
    await scene.sleep(100);
    await join(scene, 'd', 1, { protocols: protocolsOf('zzz') });
    await scene.sleep(4 * INITIAL_DELAY_MS);
    const [one, two, three] = await Promise.all(joins);
    const waiting = [sync(scene, 'b', 1, two), sync(scene, 'c', 1, three)];
    await scene.sleep(100);
    const assignments = [
      { memberId: 'stranger', assignment: bytes(1) },
      { memberId: two.memberId, assignment: bytes(2) },
      { memberId: two.memberId, assignment: bytes(3) },
    ];
    await sync(scene, 'a', 1, one, { assignments });
    await Promise.all(waiting);
    await describe(scene);
  },
};
