import type { Answer, Scene } from './scene.ts';

type Scenario = (scene: Scene) => Promise<void>;

/** A little longer than the delay the brokers have for a group's first rebalance. */
const INITIAL_DELAY_MS = 600;
const bytes = (...values: number[]) => new Uint8Array(values);
const range = (...metadata: number[]) => [{ name: 'range', metadata: bytes(...metadata) }];

function join(scene: Scene, client: string, version: number, change: object = {}) {
  return scene.ask(client, 'JoinGroup', version, {
    groupId: scene.group,
    sessionTimeoutMs: 6_000,
    ...(version >= 1 ? { rebalanceTimeoutMs: 8_000 } : {}),
    memberId: '',
    protocolType: 'consumer',
    protocols: range(1),
    ...change,
  });
}

/** Joins as a client of version 4 on does: it asks for its id first. */
async function joinTwice(scene: Scene, client: string, version: number, change: object = {}) {
  const { memberId } = await join(scene, client, version, change);
  return { memberId, joined: join(scene, client, version, { ...change, memberId }) };
}

function sync(scene: Scene, client: string, version: number, joined: Answer, change: object = {}) {
  const { generationId, memberId, members } = joined;
  const memberIds: string[] = members.map((member: Answer) => member.memberId).toSorted();
  const assignments = memberIds.map((id, index) => ({
    memberId: id,
    assignment: bytes(7, index),
  }));
  return scene.ask(client, 'SyncGroup', version, {
    groupId: scene.group,
    generationId,
    memberId,
    assignments,
    ...(version >= 5 ? { protocolType: 'consumer', protocolName: 'range' } : {}),
    ...change,
  });
}

function beat(scene: Scene, client: string, joined: Answer, change: object = {}) {
  const { generationId, memberId } = joined;
  const request = { groupId: scene.group, generationId, memberId, ...change };
  return scene.ask(client, 'Heartbeat', 4, request);
}

function describe(scene: Scene, version = 6, groups = [scene.group]) {
  return scene.ask('admin', 'DescribeGroups', version, { groups });
}

function leave(scene: Scene, client: string, members: object[]) {
  return scene.ask(client, 'LeaveGroup', 5, { groupId: scene.group, members });
}

function commit(scene: Scene, client: string, version: number, change: object = {}) {
  const partition = { partitionIndex: 0, committedOffset: 5n, committedMetadata: 'm' };
  const topic = version >= 10 ? { topicId: scene.topicId } : { name: 't' };
  return scene.ask(client, 'OffsetCommit', version, {
    groupId: scene.group,
    generationIdOrMemberEpoch: -1,
    memberId: '',
    topics: [{ ...topic, partitions: [partition] }],
    ...change,
  });
}

function fetch(scene: Scene, version: number, topics: object[] | null) {
  const { group: groupId } = scene;
  const request = version >= 8 ? { groups: [{ groupId, topics }] } : { groupId, topics };
  return scene.ask('admin', 'OffsetFetch', version, request);
}

/** A stable group of two dynamic members, a (the leader) and b. */
async function stablePair(scene: Scene) {
  const a = await joinTwice(scene, 'a', 9);
  await scene.sleep(50);
  const b = await joinTwice(scene, 'b', 9);
  await scene.sleep(2 * INITIAL_DELAY_MS);
  const [one, two] = [await a.joined, await b.joined];
  const waiting = sync(scene, 'b', 5, two);
  await scene.sleep(50);
  await sync(scene, 'a', 5, one);
  await waiting;
  return { one, two };
}

/** A stable group of one static member. */
async function stableStatic(scene: Scene, version = 9) {
  const joining = join(scene, 'a', version, { groupInstanceId: 'i1' });
  await scene.sleep(INITIAL_DELAY_MS);
  const joined = await joining;
  await sync(scene, 'a', 5, joined, { groupInstanceId: 'i1' });
  return joined;
}

function eachVersion(from: number, to: number, run: (version: number) => Scenario) {
  const scenarios: Record<string, Scenario> = {};
  for (let version = from; version <= to; version++) {
    scenarios[`${run.name}${version}`] = run(version);
  }
  return scenarios;
}

