import { describe, expect, test } from 'vitest';
import { KafkaError } from '../../../src/domain/kafka-error.ts';
import { FakeTopic, turn } from '../coordinator/fake-coordinator-topic.ts';
import { GroupBroker, TOPIC_ID } from './group-broker.ts';

const NONE = 0;

describe('offsets, every version', () => {
  test.each([2, 3, 4, 5, 6, 7, 8, 9, 10])('OffsetCommit %i is stored', async (version) => {
    const broker = new GroupBroker();
    const answer = await broker.commit(version);
    expect(answer.topics[0].partitions).toEqual([{ partitionIndex: 0, errorCode: NONE }]);
    expect(broker.batches).toBe(1);
  });

  test.each([1, 2, 3, 4, 5, 6, 7])('OffsetFetch %i, one group', async (version) => {
    const broker = new GroupBroker();
    await broker.commit(5);
    const topics = [{ name: 't', partitionIndexes: [1, 0] }];
    const answer = await broker.ask('OffsetFetch', version, { groupId: 'g', topics });
    expect(answer.topics[0].partitions).toMatchObject([
      { partitionIndex: 1, committedOffset: -1n, metadata: '', errorCode: NONE },
      { partitionIndex: 0, committedOffset: 5n, metadata: 'm', errorCode: NONE },
    ]);
    if (version < 2) return;
    const all = await broker.ask('OffsetFetch', version, { groupId: 'g', topics: null });
    expect(all.topics).toMatchObject([{ name: 't', partitions: [{ committedOffset: 5n }] }]);
  });

  test.each([8, 9, 10])('OffsetFetch %i, several groups', async (version) => {
    const broker = new GroupBroker();
    await broker.commit(version);
    const named = version >= 10 ? { topicId: TOPIC_ID } : { name: 't' };
    const groups = [
      { groupId: 'g', topics: null },
      { groupId: 'other', topics: [{ ...named, partitionIndexes: [0] }] },
    ];
    const answer = await broker.ask('OffsetFetch', version, { groups });
    expect(answer.groups[0].topics).toMatchObject([
      { ...named, partitions: [{ committedOffset: 5n }] },
    ]);
    expect(answer.groups[1]).toMatchObject({
      groupId: 'other',
      errorCode: NONE,
      topics: [{ partitions: [{ committedOffset: -1n }] }],
    });
  });

  test('unknown topics fail by themselves, in the order of the request', async () => {
    const broker = new GroupBroker();
    const partitions = [{ partitionIndex: 0, committedOffset: 1n, committedMetadata: null }];
    const topics = [
      { name: 'no', partitions },
      { name: 't', partitions },
    ];
    const answer = await broker.commit(8, { topics });
    expect(answer.topics).toMatchObject([
      { name: 'no', partitions: [{ errorCode: 3 }] },
      { name: 't', partitions: [{ errorCode: NONE }] },
    ]);
    const byId = [{ topicId: 'iQugrgK6yxB4q7VBrh0K3w', partitions }];
    const unknown = await broker.commit(10, { topics: byId });
    expect(unknown.topics[0].partitions[0].errorCode).toBe(100);
  });

  test('OffsetDelete', async () => {
    const broker = new GroupBroker();
    const topics = [{ name: 't', partitions: [{ partitionIndex: 0 }] }];
    const request = { groupId: 'g', topics };
    expect((await broker.ask('OffsetDelete', 0, request)).errorCode).toBe(69);
    await broker.commit(8);
    expect(await broker.ask('OffsetDelete', 0, request)).toMatchObject({
      errorCode: NONE,
      topics: [{}],
    });
    expect(
      (
        await broker.groups.fetchOffsets({
          groupId: 'g',
          byTopicId: false,
          requireStable: false,
          topics: null,
        })
      ).topics,
    ).toEqual([]);
  });
});

