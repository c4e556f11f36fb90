import type { Scenario } from '../../scene.ts';
import { stored } from './stored-records.ts';
import { configured, coordinated, describing, heartbeats, seen, until } from './streams-group.ts';
import { beat, copartitioned, joining, reading, subtopology, tasks } from './streams-requests.ts';

export const topologies: Scenario = async (scene) => {
  const [group, missing, odd] = ['streams-topology', 'streams-missing', 'streams-odd'];
  const much = 'streams-much';
  await coordinated(scene, group as string, missing as string, odd as string, much);
  for (const each of [group, missing, odd, much]) await configured(scene, each as string, {});
  await scene.create('streams-topology-a', { partitions: 2 });
  await scene.create('streams-topology-b', { partitions: 3 });
  for (const each of [group, missing, odd, much]) {
    await seen(scene, each as string, 'streams-topology-a', 'streams-topology-b');
  }
  const ask = heartbeats(scene);
  const join = (groupId: string | undefined, memberId: string, topology: object) =>
    beat(groupId as string, memberId, 0, joining(topology, { processId: memberId }));
  await ask('joins', join(group, 'm1', reading(['streams-topology-a'], 4)));
  await ask('an older topology', join(group, 'm2', reading(['streams-topology-b'], 3)));
  await ask('is stale still', beat(group as string, 'm2', 3, tasks()));
  await ask('a newer topology', join(group, 'm3', reading(['streams-topology-a'], 5)));
  await ask('another topology', join(group, 'm3', reading(['streams-topology-b'], 4)));
  await describing(scene, group as string)('stale');
  await ask('nothing there', join(missing, 'm1', reading(['streams-gone-b', 'streams-gone-a'])));
  await ask('still nothing', beat(missing as string, 'm1', 2, tasks()));
  await describing(scene, missing as string)('nothing there');
  const many = ['e', 'd', 'c', 'b', 'a'].map((each) => `streams-gone-${each}`);
  await ask('much is missing', join(much, 'm1', reading(many)));
  const both = ['streams-topology-a', 'streams-topology-b'];
  const copartitionGroups = [copartitioned([0, 1])];
  const together = {
    epoch: 0,
    subtopologies: [subtopology('0', { sourceTopics: both, copartitionGroups })],
  };
  await ask('not copartitioned', join(odd, 'm1', together));
  await describing(scene, odd as string)('not copartitioned');
  await scene.create('streams-gone-a', { partitions: 1 });
  await scene.create('streams-gone-b', { partitions: 2 });
  await until(
    scene,
    beat(missing as string, 'm1', 2, tasks()),
    ({ status }) => status.length === 0,
  );
  await describing(scene, missing as string)('there by now');
  for (const each of [group, missing, odd]) await stored(scene, 'stored', each as string);
};
