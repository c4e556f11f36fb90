import { expect, test } from 'vitest';
import { MemoryLogStore } from '../../../src/adapters/memory/memory-log-store.ts';
import { turn } from '../coordinator/fake-coordinator-topic.ts';
import { LogsOfGroups } from './logs-of-groups.ts';

const NONE = 0;

async function reopened(broker: LogsOfGroups, store: MemoryLogStore): Promise<LogsOfGroups> {
  await broker.close();
  return LogsOfGroups.open(store);
}

test('a group lives through a restart: its members, its assignment, its offsets', async () => {
  const store = new MemoryLogStore();
  const first = await LogsOfGroups.open(store);
  await first.createTopic('t');
  const { memberId, generationId, errorCode } = await first.join();
  expect([errorCode, generationId]).toEqual([NONE, 1]);
  const member = { groupId: 'g', generationId, memberId, groupInstanceId: 'i' };
  const assignments = [{ memberId, assignment: new Uint8Array([7]) }];
  const synced = await first.ask('SyncGroup', 4, { ...member, assignments });
  expect(synced.assignment).toEqual(new Uint8Array([7]));
  const partitions = [{ partitionIndex: 0, committedOffset: 5n, committedMetadata: 'm' }];
  await first.ask('OffsetCommit', 8, {
    groupId: 'g',
    memberId,
    groupInstanceId: 'i',
    generationIdOrMemberEpoch: generationId,
    topics: [{ name: 't', partitions }],
  });
  const before = await first.ask('DescribeGroups', 6, { groups: ['g'] });
  expect(before.groups[0].groupState).toBe('Stable');

  const second = await reopened(first, store);
  expect(await second.ask('DescribeGroups', 6, { groups: ['g'] })).toEqual(before);
  expect((await second.ask('Heartbeat', 4, member)).errorCode).toBe(NONE);
  const again = await second.ask('SyncGroup', 4, { ...member, assignments: [] });
  expect(again).toMatchObject({ errorCode: NONE, assignment: new Uint8Array([7]) });
  expect(await second.fetched()).toEqual({ t: 5n });

  // Nobody is heard of again: the members' sessions run from the restart.
  await second.time.advance(11_000);
  const third = await reopened(second, store);
  const after = await third.ask('DescribeGroups', 6, { groups: ['g'] });
  expect(after.groups[0]).toMatchObject({ groupState: 'Empty', members: [] });
  expect(await third.fetched()).toEqual({ t: 5n });
  expect(await third.join()).toMatchObject({ errorCode: NONE, generationId: 3 });
  await third.close();
});

test('every group is found in its own partition again', async () => {
  const store = new MemoryLogStore();
  const first = await LogsOfGroups.open(store);
  await first.createTopic('t');
  const ids = Array.from({ length: 30 }, (_, index) => `group-${index}`);
  await Promise.all(ids.map((id, index) => first.commit('t', BigInt(index), id)));
  const used = [0, 1, 2].map((partition) => first.topic.log(partition)?.logEndOffset);
  expect(used.every((end) => end !== undefined && end > 0n)).toBe(true);
  const second = await reopened(first, store);
  for (const [index, id] of ids.entries()) {
    expect(await second.fetched(id)).toEqual({ t: BigInt(index) });
  }
  await second.close();
});

test('deleted offsets and groups stay deleted', async () => {
  const store = new MemoryLogStore();
  const first = await LogsOfGroups.open(store);
  await first.createTopic('t');
  await first.createTopic('u');
  for (const group of ['g', 'h']) {
    await first.commit('t', 1n, group);
    await first.commit('u', 2n, group);
  }
  const topics = [{ name: 't', partitions: [{ partitionIndex: 0 }] }];
  await first.ask('OffsetDelete', 0, { groupId: 'g', topics });
  const deleted = await first.ask('DeleteGroups', 2, { groupsNames: ['h'] });
  expect(deleted.results[0].errorCode).toBe(NONE);
  const second = await reopened(first, store);
  expect(await second.fetched('g')).toEqual({ u: 2n });
  const { groups } = await second.ask('ListGroups', 5, { statesFilter: [], typesFilter: [] });
  expect(groups.map(({ groupId }: { groupId: string }) => groupId)).toEqual(['g']);
  await second.close();
});

test("a deleted topic's offsets are not those of the next topic of its name", async () => {
  const store = new MemoryLogStore();
  const first = await LogsOfGroups.open(store);
  await first.createTopic('t');
  await first.createTopic('u');
  await first.commit('t', 1n);
  await first.commit('u', 2n);
  await first.topics.deleteTopics([{ name: 't', id: null }]);
  await turn();
  expect(await first.fetched()).toEqual({ u: 2n });
  await first.createTopic('t');
  const second = await reopened(first, store);
  expect(await second.fetched()).toEqual({ u: 2n });
  await second.close();
});

test('nor when the broker stops before it could forget them', async () => {
  const store = new MemoryLogStore();
  const first = await LogsOfGroups.open(store);
  const id = await first.createTopic('t');
  await first.commit('t', 1n);
  await first.groups.close();
  await first.topics.deleteTopics([{ name: null, id }]);
  await first.createTopic('t');
  const second = await reopened(first, store);
  await turn();
  expect(await second.fetched()).toEqual({});
  await second.close();
});

test('offsets expire with their group, and are gone from the log too', async () => {
  const store = new MemoryLogStore();
  const first = await LogsOfGroups.open(store);
  await first.createTopic('t');
  await first.commit('t', 1n);
  await first.time.advance(7 * 86_400_000 + 600_000);
  await turn();
  expect(await first.fetched()).toEqual({});
  const second = await reopened(first, store);
  expect(await second.fetched()).toEqual({});
  const { groups } = await second.ask('ListGroups', 5, { statesFilter: [], typesFilter: [] });
  expect(groups).toEqual([]);
  await second.close();
});
