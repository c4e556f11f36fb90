import type { Scenario } from '../../scene.ts';
import { stored } from './stored-records.ts';
import { configured, coordinated, describing, heartbeats, seen } from './streams-group.ts';
import { beat, joining, reading, task, tasks } from './streams-requests.ts';

export const twoMembers: Scenario = async (scene) => {
  const group = 'streams-two';
  await coordinated(scene, group);
  await configured(scene, group, {});
  await scene.create('streams-two-in', { partitions: 4 });
  await seen(scene, group, 'streams-two-in');
  const ask = heartbeats(scene);
  const topology = reading(['streams-two-in']);
  const describe = describing(scene, group);
  await ask('joins', beat(group, 'm1', 0, joining(topology)));
  const all = tasks([task('0', 0, 1, 2, 3)]);
  await ask('owns all', beat(group, 'm1', 2, all));
  await ask('another joins', beat(group, 'm2', 0, joining(topology, { processId: 'p2' })));
  await describe('while one has too many');
  await ask('the other waits', beat(group, 'm2', 3, tasks()));
  const first = await ask('has to give up', beat(group, 'm1', 2, all));
  await describe('while it gives up');
  await ask('does not say', beat(group, 'm1', 2));
  await ask('owns all still', beat(group, 'm1', 2, all));
  const kept = first.activeTasks[0].partitions as number[];
  const mine = tasks([task('0', ...kept)]);
  const others = tasks([task('0', ...[0, 1, 2, 3].filter((each) => !kept.includes(each)))]);
  await ask('gave up', beat(group, 'm1', 2, mine));
  await ask('the other gets them', beat(group, 'm2', 3, tasks()));
  await ask('the answer was lost', beat(group, 'm2', 2, others));
  await ask('both have theirs', beat(group, 'm2', 3, others));
  await describe('both have theirs');
  const commit = (partitions: readonly number[]) => ({
    ...{ groupId: group, memberId: 'm1', generationIdOrMemberEpoch: 2 },
    topics: [
      {
        name: 'streams-two-in',
        partitions: partitions.map((partitionIndex) => ({
          ...{ partitionIndex, committedOffset: 1n, committedMetadata: '' },
        })),
      },
    ],
  });
  await scene.ask('of the other too', 'OffsetCommit', 9, commit([0, 2]));
  await scene.ask('of its own', 'OffsetCommit', 9, commit([0, 1]));
  await ask('one leaves', beat(group, 'm1', -1));
  await ask('the other gets more', beat(group, 'm2', 3, others));
  await ask('and has them', beat(group, 'm2', 4, all));
  await describe('one alone');
  await ask(
    'a second of the process',
    beat(group, 'm3', 0, joining(topology, { processId: 'p2' })),
  );
  await ask('the first gives up', beat(group, 'm2', 4, all));
  await ask('gives up at last', beat(group, 'm2', 4, tasks([task('0', 0, 1)])));
  await describe('two of a process');
  await ask('leave', beat(group, 'm2', -1));
  await ask('all', beat(group, 'm3', -1));
  await stored(scene, 'their lives', group);
};

export const staticMembers: Scenario = async (scene) => {
  const group = 'streams-static';
  await coordinated(scene, group);
  await configured(scene, group, {});
  await scene.create('streams-static-in', { partitions: 2 });
  await seen(scene, group, 'streams-static-in');
  const ask = heartbeats(scene);
  const topology = reading(['streams-static-in']);
  const describe = describing(scene, group);
  const as = (change: object) => ({ instanceId: 'i1', ...change });
  const own = tasks([task('0', 0, 1)]);
  await ask('joins', beat(group, 'm1', 0, as(joining(topology))));
  await ask('owns them', beat(group, 'm1', 2, as(own)));
  await ask('another with its id', beat(group, 'm2', 0, as(joining(topology))));
  await ask('fenced', beat(group, 'm2', 2, as(own)));
  await ask('fenced leaves', beat(group, 'm2', -1, as({})));
  await ask('fenced goes', beat(group, 'm2', -2, as({})));
  await ask('without its id', beat(group, 'm1', 2, own));
  await ask('goes', beat(group, 'm1', -2, as({})));
  await describe('gone');
  await ask('is back', beat(group, 'm2', 0, as(joining(topology))));
  await describe('back');
  await ask('the old one', beat(group, 'm1', 2, as(own)));
  await ask('as it was', beat(group, 'm2', 2, as(own)));
  await ask('goes again', beat(group, 'm2', -2, as({})));
  await ask('is back in another process', {
    ...beat(group, 'm3', 0, as(joining(topology, { processId: 'p3' }))),
  });
  await ask('has them', beat(group, 'm3', 3, as(own)));
  await ask('leaves', beat(group, 'm3', -1, as({})));
  await describe('left');
  await stored(scene, 'its life', group);
};
