import type { Answer, Scene } from './scene.ts';

export type Scenario = (scene: Scene) => Promise<void>;

/** A little longer than the delay the brokers have for a group's first rebalance. */
export const INITIAL_DELAY_MS = 600;
export const bytes = (...values: number[]) => new Uint8Array(values);
export const range = (...metadata: number[]) => [{ name: 'range', metadata: bytes(...metadata) }];

export function join(scene: Scene, client: string, version: number, change: object = {}) {
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
export async function joinTwice(
  scene: Scene,
  client: string,
  version: number,
  change: object = {},
) {
  const { memberId } = await join(scene, client, version, change);
  return { memberId, joined: join(scene, client, version, { ...change, memberId }) };
}

export function sync(
  scene: Scene,
  client: string,
  version: number,
  joined: Answer,
  change: object = {},
) {
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

export function beat(scene: Scene, client: string, joined: Answer, change: object = {}) {
  const { generationId, memberId } = joined;
  const request = { groupId: scene.group, generationId, memberId, ...change };
  return scene.ask(client, 'Heartbeat', 4, request);
}

export function describe(scene: Scene, version = 6, groups = [scene.group]) {
  return scene.ask('admin', 'DescribeGroups', version, { groups });
}

export function leave(scene: Scene, client: string, members: object[]) {
  return scene.ask(client, 'LeaveGroup', 5, { groupId: scene.group, members });
}

export function commit(scene: Scene, client: string, version: number, change: object = {}) {
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

export function fetch(scene: Scene, version: number, topics: object[] | null) {
  const { group: groupId } = scene;
  const request = version >= 8 ? { groups: [{ groupId, topics }] } : { groupId, topics };
  return scene.ask('admin', 'OffsetFetch', version, request);
}

/** A stable group of two dynamic members, a (the leader) and b. */
export async function stablePair(scene: Scene) {
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
export async function stableStatic(scene: Scene, version = 9) {
  const joining = join(scene, 'a', version, { groupInstanceId: 'i1' });
  await scene.sleep(INITIAL_DELAY_MS);
  const joined = await joining;
  await sync(scene, 'a', 5, joined, { groupInstanceId: 'i1' });
  return joined;
}