const lifeOf: (version: number) => Scenario = (version) => async (scene) => {
  let joining = join(scene, 'a', version);
  if (version >= 4) {
    const { memberId } = await joining;
    joining = join(scene, 'a', version, { memberId });
  }
  await scene.sleep(INITIAL_DELAY_MS);
  const joined = await joining;
  await sync(scene, 'a', Math.min(version, 5), joined);
  const { generationId, memberId } = joined;
  const member = { groupId: scene.group, generationId, memberId };
  await scene.ask('a', 'Heartbeat', Math.min(version, 4), member);
  await describe(scene, Math.min(version, 6));
  const leaving = version < 3 ? { memberId } : { members: [{ memberId }] };
  const left = { groupId: scene.group, ...leaving };
  await scene.ask('a', 'LeaveGroup', Math.min(version, 5), left);
  await scene.ask('a', 'LeaveGroup', Math.min(version, 5), left);
  await describe(scene, Math.min(version, 6));
  const names = { groupsNames: [scene.group, 'nobody'] };
  await scene.ask('admin', 'DeleteGroups', Math.min(version, 3), names);
  await describe(scene, Math.min(version, 6));
};

const offsetsOf: (version: number) => Scenario = (version) => async (scene) => {
  const named = version >= 10 ? { topicId: scene.topicId } : { name: 't' };
  const unknown = version >= 10 ? { topicId: 'iQugrgK6yxB4q7VBrh0K3w' } : { name: 'unknown' };
  await commit(scene, 'a', Math.max(version, 2));
  await fetch(scene, version, [{ ...named, partitionIndexes: [0, 1] }]);
  await fetch(scene, version, [{ ...unknown, partitionIndexes: [0] }]);
  await fetch(scene, version, []);
  if (version >= 2) await fetch(scene, version, null);
};

/** The words of an error are the broker's own. */
function foundNode(one: Answer): object {
  const { errorCode, errorMessage, nodeId, host, port } = one;
  const words = errorMessage === 'NONE' || !errorMessage ? errorMessage : 'in words';
  return { errorCode, errorMessage: words, nodeId, hasHost: host !== '', hasPort: port > 0 };
}

const findVersion: (version: number) => Scenario = (version) => async (scene) => {
  const view = (answer: Answer) =>
    version < 4 ? foundNode(answer) : answer.coordinators.map(foundNode);
  for (const keyType of version === 0 ? [0] : [0, 2, 7]) {
    for (const key of ['g', '', 'g:x:0']) {
      const typed = version === 0 ? {} : { keyType };
      const keys = version >= 4 ? { coordinatorKeys: [key] } : { key };
      await scene.ask('a', 'FindCoordinator', version, { ...typed, ...keys }, view);
    }
  }
};

