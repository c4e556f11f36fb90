import {
  beat,
  commit,
  describe,
  fetch,
  INITIAL_DELAY_MS,
  join,
  leave,
  type Scenario,
  sync,
} from './requests.ts';
import type { Answer } from './scene.ts';

export const ADMIN_SCENARIOS: Record<string, Scenario> = {
  async refusedJoins(scene) {
    await join(scene, 'a', 9, { groupId: '' });
    await join(scene, 'a', 9, { sessionTimeoutMs: 5_999 });
    await join(scene, 'a', 9, { sessionTimeoutMs: 1_800_001 });
    await join(scene, 'a', 9, { memberId: 'x' });
    await join(scene, 'a', 9, { protocolType: '' });
    await join(scene, 'a', 9, { protocols: [] });
    await join(scene, 'a', 5, { protocols: [] });
    const { memberId } = await join(scene, 'a', 9);
    await describe(scene);
    await join(scene, 'b', 9, { protocolType: 'connect' });
    await beat(scene, 'a', { memberId, generationId: 0 });
    await sync(scene, 'a', 5, { memberId, generationId: 0, members: [] });
    await leave(scene, 'a', [{ memberId }]);
    await describe(scene);
    await join(scene, 'a', 9, { memberId });
  },

  async withoutGroup(scene) {
    const stranger = { memberId: 'x', generationId: 1, members: [] };
    await beat(scene, 'a', stranger);
    await beat(scene, 'a', stranger, { groupId: '' });
    await beat(scene, 'a', stranger, { groupInstanceId: 'i' });
    await sync(scene, 'a', 5, stranger);
    await sync(scene, 'a', 5, stranger, { groupId: '' });
    await sync(scene, 'a', 5, stranger, { protocolType: null, protocolName: null });
    await leave(scene, 'a', [{ memberId: 'x' }, { memberId: '', groupInstanceId: 'i' }]);
    await scene.ask('a', 'LeaveGroup', 5, { groupId: '', members: [{ memberId: 'x' }] });
    await scene.ask('a', 'LeaveGroup', 5, { groupId: scene.group, members: [] });
    await scene.ask('a', 'LeaveGroup', 1, { groupId: scene.group, memberId: 'x' });
    await scene.ask('a', 'LeaveGroup', 1, { groupId: '', memberId: 'x' });
    for (const version of [2, 8, 9, 10]) {
      await commit(scene, 'a', version, { generationIdOrMemberEpoch: 1, memberId: 'x' });
    }
    await describe(scene, 5, [scene.group, scene.group]);
    await describe(scene, 6, [scene.group, scene.group]);
    await scene.ask('admin', 'DeleteGroups', 2, { groupsNames: [scene.group, scene.group] });
    await scene.ask('admin', 'DeleteGroups', 3, { groupsNames: [scene.group, scene.group] });
    const topics = [{ name: 't', partitions: [{ partitionIndex: 0 }] }];
    await scene.ask('admin', 'OffsetDelete', 0, { groupId: scene.group, topics });
    await scene.ask('admin', 'OffsetDelete', 0, { groupId: '', topics });
    await fetch(scene, 9, [{ name: 't', partitionIndexes: [0] }]);
    await fetch(scene, 9, null);
    await scene.ask('admin', 'OffsetFetch', 9, { groups: [] });
  },

  async listed(scene) {
    const view = ({ errorCode, groups }: Answer) => ({
      errorCode,
      groups: groups.filter(({ groupId }: Answer) => groupId === scene.group),
    });
    const list = (version: number, request: object = {}) =>
      scene.ask('admin', 'ListGroups', version, request, view);
    await list(5);
    await commit(scene, 'a', 8);
    for (let version = 0; version <= 5; version++) await list(version);
    const joining = join(scene, 'a', 1);
    await scene.sleep(100);
    await list(5);
    await list(4, { statesFilter: ['PreparingRebalance'] });
    await list(4, { statesFilter: ['preparingrebalance', 'Stable'] });
    await list(4, { statesFilter: ['Stable'] });
    await list(5, { statesFilter: ['nonsense'] });
    await list(5, { statesFilter: [], typesFilter: ['classic'] });
    await list(5, { statesFilter: [], typesFilter: ['Classic', 'consumer'] });
    await list(5, { statesFilter: [], typesFilter: ['consumer'] });
    await list(5, { statesFilter: [], typesFilter: ['nonsense'] });
    await list(5, { statesFilter: ['Stable'], typesFilter: ['classic'] });
    await scene.sleep(INITIAL_DELAY_MS);
    await joining;
    await list(5, { statesFilter: ['CompletingRebalance'], typesFilter: [] });
  },

  async deletedWhileJoining(scene) {
    const { memberId } = await join(scene, 'a', 9);
    await describe(scene);
    await scene.ask('admin', 'DeleteGroups', 2, { groupsNames: [scene.group] });
    await join(scene, 'a', 9, { memberId });
    const joining = join(scene, 'a', 1);
    await scene.noteWaiting('a', joining);
    await scene.ask('admin', 'DeleteGroups', 2, { groupsNames: [scene.group] });
    await scene.sleep(INITIAL_DELAY_MS);
    await joining;
  },

  async allowedOperations(scene) {
    await commit(scene, 'a', 8);
    for (const version of [3, 5, 6]) {
      const groups = [scene.group, 'nobody'];
      const request = { groups, includeAuthorizedOperations: true };
      await scene.ask('admin', 'DescribeGroups', version, request);
    }
  },
};
