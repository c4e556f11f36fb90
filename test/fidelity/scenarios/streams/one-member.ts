import type { Answer, Scenario, Scene } from '../../scene.ts';
import { stored } from './stored-records.ts';
import { configured, coordinated, describing, heartbeats, seen } from './streams-group.ts';
import { beat, joining, reading, task, tasks } from './streams-requests.ts';

export const oneMember: Scenario = async (scene) => {
  const group = 'streams-one';
  await coordinated(scene, group);
  await configured(scene, group, {});
  await scene.create('streams-one-in', { partitions: 3 });
  await seen(scene, group, 'streams-one-in');
  const ask = heartbeats(scene);
  const join = beat(group, 'm1', 0, joining(reading(['streams-one-in'])));
  await ask('joins', join);
  const describe = describing(scene, group);
  for (const version of [0, 1]) await describe('of one', version);
  await describe('with more', 1, {
    ...{ includeAuthorizedOperations: true, includeTopologyDescription: true },
  });
  const own = tasks([task('0', 0, 1, 2)]);
  await ask('owns them', beat(group, 'm1', 2, own));
  await ask('nothing new', beat(group, 'm1', 2));
  await ask(
    'the epoch before, owning them',
    beat(group, 'm1', 0, joining(reading(['streams-one-in']))),
  );
  await ask('an epoch behind', beat(group, 'm1', 1, own));
  await ask('an epoch to come', beat(group, 'm1', 3, own));
  await ask('unknown member', beat(group, 'm9', 2));
  await ask('unknown member leaves', beat(group, 'm9', -1));
  await ask('unknown instance', beat(group, 'm1', 2, { instanceId: 'i' }));
  await ask('unknown instance leaves', beat(group, 'm1', -1, { instanceId: 'i' }));
  await ask('no such subtopology', beat(group, 'm1', 2, tasks([task('7', 0)])));
  await ask('no such task', beat(group, 'm1', 2, tasks([task('0', 3)])));
  await ask('task below', beat(group, 'm1', 2, tasks([], [task('0', -1)])));
  await ask('no such warm-up', beat(group, 'm1', 2, tasks([], [], [task('0', 9)])));
  await ask('in version 0', join);
  await heartbeats(scene, 0)('version 0', beat(group, 'm1', 2, own));
  const offsets = (offset: bigint) => [{ subtopologyId: '0', partition: 1, offset }];
  const told = { taskOffsets: offsets(5n), taskEndOffsets: offsets(9n) };
  await ask('tells offsets', beat(group, 'm1', 2, told));
  await ask('another rack', beat(group, 'm1', 2, { rackId: 'r', ...own }));
  await ask('another timeout', beat(group, 'm1', 3, { rebalanceTimeoutMs: 5_000, ...own }));
  const tags = { clientTags: [{ key: 'zone', value: 'z' }] };
  await ask('other tags', beat(group, 'm1', 4, { ...tags, ...own }));
  await ask('another process', beat(group, 'm1', 5, { processId: 'p2', ...own }));
  await describe('changed');
  await asOthersSeeIt(scene, group, 'streams-one-in', 6);
  await ask('wants a shutdown', beat(group, 'm1', 6, { shutdownApplication: true, ...own }));
  await ask('after that', beat(group, 'm1', 6, own));
  await ask('leaves', beat(group, 'm1', -1));
  await ask('left', beat(group, 'm1', 6));
  await describe('empty');
  await ask('joins again', join);
  await ask('leaves again', beat(group, 'm1', -1));
  await scene.ask('empty', 'OffsetDelete', 0, {
    groupId: group,
    topics: [{ name: 'streams-one-in', partitions: [{ partitionIndex: 0 }] }],
  });
  await scene.ask('empty', 'DeleteGroups', 2, { groupsNames: [group] });
  await describe('deleted');
  await stored(scene, 'its life', group);
};

/** What requests that are not of streams groups alone say of one. */
async function asOthersSeeIt(
  scene: Scene,
  groupId: string,
  topic: string,
  epoch: number,
): Promise<void> {
  const ofThis = (answer: Answer): Answer => ({
    ...answer,
    groups: answer.groups.filter((each: Answer) => each.groupId === groupId),
  });
  for (const version of [4, 5]) {
    const request = { statesFilter: [], typesFilter: version > 4 ? ['streams'] : [] };
    await scene.ask('listed', 'ListGroups', version, request, { view: ofThis });
  }
  const empty = { statesFilter: ['Empty'], typesFilter: ['streams'] };
  await scene.ask('in a state', 'ListGroups', 5, empty, { view: ofThis });
  const groups = { groups: [groupId], includeAuthorizedOperations: false };
  for (const version of [5, 6]) await scene.ask('as classic', 'DescribeGroups', version, groups);
  await scene.ask('as consumer', 'ConsumerGroupDescribe', 1, {
    ...{ groupIds: [groupId], includeAuthorizedOperations: false },
  });
  const join = {
    ...{ groupId, memberId: '', protocolType: 'consumer' },
    ...{ sessionTimeoutMs: 600_000, rebalanceTimeoutMs: 600_000 },
    protocols: [{ name: 'range', metadata: new Uint8Array(0) }],
  };
  await scene.ask('as classic', 'JoinGroup', 9, join, {
    view: ({ memberId: _, ...answer }: Answer) => answer,
  });
  const commit = (memberId: string, memberEpoch: number) => ({
    ...{ groupId, memberId, generationIdOrMemberEpoch: memberEpoch },
    topics: [
      {
        name: topic,
        partitions: [{ partitionIndex: 0, committedOffset: 1n, committedMetadata: '' }],
      },
    ],
  });
  for (const version of [8, 9]) {
    await scene.ask('nobody', 'OffsetCommit', version, commit('', -1));
    await scene.ask('unknown member', 'OffsetCommit', version, commit('m9', epoch));
    await scene.ask('its epoch', 'OffsetCommit', version, commit('m1', epoch));
    await scene.ask('since it was assigned', 'OffsetCommit', version, commit('m1', epoch - 1));
    await scene.ask('before it was assigned', 'OffsetCommit', version, commit('m1', 1));
    await scene.ask('to come', 'OffsetCommit', version, commit('m1', epoch + 1));
  }
  const fetch = (memberId: string | null, memberEpoch: number) => ({
    groups: [{ groupId, memberId, memberEpoch, topics: null }],
    requireStable: false,
  });
  await scene.ask('anybody', 'OffsetFetch', 9, fetch(null, -1));
  await scene.ask('its epoch', 'OffsetFetch', 9, fetch('m1', epoch));
  await scene.ask('an older epoch', 'OffsetFetch', 9, fetch('m1', epoch - 1));
  await scene.ask('unknown member', 'OffsetFetch', 9, fetch('m9', epoch));
  await scene.ask('what it reads', 'OffsetDelete', 0, {
    ...{ groupId, topics: [{ name: topic, partitions: [{ partitionIndex: 0 }] }] },
  });
  await scene.ask('with members', 'DeleteGroups', 2, { groupsNames: [groupId] });
}
