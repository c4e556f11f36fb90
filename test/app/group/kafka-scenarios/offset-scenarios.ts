import {
  bytes,
  commit,
  describe,
  fetch,
  INITIAL_DELAY_MS,
  join,
  leave,
  type Scenario,
  sync,
} from './requests.ts';

export const OFFSET_SCENARIOS: Record<string, Scenario> = {
  async commits(scene) {
    const part = (partitionIndex: number, committedMetadata: string | null = '') => ({
      partitionIndex,
      committedOffset: 3n,
      committedLeaderEpoch: 1,
      committedMetadata,
    });
    await commit(scene, 'a', 8, { groupId: '' });
    await scene.ask('admin', 'OffsetFetch', 7, { groupId: '', topics: null });
    await scene.ask('admin', 'OffsetFetch', 9, { groups: [{ groupId: '', topics: null }] });
    await scene.ask('admin', 'DeleteGroups', 2, { groupsNames: [''] });
    await commit(scene, 'a', 8, { topics: [] });
    await describe(scene);
    await commit(scene, 'a', 8, { topics: [{ name: 't', partitions: [part(1), part(-1)] }] });
    await describe(scene);
    await commit(scene, 'a', 8, { topics: [{ name: 'unknown', partitions: [part(0)] }] });
    await commit(scene, 'a', 8, {
      topics: [
        { name: 'unknown', partitions: [part(0)] },
        { name: 't', partitions: [part(1), part(0, null)] },
      ],
    });
    await fetch(scene, 9, null);
    const long = 'é'.repeat(2_500);
    await commit(scene, 'a', 8, { topics: [{ name: 't', partitions: [part(0, long)] }] });
    const longer = 'é'.repeat(4_097);
    await commit(scene, 'a', 8, { topics: [{ name: 't', partitions: [part(0, longer)] }] });
    const negative = { ...part(0), committedOffset: -1n };
    await commit(scene, 'a', 8, { topics: [{ name: 't', partitions: [negative] }] });
    await fetch(scene, 9, [{ name: 't', partitionIndexes: [0] }]);
    await commit(scene, 'a', 10, {
      topics: [
        { topicId: scene.topicId, partitions: [part(1), part(0)] },
        { topicId: 'iQugrgK6yxB4q7VBrh0K3w', partitions: [part(0)] },
      ],
    });
    await commit(scene, 'a', 9, { generationIdOrMemberEpoch: 3, memberId: 'x' });
    await commit(scene, 'a', 8, { generationIdOrMemberEpoch: 3, memberId: 'x' });
    await commit(scene, 'a', 8, { memberId: 'x' });
    await commit(scene, 'a', 8, { groupInstanceId: 'i' });
    await describe(scene);
    const topics = ['unknown', 't'].map((name) => ({
      name,
      partitions: [{ partitionIndex: 0 }, { partitionIndex: 1 }],
    }));
    await scene.ask('admin', 'OffsetDelete', 0, { groupId: scene.group, topics });
    await fetch(scene, 9, null);
    await scene.ask('admin', 'OffsetDelete', 0, { groupId: scene.group, topics });
    await scene.ask('admin', 'DeleteGroups', 2, { groupsNames: [scene.group] });
    await describe(scene);
  },

  async subscribed(scene) {
    // A subscription of version 1 to topic `t`, as the consumer protocol has it.
    const subscription = bytes(0, 1, 0, 0, 0, 1, 0, 1, 116, 255, 255, 255, 255, 0, 0, 0, 0);
    const protocols = [{ name: 'range', metadata: subscription }];
    const joining = join(scene, 'a', 1, { protocols });
    await scene.sleep(INITIAL_DELAY_MS);
    const { memberId, generationId, members } = await joining;
    const remove = () =>
      scene.ask('admin', 'OffsetDelete', 0, {
        groupId: scene.group,
        topics: [{ name: 't', partitions: [{ partitionIndex: 0 }] }],
      });
    await remove();
    await sync(scene, 'a', 1, { memberId, generationId, members });
    await commit(scene, 'a', 8, { memberId, generationIdOrMemberEpoch: generationId });
    await remove();
    await fetch(scene, 9, null);
    await leave(scene, 'a', [{ memberId }]);
    await remove();
    await fetch(scene, 9, null);
    await scene.ask('admin', 'DeleteGroups', 2, { groupsNames: [scene.group, scene.group] });
  },

  async otherProtocolType(scene) {
    const joining = join(scene, 'a', 1, { protocolType: 'connect' });
    await scene.sleep(INITIAL_DELAY_MS);
    const joined = await joining;
    await sync(scene, 'a', 1, joined);
    const { memberId, generationId } = joined;
    await commit(scene, 'a', 8, { memberId, generationIdOrMemberEpoch: generationId });
    const topics = [{ name: 't', partitions: [{ partitionIndex: 0 }] }];
    await scene.ask('admin', 'OffsetDelete', 0, { groupId: scene.group, topics });
    await leave(scene, 'a', [{ memberId }]);
    await scene.ask('admin', 'OffsetDelete', 0, { groupId: scene.group, topics });
    await describe(scene);
    const other = join(scene, 'b', 1, { protocolType: 'consumer' });
    await scene.sleep(INITIAL_DELAY_MS);
    await other;
    await describe(scene);
  },

  async withRetention(scene) {
    for (const version of [2, 3, 4]) {
      const named = { groupId: `${scene.group}${version}`, retentionTimeMs: 3_600_000n };
      await commit(scene, 'a', version, named);
      const groups = [{ groupId: named.groupId, topics: null }];
      await scene.ask('admin', 'OffsetFetch', 9, { groups, requireStable: true });
    }
  },
};
