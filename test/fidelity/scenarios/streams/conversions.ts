import { GROUP_ID_NOT_FOUND } from '../../group-setup.ts';
import type { Answer, Scenario } from '../../scene.ts';
import { stored } from './stored-records.ts';
import { configured, coordinated, describing, heartbeats, seen } from './streams-group.ts';
import { beat, joining, reading } from './streams-requests.ts';

export const conversions: Scenario = async (scene) => {
  const [was, becomes] = ['streams-was-classic', 'streams-becomes-classic'];
  await coordinated(scene, was as string, becomes as string);
  for (const each of [was, becomes]) await configured(scene, each as string, {});
  await scene.create('streams-converted', { partitions: 1 });
  for (const each of [was, becomes]) await seen(scene, each as string, 'streams-converted');
  const topology = reading(['streams-converted']);
  const commit = (groupId: string | undefined) => ({
    ...{ groupId, memberId: '', generationIdOrMemberEpoch: -1 },
    topics: [
      {
        name: 'streams-converted',
        partitions: [{ partitionIndex: 0, committedOffset: 1n, committedMetadata: '' }],
      },
    ],
  });
  const classic = (groupId: string | undefined, memberId: string) => ({
    ...{ groupId, memberId, protocolType: 'consumer' },
    ...{ sessionTimeoutMs: 600_000, rebalanceTimeoutMs: 600_000 },
    protocols: [{ name: 'range', metadata: new Uint8Array(0) }],
  });
  const ask = heartbeats(scene);
  const { memberId } = await scene.quietly('JoinGroup', 5, classic(was, ''));
  await ask('a member is about to join', beat(was as string, 'm1', 0, joining(topology)));
  await scene.quietly('LeaveGroup', 5, { groupId: was, members: [{ memberId }] });
  await scene.quietly('OffsetCommit', 8, commit(becomes));
  await ask('from a group of offsets', beat(becomes as string, 'm1', 0, joining(topology)));
  const offsets = { groups: [{ groupId: becomes, topics: null }], requireStable: false };
  await scene.ask('kept', 'OffsetFetch', 8, offsets);
  await scene.ask('with members', 'JoinGroup', 9, classic(becomes, ''), {
    view: ({ memberId: _, ...answer }: Answer) => answer,
  });
  await scene.ask('as a member', 'JoinGroup', 9, classic(becomes, 'm1'), {
    view: ({ memberId: _, ...answer }: Answer) => answer,
  });
  await scene.ask('as a member', 'Heartbeat', 4, {
    ...{ groupId: becomes, memberId: 'm1', generationId: 2 },
  });
  await scene.ask('as a member', 'LeaveGroup', 5, {
    ...{ groupId: becomes, members: [{ memberId: 'm1' }] },
  });
  const consumer = {
    ...{ groupId: becomes, memberId: 'c', memberEpoch: 0, rebalanceTimeoutMs: 1_000 },
    ...{ subscribedTopicNames: ['streams-converted'], topicPartitions: [] },
  };
  await scene.ask('a consumer', 'ConsumerGroupHeartbeat', 1, consumer);
  await ask('leaves', beat(becomes as string, 'm1', -1));
  await scene.ask('a consumer of the empty group', 'ConsumerGroupHeartbeat', 1, consumer);
  await scene.ask('of the empty group', 'JoinGroup', 5, classic(becomes, ''), {
    view: ({ memberId: _, ...answer }: Answer) => answer,
  });
  // The answer may come before Kafka has stored what it did.
  for (let left = 200; left > 0; left--) {
    const described: Answer = await scene.quietly('StreamsGroupDescribe', 1, {
      ...{ groupIds: [becomes], includeAuthorizedOperations: false },
    });
    if (described.groups[0].errorCode === GROUP_ID_NOT_FOUND) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await describing(scene, becomes as string)('classic by now');
  await stored(scene, 'both ways', becomes as string);
  await scene.ask('kept', 'OffsetFetch', 8, offsets);
};
