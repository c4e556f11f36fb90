import type { Answer, Scenario, Scene } from '../../scene.ts';
import { stored } from './stored-records.ts';
import { configured, coordinated, describing, heartbeats, seen } from './streams-group.ts';
import { beat, internal, joining, reading, subtopology, task, tasks } from './streams-requests.ts';

const PORT = 8_080;

export const endpoints: Scenario = async (scene) => {
  const group = 'streams-endpoints';
  await coordinated(scene, group);
  await configured(scene, group, { 'streams.num.standby.replicas': '1' });
  await scene.create('streams-endpoints-in', { partitions: 2 });
  await scene.create('streams-endpoints-changelog', { partitions: 2 });
  await seen(scene, group, 'streams-endpoints-in', 'streams-endpoints-changelog');
  const topology = {
    epoch: 0,
    subtopologies: [
      subtopology('0', {
        sourceTopics: ['streams-endpoints-in'],
        stateChangelogTopics: [internal('streams-endpoints-changelog')],
      }),
    ],
  };
  const ask = heartbeats(scene);
  const at = (host: string) => ({ userEndpoint: { host, port: PORT } });
  const knows = (endpointInformationEpoch: number, change: object = {}) => ({
    ...{ endpointInformationEpoch, ...change },
  });
  await ask('joins', beat(group, 'm1', 0, joining(topology, at('one'))));
  const both = task('0', 0, 1);
  await ask('knows nothing', beat(group, 'm1', 2, tasks([both])));
  await ask('another joins', {
    ...beat(group, 'm2', 0, joining(topology, { processId: 'p2', ...at('two') })),
  });
  await describing(scene, group)('with standby tasks');
  await ask('gives up', beat(group, 'm1', 2, tasks([both])));
  const own = await ask('gave up', beat(group, 'm1', 2, tasks([task('0', 0)])));
  await ask('knows the last', beat(group, 'm1', 3, knows(own.endpointInformationEpoch)));
  await ask('gets the other', beat(group, 'm2', 3, knows(0, tasks())));
  await ask('tells again', beat(group, 'm2', 3, knows(1)));
  await ask('moves', beat(group, 'm2', 3, knows(2, at('three'))));
  await ask('has moved', beat(group, 'm1', 3, knows(3)));
  await describing(scene, group)('in the end');
  await stored(scene, 'stored', group);
};

export const tagged: Scenario = async (scene) => {
  const group = 'streams-tags';
  await coordinated(scene, group);
  await configured(scene, group, { 'streams.rack.aware.assignment.tags': 'zone,cluster' });
  await scene.create('streams-tags-in', { partitions: 1 });
  await seen(scene, group, 'streams-tags-in');
  const join = beat(group, 'm1', 0, joining(reading(['streams-tags-in'])));
  await heartbeats(scene, 0)('version 0 does not know', join);
  await heartbeats(scene)('no tags', join);
  const zone = { clientTags: [{ key: 'zone', value: 'z' }] };
  await heartbeats(scene)('a tag', { ...join, ...zone });
  const all = { clientTags: [...zone.clientTags, { key: 'cluster', value: 'c' }] };
  await heartbeats(scene)('all tags', { ...join, ...all });
  await stored(scene, 'stored', group);
};

export const delayed: Scenario = async (scene) => {
  const [group, interval] = ['streams-delayed', 'streams-interval'] as const;
  await coordinated(scene, group as string, interval as string);
  await configured(scene, group as string, { 'streams.initial.rebalance.delay.ms': '600000' });
  await configured(scene, interval as string, { 'streams.assignment.interval.ms': '15000' });
  await scene.create('streams-delayed-in', { partitions: 1 });
  for (const each of [group, interval]) await seen(scene, each as string, 'streams-delayed-in');
  const topology = reading(['streams-delayed-in']);
  const ask = heartbeats(scene);
  await ask('waits for others', beat(group as string, 'm1', 0, joining(topology)));
  await ask('waits still', beat(group as string, 'm1', 0, joining(topology)));
  await ask('one more', beat(group as string, 'm2', 0, joining(topology, { processId: 'p2' })));
  await describing(scene, group as string)('waiting');
  await stored(scene, 'stored', group as string);
  await scene.quietly('StreamsGroupHeartbeat', 1, beat(interval, 'm1', 0, joining(topology)));
  const tooSoon = await untilTooSoon(scene, interval);
  scene.lines.push({ step: 'changes too soon', api: 'status', version: 1, answer: tooSoon });
};

/** Of two changes one after the other the second comes too soon for another assignment, however long the first took. */
async function untilTooSoon(scene: Scene, groupId: string): Promise<unknown> {
  let memberEpoch = 2;
  for (let left = 200; left > 0; left--) {
    const request = beat(groupId, 'm1', memberEpoch, {
      rackId: `r${left}`,
      ...tasks([task('0', 0)]),
    });
    const answer: Answer = await scene.quietly('StreamsGroupHeartbeat', 1, request);
    if (answer.status.length > 0) return answer.status;
    ({ memberEpoch } = answer);
  }
  throw new Error('no change comes too soon');
}