export const SCENARIOS: Record<string, Scenario> = {
  ...eachVersion(0, 9, lifeOf),
  ...eachVersion(1, 10, offsetsOf),
  ...eachVersion(0, 6, findVersion),

  async refusedJoins(scene) {
    await join(scene, 'a', 9, { groupId: '' });
    await join(scene, 'a', 9, { sessionTimeoutMs: 5_999 });
    await join(scene, 'a', 9, { sessionTimeoutMs: 1_800_001 });
    await join(scene, 'a', 9, { memberId: 'x' });
    await join(scene, 'a', 9, { protocolType: '' });
    await join(scene, 'a', 9, { protocols: [] });
    await join(scene, 'a', 5, { protocols: [] });
    const { memberId } = await join(scene, 'a', 9);
    await describe(scene);
    await join(scene, 'b', 9, { protocolType: 'connect' });
    await beat(scene, 'a', { memberId, generationId: 0 });
    await sync(scene, 'a', 5, { memberId, generationId: 0, members: [] });
    await leave(scene, 'a', [{ memberId }]);
    await describe(scene);
    await join(scene, 'a', 9, { memberId });
  },

  async withoutGroup(scene) {
    const stranger = { memberId: 'x', generationId: 1, members: [] };
    await beat(scene, 'a', stranger);
    await beat(scene, 'a', stranger, { groupId: '' });
    await beat(scene, 'a', stranger, { groupInstanceId: 'i' });
    await sync(scene, 'a', 5, stranger);
    await sync(scene, 'a', 5, stranger, { groupId: '' });
    await sync(scene, 'a', 5, stranger, { protocolType: null, protocolName: null });
    await leave(scene, 'a', [{ memberId: 'x' }, { memberId: '', groupInstanceId: 'i' }]);
    await scene.ask('a', 'LeaveGroup', 5, { groupId: '', members: [{ memberId: 'x' }] });
    await scene.ask('a', 'LeaveGroup', 5, { groupId: scene.group, members: [] });
    await scene.ask('a', 'LeaveGroup', 1, { groupId: scene.group, memberId: 'x' });
    await scene.ask('a', 'LeaveGroup', 1, { groupId: '', memberId: 'x' });
    for (const version of [2, 8, 9, 10]) {
      await commit(scene, 'a', version, { generationIdOrMemberEpoch: 1, memberId: 'x' });
    }
    await describe(scene, 5, [scene.group, scene.group]);
    await describe(scene, 6, [scene.group, scene.group]);
    await scene.ask('admin', 'DeleteGroups', 2, { groupsNames: [scene.group, scene.group] });
    await scene.ask('admin', 'DeleteGroups', 3, { groupsNames: [scene.group, scene.group] });
    const topics = [{ name: 't', partitions: [{ partitionIndex: 0 }] }];
    await scene.ask('admin', 'OffsetDelete', 0, { groupId: scene.group, topics });
    await scene.ask('admin', 'OffsetDelete', 0, { groupId: '', topics });
    await fetch(scene, 9, [{ name: 't', partitionIndexes: [0] }]);
    await fetch(scene, 9, null);
    await scene.ask('admin', 'OffsetFetch', 9, { groups: [] });
  },

  async commits(scene) {
    const part = (partitionIndex: number, committedMetadata: string | null = '') => ({
      partitionIndex,
      committedOffset: 3n,
      committedLeaderEpoch: 1,
      committedMetadata,
    });
    await commit(scene, 'a', 8, { groupId: '' });
    await scene.ask('admin', 'OffsetFetch', 7, { groupId: '', topics: null });
    await scene.ask('admin', 'OffsetFetch', 9, { groups: [{ groupId: '', topics: null }] });
    await scene.ask('admin', 'DeleteGroups', 2, { groupsNames: [''] });
    await commit(scene, 'a', 8, { topics: [] });
    await describe(scene);
    await commit(scene, 'a', 8, { topics: [{ name: 't', partitions: [part(1), part(-1)] }] });
    await describe(scene);
    await commit(scene, 'a', 8, { topics: [{ name: 'unknown', partitions: [part(0)] }] });
    await commit(scene, 'a', 8, {
      topics: [
        { name: 'unknown', partitions: [part(0)] },
        { name: 't', partitions: [part(1), part(0, null)] },
      ],
    });
    await fetch(scene, 9, null);
    const long = 'é'.repeat(2_500);
    await commit(scene, 'a', 8, { topics: [{ name: 't', partitions: [part(0, long)] }] });
    const longer = 'é'.repeat(4_097);
    await commit(scene, 'a', 8, { topics: [{ name: 't', partitions: [part(0, longer)] }] });
    const negative = { ...part(0), committedOffset: -1n };
    await commit(scene, 'a', 8, { topics: [{ name: 't', partitions: [negative] }] });
    await fetch(scene, 9, [{ name: 't', partitionIndexes: [0] }]);
    await commit(scene, 'a', 10, {
      topics: [
        { topicId: scene.topicId, partitions: [part(1), part(0)] },
        { topicId: 'iQugrgK6yxB4q7VBrh0K3w', partitions: [part(0)] },
      ],
    });
    await commit(scene, 'a', 9, { generationIdOrMemberEpoch: 3, memberId: 'x' });
    await commit(scene, 'a', 8, { generationIdOrMemberEpoch: 3, memberId: 'x' });
    await commit(scene, 'a', 8, { memberId: 'x' });
    await commit(scene, 'a', 8, { groupInstanceId: 'i' });
    await describe(scene);
    const topics = ['unknown', 't'].map((name) => ({
      name,
      partitions: [{ partitionIndex: 0 }, { partitionIndex: 1 }],
    }));
    await scene.ask('admin', 'OffsetDelete', 0, { groupId: scene.group, topics });
    await fetch(scene, 9, null);
    await scene.ask('admin', 'OffsetDelete', 0, { groupId: scene.group, topics });
    await scene.ask('admin', 'DeleteGroups', 2, { groupsNames: [scene.group] });
    await describe(scene);
  },

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

  async listed(scene) {
    const view = ({ errorCode, groups }: Answer) => ({
      errorCode,
      groups: groups.filter(({ groupId }: Answer) => groupId === scene.group),
    });
    const list = (version: number, request: object = {}) =>
      scene.ask('admin', 'ListGroups', version, request, view);
    await list(5);
    await commit(scene, 'a', 8);
    for (let version = 0; version <= 5; version++) await list(version);
    const joining = join(scene, 'a', 1);
    await scene.sleep(100);
    await list(5);
    await list(4, { statesFilter: ['PreparingRebalance'] });
    await list(4, { statesFilter: ['preparingrebalance', 'Stable'] });
    await list(4, { statesFilter: ['Stable'] });
    await list(5, { statesFilter: ['nonsense'] });
    await list(5, { statesFilter: [], typesFilter: ['classic'] });
    await list(5, { statesFilter: [], typesFilter: ['Classic', 'consumer'] });
    await list(5, { statesFilter: [], typesFilter: ['consumer'] });
    await list(5, { statesFilter: [], typesFilter: ['nonsense'] });
    await list(5, { statesFilter: ['Stable'], typesFilter: ['classic'] });
    await scene.sleep(INITIAL_DELAY_MS);
    await joining;
    await list(5, { statesFilter: ['CompletingRebalance'], typesFilter: [] });
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

  async subscribed(scene) {
    // A subscription of version 1 to topic `t`, as the consumer protocol has it.
    const subscription = bytes(0, 1, 0, 0, 0, 1, 0, 1, 116, 255, 255, 255, 255, 0, 0, 0, 0);
    const protocols = [{ name: 'range', metadata: subscription }];
    const joining = join(scene, 'a', 1, { protocols });
    await scene.sleep(INITIAL_DELAY_MS);
    const { memberId, generationId, members } = await joining;
    const remove = () =>
      scene.ask('admin', 'OffsetDelete', 0, {
        groupId: scene.group,
        topics: [{ name: 't', partitions: [{ partitionIndex: 0 }] }],
      });
    await remove();
    await sync(scene, 'a', 1, { memberId, generationId, members });
    await commit(scene, 'a', 8, { memberId, generationIdOrMemberEpoch: generationId });
    await remove();
    await fetch(scene, 9, null);
    await leave(scene, 'a', [{ memberId }]);
    await remove();
    await fetch(scene, 9, null);
    await scene.ask('admin', 'DeleteGroups', 2, { groupsNames: [scene.group, scene.group] });
  },

  async otherProtocolType(scene) {
    const joining = join(scene, 'a', 1, { protocolType: 'connect' });
    await scene.sleep(INITIAL_DELAY_MS);
    const joined = await joining;
    await sync(scene, 'a', 1, joined);
    const { memberId, generationId } = joined;
    await commit(scene, 'a', 8, { memberId, generationIdOrMemberEpoch: generationId });
    const topics = [{ name: 't', partitions: [{ partitionIndex: 0 }] }];
    await scene.ask('admin', 'OffsetDelete', 0, { groupId: scene.group, topics });
    await leave(scene, 'a', [{ memberId }]);
    await scene.ask('admin', 'OffsetDelete', 0, { groupId: scene.group, topics });
    await describe(scene);
    const other = join(scene, 'b', 1, { protocolType: 'consumer' });
    await scene.sleep(INITIAL_DELAY_MS);
    await other;
    await describe(scene);
  },

  async deletedWhileJoining(scene) {
    const { memberId } = await join(scene, 'a', 9);
    await describe(scene);
    await scene.ask('admin', 'DeleteGroups', 2, { groupsNames: [scene.group] });
    await join(scene, 'a', 9, { memberId });
    const joining = join(scene, 'a', 1);
    await scene.noteWaiting('a', joining);
    await scene.ask('admin', 'DeleteGroups', 2, { groupsNames: [scene.group] });
    await scene.sleep(INITIAL_DELAY_MS);
    await joining;
  },

  async withRetention(scene) {
    for (const version of [2, 3, 4]) {
      const named = { groupId: `${scene.group}${version}`, retentionTimeMs: 3_600_000n };
      await commit(scene, 'a', version, named);
      const groups = [{ groupId: named.groupId, topics: null }];
      await scene.ask('admin', 'OffsetFetch', 9, { groups, requireStable: true });
    }
  },

  async allowedOperations(scene) {
    await commit(scene, 'a', 8);
    for (const version of [3, 5, 6]) {
      const groups = [scene.group, 'nobody'];
      const request = { groups, includeAuthorizedOperations: true };
      await scene.ask('admin', 'DescribeGroups', version, request);
    }
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