describe('the runtime', () => {
  test('commits of one turn share a batch, and are answered once it is stored', async () => {
    const broker = new GroupBroker(new FakeTopic(1, true));
    await broker.groups.open();
    const log = broker.topic.logs[0]!;
    let open = () => {};
    log.gate = new Promise((resolve) => {
      open = resolve;
    });
    let answered = 0;
    const commits = Array.from({ length: 100 }, () => broker.commit(8).then(() => answered++));
    await turn();
    expect([log.batches.length, log.logEndOffset, answered]).toEqual([1, 100n, 0]);
    open();
    await Promise.all(commits);
    expect(answered).toBe(100);
  });

  test('a failed append is told and nothing of it is kept', async () => {
    const broker = new GroupBroker(new FakeTopic(1, true));
    broker.topic.logs[0]!.failure = new KafkaError('KAFKA_STORAGE_ERROR');
    expect((await broker.commit(8)).topics[0].partitions[0].errorCode).toBe(16);
    broker.topic.logs[0]!.failure = undefined;
    expect((await broker.commit(8)).topics[0].partitions[0].errorCode).toBe(NONE);
  });

  test('another broker on the same logs knows the groups', async () => {
    const broker = new GroupBroker();
    await broker.commit(10);
    await broker.groups.close();
    const next = new GroupBroker(broker.topic);
    await next.groups.open();
    const before = await broker.groups.fetchOffsets({
      groupId: 'g',
      byTopicId: false,
      requireStable: false,
      topics: null,
    });
    expect(before.error).toBe('COORDINATOR_NOT_AVAILABLE');
    const answer = await next.ask('OffsetFetch', 5, { groupId: 'g', topics: null });
    expect(answer.topics).toMatchObject([{ name: 't', partitions: [{ committedOffset: 5n }] }]);
  });

  test('while loading it says so, and heartbeats pass', async () => {
    const broker = new GroupBroker();
    await broker.commit(8);
    const next = new GroupBroker(broker.topic);
    const loading = next.groups.open();
    const heartbeat = { groupId: 'g', generationId: 1, memberId: 'm' };
    const [commit, beat, list] = await Promise.all([
      next.commit(8),
      next.ask('Heartbeat', 4, heartbeat),
      next.ask('ListGroups', 5, { statesFilter: [], typesFilter: [] }),
    ]);
    expect([commit.topics[0].partitions[0].errorCode, beat.errorCode, list.errorCode]).toEqual([
      14,
      NONE,
      14,
    ]);
    await loading;
    expect((await next.commit(8)).topics[0].partitions[0].errorCode).toBe(NONE);
  });

  test('closing stops the timers and lets nobody wait', async () => {
    const broker = new GroupBroker();
    const joining = broker.ask('JoinGroup', 2, joinRequest());
    await turn();
    await broker.groups.close();
    expect((await joining).errorCode).toBe(16);
    expect(broker.time.pendingTimers).toBe(0);
  });

  test('without its topic there is no coordinator', async () => {
    const broker = new GroupBroker();
    broker.topic.failure = new Error('no');
    const answer = await broker.ask('FindCoordinator', 4, { coordinatorKeys: ['g'] });
    expect(answer.coordinators).toMatchObject([{ key: 'g', nodeId: -1, errorCode: 15 }]);
    broker.topic.failure = undefined;
    expect((await broker.ask('FindCoordinator', 0, { key: 'g' })).nodeId).toBe(1);
  });
});

function joinRequest(change: object = {}) {
  return {
    groupId: 'g',
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 10_000,
    memberId: '',
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: new Uint8Array([1]) }],
    ...change,
  };
}

test.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])('JoinGroup %i through to LeaveGroup', async (version) => {
  const broker = new GroupBroker();
  const { rebalanceTimeoutMs, ...first } = joinRequest();
  const request = version === 0 ? first : { ...first, rebalanceTimeoutMs };
  let joining = broker.ask('JoinGroup', version, request);
  if (version >= 4) {
    const told = await joining;
    expect(told).toMatchObject({ errorCode: 79, protocolName: version >= 7 ? null : '' });
    joining = broker.ask('JoinGroup', version, { ...request, memberId: told.memberId });
  }
  await turn();
  await broker.time.advance(3_000);
  const { memberId, generationId, errorCode, members, protocolName } = await joining;
  expect([errorCode, generationId, members.length, protocolName]).toEqual([NONE, 1, 1, 'range']);
  const sync = await broker.ask('SyncGroup', Math.min(version, 5), {
    groupId: 'g',
    generationId,
    memberId,
    assignments: [{ memberId, assignment: new Uint8Array([7]) }],
    ...(version >= 5 ? { protocolType: 'consumer', protocolName } : {}),
  });
  expect(sync).toMatchObject({ errorCode: NONE, assignment: new Uint8Array([7]) });
  const beat = await broker.ask('Heartbeat', Math.min(version, 4), {
    groupId: 'g',
    generationId,
    memberId,
  });
  expect(beat.errorCode).toBe(NONE);
  const described = await broker.ask('DescribeGroups', Math.min(version, 6), {
    groups: ['g', 'no'],
    includeAuthorizedOperations: false,
  });
  expect(described.groups).toMatchObject([
    { groupState: 'Stable', protocolData: 'range', members: [{ memberId, clientId: 'c' }] },
    { groupState: 'Dead', errorCode: version >= 6 ? 69 : NONE, members: [] },
  ]);
  const leaving = version < 3 ? { memberId } : { members: [{ memberId }] };
  const left = await broker.ask('LeaveGroup', Math.min(version, 5), { groupId: 'g', ...leaving });
  expect(left.errorCode).toBe(NONE);
  await turn();
  const filter = { statesFilter: ['empty'], typesFilter: ['Classic'] };
  const listed = await broker.ask('ListGroups', 5, filter);
  expect(listed.groups).toMatchObject([
    { groupId: 'g', groupState: 'Empty', groupType: 'classic' },
  ]);
  const deleted = await broker.ask('DeleteGroups', 2, { groupsNames: ['g', 'no'] });
  expect(deleted.results.map((one: { errorCode: number }) => one.errorCode)).toEqual([NONE, 69]);
});

test.each([0, 1, 2, 3, 4, 5, 6])('FindCoordinator %i', async (version) => {
  const broker = new GroupBroker();
  const keys = version >= 4 ? { coordinatorKeys: ['g'] } : { key: 'g' };
  const answer = await broker.ask('FindCoordinator', version, keys);
  const found = version >= 4 ? answer.coordinators[0] : answer;
  expect(found).toMatchObject({ errorCode: NONE, nodeId: 1, host: 'localhost', port: 9092 });
  if (version < 4) return;
  const share = { keyType: 2, coordinatorKeys: [`g:${TOPIC_ID}:0`, 'bad'] };
  const shared = await broker.ask('FindCoordinator', version, share);
  const codes = shared.coordinators.map((one: { errorCode: number }) => one.errorCode);
  expect(codes).toEqual([version < 6 ? 42 : NONE, 42]);
});
