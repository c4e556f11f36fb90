import type { Scenario } from '../../scene.ts';
import { TransactionalClient } from '../../transactional-client.ts';
import { configured, coordinated, heartbeats, seen } from './streams-group.ts';
import { beat, joining, reading, task, tasks } from './streams-requests.ts';

export const transactional: Scenario = async (scene) => {
  const group = 'streams-txn';
  await coordinated(scene, group);
  await configured(scene, group, {});
  const topicId = await scene.create('streams-txn-in', { partitions: 1 });
  await seen(scene, group, 'streams-txn-in');
  const ask = heartbeats(scene);
  await ask('joins', beat(group, 'm1', 0, joining(reading(['streams-txn-in']))));
  await ask('another rack', beat(group, 'm1', 2, { rackId: 'r', ...tasks([task('0', 0)]) }));
  for (const version of [3, 5, 6]) {
    const client = await new TransactionalClient(scene, `streams-txn-${version}`).begin();
    await scene.quietly('AddOffsetsToTxn', 3, { ...client.name, groupId: group });
    const commit = (step: string, memberId: string, memberEpoch: number) =>
      scene.ask(step, 'TxnOffsetCommit', version, {
        ...{ ...client.name, groupId: group, memberId, groupInstanceId: null },
        generationIdOrMemberEpoch: memberEpoch,
        topics: [
          {
            ...{ name: 'streams-txn-in', topicId },
            partitions: [{ partitionIndex: 0, committedOffset: 3n, committedMetadata: '' }],
          },
        ],
      });
    await commit('nobody', '', -1);
    await commit('its epoch', 'm1', 3);
    await commit('since it was assigned', 'm1', 2);
    await commit('before it was assigned', 'm1', 1);
    await commit('to come', 'm1', 4);
    await commit('unknown member', 'm9', 3);
    await client.end('ends', version === 3 ? 3 : 5, true);
  }
  await scene.ask('committed', 'OffsetFetch', 8, {
    groups: [{ groupId: group, topics: null }],
    requireStable: true,
  });
};
