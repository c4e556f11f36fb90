import type { Scenario } from '../../scene.ts';
import { coordinated, describing, heartbeats, seen } from './streams-group.ts';
import {
  beat,
  copartitioned,
  internal,
  joining,
  reading,
  subtopology,
  task,
  tasks,
} from './streams-requests.ts';

export const requests: Scenario = async (scene) => {
  const group = 'streams-none';
  await coordinated(scene, group);
  await scene.create('streams-requests', { partitions: 2 });
  await seen(scene, group, 'streams-requests');
  for (const version of [0, 1]) {
    const ask = heartbeats(scene, version);
    const topology = reading(['streams-requests']);
    const join = (change: object, groupId = group, memberId = 'm') =>
      beat(groupId, memberId, 0, joining(topology, change));
    await ask('no group', join({}, ''));
    await ask('no member', join({}, group, ''));
    await ask('empty instance', join({ instanceId: '' }));
    await ask('empty rack', join({ rackId: '' }));
    await ask('no timeout', join({ rebalanceTimeoutMs: -1 }));
    await ask('no topology', join({ topology: null }));
    await ask('joins with active tasks', join(tasks([task('0', 0)])));
    await ask('joins with standby tasks', join(tasks([], [task('0', 0)])));
    await ask('joins with warm-up tasks', join(tasks([], [], [task('0', 0)])));
    await ask('joins with some tasks only', join({ standbyTasks: null }));
    await ask('epoch below', beat(group, 'm', -3));
    await ask('away without instance', beat(group, 'm', -2));
    await ask('topology later', beat(group, 'm', 3, { topology }));
    await ask('some tasks only', beat(group, 'm', 3, { activeTasks: [] }));
    await ask('unknown group', beat(group, 'm', 3));
    await ask('leaves an unknown group', beat(group, 'm', -1));
    await ask('leaves an unknown group for a while', beat(group, 'm', -2, { instanceId: 'i' }));
    const of = (change: object) => ({ epoch: 0, subtopologies: [subtopology('0', change)] });
    const topics = { sourceTopics: ['streams-requests'] };
    await ask('regular expressions', join({ topology: of({ sourceTopicRegex: ['a.*'] }) }));
    await ask(
      'partitions of a changelog',
      join({
        topology: of({ ...topics, stateChangelogTopics: [internal('c', { partitions: 3 })] }),
      }),
    );
    await ask('internal source', join({ topology: reading(['__consumer_offsets']) }));
    await ask('invalid source', join({ topology: reading(['a b']) }));
    await ask('invalid sink', join({ topology: of({ ...topics, repartitionSinkTopics: ['..'] }) }));
    await ask(
      'internal changelog',
      join({
        topology: of({ ...topics, stateChangelogTopics: [internal('__transaction_state')] }),
      }),
    );
    await ask('topology epoch below', join({ topology: { ...topology, epoch: -1 } }));
    await ask(
      'subtopology twice',
      join({ topology: { epoch: 0, subtopologies: [subtopology('0'), subtopology('0')] } }),
    );
    await ask('no such copartitioned', {
      ...join({ topology: of({ ...topics, copartitionGroups: [copartitioned([4])] }) }),
    });
    const twice = { key: 'k', value: 'v' };
    await ask('client tag twice', join({ clientTags: [twice, twice] }));
    await ask('nothing read', join({ topology: of({}) }));
    await ask('repartition topic nobody writes', {
      ...join({ topology: of({ ...topics, repartitionSourceTopics: [internal('streams-r')] }) }),
    });
    const offset = { subtopologyId: '0', partition: 0, offset: 1n };
    await ask('task offset twice', join({ taskOffsets: [offset, offset] }));
  }
  const describe = describing(scene, group, '');
  for (const version of [0, 1]) await describe('nothing', version);
  const empty = { subtopologies: [], globalStores: [] };
  const update = { groupId: group, memberId: 'm', topologyEpoch: 0, topologyDescription: empty };
  await scene.ask('no plug-in', 'StreamsGroupTopologyDescriptionUpdate', 0, update);
  const invalid = { ...update, groupId: '', memberId: '' };
  await scene.ask('invalid as well', 'StreamsGroupTopologyDescriptionUpdate', 0, invalid);
};
