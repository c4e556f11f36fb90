import { ConsumerProtocolAssignment } from '../../../../src/domain/protocol/data/consumer-protocol.ts';
import { encodeRecord } from '../../../../src/domain/protocol/record-codec.ts';
import {
  beat,
  commitAs,
  describeClassic,
  describeConsumers,
  fetchAs,
  joinAs,
  listed,
  owning,
  subscription,
} from './consumer-requests.ts';
import {
  bytes,
  beat as classicBeat,
  commit,
  INITIAL_DELAY_MS,
  join,
  leave,
  range,
  type Scenario,
  sync,
} from './requests.ts';
import type { Answer, Scene } from './scene.ts';

/** A little longer than two assignments of a group are apart at least. */
const INTERVAL_MS = 1_100;

const REGEX = { subscribedTopicNames: null, subscribedTopicRegex: 'wide|ext.*' };

export const CONSUMER_SCENARIOS: Record<string, Scenario> = {
  async consumerLife(scene) {
    await describeConsumers(scene);
    await joinAs(scene, 'm1');
    await beat(scene, 'm1', 2);
    await beat(scene, 'm1', 2, {
      rebalanceTimeoutMs: 5_000,
      subscribedTopicNames: ['wide'],
      ...owning(scene, [0, 1]),
    });
    await beat(scene, 'm1', 2, { subscribedTopicNames: ['wide'] });
    await beat(scene, 'm1', 2, owning(scene, [0, 1, 2, 3]));
    for (const version of [0, 1]) await describeConsumers(scene, version);
    for (const version of [5, 6]) await describeClassic(scene, version);
    await listed(scene);
    await listed(scene, ['Consumer'], ['stable']);
    await listed(scene, ['classic']);
    await listed(scene, ['nonsense']);
    await joinAs(scene, 'm1');
    await beat(scene, 'm1', -1);
    await beat(scene, 'm1', -1);
    await describeConsumers(scene);
    await listed(scene);
    await scene.ask('admin', 'DeleteGroups', 2, { groupsNames: [scene.group] });
    await describeConsumers(scene);
    await beat(scene, 'm1', 2);
  },

  async consumerRebalance(scene) {
    await joinAs(scene, 'm1');
    await beat(scene, 'm1', 2, owning(scene, [0, 1, 2, 3]));
    await scene.sleep(INTERVAL_MS);
    await joinAs(scene, 'm2');
    await describeConsumers(scene);
    await beat(scene, 'm2', 3, { topicPartitions: [] });
    await beat(scene, 'm1', 2, owning(scene, [0, 1, 2, 3]));
    await describeConsumers(scene);
    await beat(scene, 'm1', 2);
    await beat(scene, 'm2', 3, { topicPartitions: [] });
    await beat(scene, 'm1', 2, owning(scene, [0, 1]));
    await beat(scene, 'm1', 2, owning(scene, [0, 1]));
    await beat(scene, 'm2', 3, { topicPartitions: [] });
    await describeConsumers(scene);
    await scene.sleep(INTERVAL_MS);
    await beat(scene, 'm2', -1);
    await beat(scene, 'm1', 3, owning(scene, [0, 1]));
    await describeConsumers(scene);
  },

  async consumerAssignmentInterval(scene) {
    await joinAs(scene, 'm1');
    await joinAs(scene, 'm2');
    await joinAs(scene, 'm3');
    await joinAs(scene, 'm4');
    await describeConsumers(scene);
    await beat(scene, 'm2', 2);
    await scene.sleep(INTERVAL_MS);
    await beat(scene, 'm2', 2);
    await describeConsumers(scene);
  },

  async consumerEpochs(scene) {
    await beat(scene, 'm1', 2);
    await beat(scene, 'm1', -1);
    await joinAs(scene, 'm1');
    await beat(scene, 'm9', 2);
    await beat(scene, 'm1', 7);
    await scene.sleep(INTERVAL_MS);
    await beat(scene, 'm1', 2, { subscribedTopicNames: ['wide', 'extra'] });
    await beat(scene, 'm1', 2);
    await beat(scene, 'm1', 2, owning(scene, [0, 1]));
    await beat(scene, 'm1', 2, owning(scene, [9]));
    await beat(scene, 'm1', 0, { rebalanceTimeoutMs: 5_000, topicPartitions: [] });
    await beat(scene, 'm1', 3);
    await scene.sleep(INTERVAL_MS);
    await beat(scene, 'm1', 3, { subscribedTopicNames: [] });
    await beat(scene, 'm1', 4, { topicPartitions: [] });
    await describeConsumers(scene);
  },

  async consumerBadRequests(scene) {
    const join = (change: object, version = 1) => joinAs(scene, 'm1', change, version);
    await join({ rebalanceTimeoutMs: -1 });
    await join({ topicPartitions: null });
    await join(owning(scene, [0]));
    await join({ subscribedTopicNames: null });
    await join({ serverAssignor: 'sticky' });
    await join({ instanceId: '' });
    await join({ rackId: '' });
    await join({ groupId: '' });
    await joinAs(scene, '');
    await beat(scene, '', 1, {}, 0);
    await beat(scene, '', -1, {}, 0);
    await beat(scene, 'm1', -2);
    await beat(scene, 'm1', -3);
    await join({ subscribedTopicNames: null, subscribedTopicRegex: '[' });
    await join({ subscribedTopicNames: null, subscribedTopicRegex: '(?<a>x' });
    await beat(scene, 'm1', 2);
    await describeConsumers(scene);
    await listed(scene);
    await describeConsumers(scene, 1, ['']);
    await join({ subscribedTopicNames: ['nowhere', 'wide'] });
    await join({ subscribedTopicNames: [], subscribedTopicRegex: '' });
    await describeConsumers(scene);
  },

  async consumerStatic(scene) {
    await joinAs(scene, 'm1', { instanceId: 'i1' });
    await beat(scene, 'm1', 2, { instanceId: 'i1' });
    await beat(scene, 'm1', 2);
    await beat(scene, 'm1', 2, { instanceId: 'i2' });
    await joinAs(scene, 'm2', { instanceId: 'i1' });
    await scene.sleep(INTERVAL_MS);
    await joinAs(scene, 'm3');
    await beat(scene, 'm1', 2, { instanceId: 'i1', ...owning(scene, [0, 1, 2, 3]) });
    await beat(scene, 'm1', 2, { instanceId: 'i1', ...owning(scene, [0, 1]) });
    await beat(scene, 'm3', 3, { topicPartitions: [] });
    await beat(scene, 'm9', -2, { instanceId: 'i1' });
    await beat(scene, 'm1', -2, { instanceId: 'i9' });
    await beat(scene, 'm1', -2, { instanceId: 'i1' });
    await describeConsumers(scene);
    await beat(scene, 'm3', 3, owning(scene, [2, 3]));
    await joinAs(scene, 'm2', { instanceId: 'i1' });
    await describeConsumers(scene);
    await beat(scene, 'm1', 3, { instanceId: 'i1' });
    await beat(scene, 'm1', 3);
    await commitAs(scene, 'm1', 3);
    await beat(scene, 'm2', 3, { instanceId: 'i1', ...owning(scene, [0, 1]) });
    await leave(scene, 'admin', [
      { memberId: '', groupInstanceId: 'i1' },
      { memberId: 'm3', groupInstanceId: null },
      { memberId: 'm3', groupInstanceId: 'i9' },
      { memberId: 'm7', groupInstanceId: null },
    ]);
    await describeConsumers(scene);
  },

  async consumerRegex(scene) {
    await joinAs(scene, 'm1', REGEX);
    await scene.sleep(500);
    await scene.sleep(INTERVAL_MS);
    await beat(scene, 'm1', 2);
    await describeConsumers(scene);
    await joinAs(scene, 'm2', REGEX);
    await scene.sleep(INTERVAL_MS);
    await beat(scene, 'm2', 3);
    await describeConsumers(scene);
    await beat(scene, 'm2', 4, { subscribedTopicRegex: '' });
    await scene.sleep(INTERVAL_MS);
    await beat(scene, 'm2', 4);
    await describeConsumers(scene);
  },

  async consumerOffsets(scene) {
    await commitAs(scene, 'm1', 2);
    await commitAs(scene, 'm1', 2, { version: 8 });
    await fetchAs(scene, 'm1', 2);
    await joinAs(scene, 'm1');
    await commitAs(scene, 'm1', 2);
    await commitAs(scene, 'm1', 2, { version: 10 });
    await commitAs(scene, 'm1', 2, { version: 8 });
    await commitAs(scene, 'm1', 0);
    await commitAs(scene, 'm1', 3);
    await commitAs(scene, 'm9', 2);
    await commitAs(scene, '', -1);
    await commitAs(scene, 'm1', 2, { topic: 'extra' });
    await fetchAs(scene, 'm1', 2);
    await fetchAs(scene, 'm1', 2, 10);
    await fetchAs(scene, 'm1', 3);
    await fetchAs(scene, 'm1', 0);
    await fetchAs(scene, 'm9', 2);
    await fetchAs(scene, null, -1);
    await fetchAs(scene, 'm1', -1);
    await scene.ask('admin', 'OffsetDelete', 0, {
      groupId: scene.group,
      topics: ['wide', 'extra'].map((name) => ({ name, partitions: [{ partitionIndex: 0 }] })),
    });
    await scene.ask('admin', 'DeleteGroups', 2, { groupsNames: [scene.group] });
    await scene.sleep(INTERVAL_MS);
    await beat(scene, 'm1', 2, { subscribedTopicNames: ['wide', 'extra'] });
    await commitAs(scene, 'm1', 2);
    await commitAs(scene, 'm1', 2, { topic: 'extra' });
    await commitAs(scene, 'm1', 3, { topic: 'extra' });
    await beat(scene, 'm1', -1);
    await commitAs(scene, 'm1', 3);
    await commitAs(scene, '', -1);
    await fetchAs(scene, null, -1);
  },

  /** A group that only has offsets, or had members once, makes room. */
  async consumerAfterClassic(scene) {
    await commit(scene, 'admin', 8);
    await listed(scene);
    await joinAs(scene, 'm1');
    await listed(scene);
    await beat(scene, 'm1', -1);
    await describeClassic(scene);
    await join(scene, 'a', 9, { protocols: classic() });
  },

  async consumerOfOtherProtocol(scene) {
    const joining = join(scene, 'a', 3, { protocolType: 'connect', protocols: range(1) });
    await scene.sleep(INITIAL_DELAY_MS);
    await joining;
    await joinAs(scene, 'm1');
    await beat(scene, 'm1', 2);
    await describeConsumers(scene);
    await listed(scene);
  },

  async upgradeAndDowngrade(scene) {
    const joined = await stableClassic(scene);
    await joinAs(scene, 'm1');
    await describeConsumers(scene);
    await describeClassic(scene);
    await listed(scene);
    await classicBeat(scene, 'a', joined);
    await commit(scene, 'a', 8, { memberId: joined.memberId, generationIdOrMemberEpoch: 1 });
    const own = [{ topic: 'wide', partitions: [0, 1, 2, 3] }];
    const again = await join(scene, 'a', 9, {
      memberId: joined.memberId,
      protocols: classic(own),
    });
    await classicBeat(scene, 'a', again);
    await sync(scene, 'a', 5, again, { assignments: [] });
    await describeConsumers(scene);
    const kept = [{ topic: 'wide', partitions: [0, 1] }];
    const third = await join(scene, 'a', 9, {
      memberId: joined.memberId,
      protocols: classic(kept),
    });
    await sync(scene, 'a', 5, third, { assignments: [] });
    await classicBeat(scene, 'a', third);
    await beat(scene, 'm1', 2, { topicPartitions: [] });
    await describeConsumers(scene);
    await sync(scene, 'a', 5, third, { assignments: [], protocolName: 'other' });
    await sync(scene, 'a', 5, { ...third, generationId: 9 }, { assignments: [] });
    await classicBeat(scene, 'm1', { memberId: 'm1', generationId: 2 });
    await beat(scene, 'm1', -1);
    await describeConsumers(scene);
    await describeClassic(scene);
    await listed(scene);
    await classicBeat(scene, 'a', third);
  },

  async classicJoinsConsumers(scene) {
    await joinAs(scene, 'm1');
    await join(scene, 'a', 3, { protocolType: 'connect' });
    const { memberId } = await join(scene, 'a', 9, { protocols: classic() });
    await join(scene, 'a', 9, { memberId, protocols: [] });
    await scene.sleep(INTERVAL_MS);
    const joined = await join(scene, 'a', 9, { memberId, protocols: classic() });
    await sync(scene, 'a', 5, joined, { assignments: [] });
    await classicBeat(scene, 'a', joined);
    await beat(scene, 'm1', 2, owning(scene, [0, 1, 2, 3]));
    await beat(scene, 'm1', 2, owning(scene, [2, 3]));
    await beat(scene, 'm1', 2, owning(scene, [0, 1]));
    await classicBeat(scene, 'a', joined);
    await describeConsumers(scene);
    await leave(scene, 'a', [{ memberId, groupInstanceId: null }]);
    await describeConsumers(scene);
  },
};

/** What a classic consumer of `wide` says of itself. */
function classic(owned: readonly { topic: string; partitions: readonly number[] }[] = []) {
  return [{ name: 'range', metadata: subscription(['wide'], owned) }];
}

/** A stable classic group of one consumer, which has all of `wide`. */
async function stableClassic(scene: Scene): Promise<Answer> {
  const { memberId } = await join(scene, 'a', 9, { protocols: classic() });
  const joining = join(scene, 'a', 9, { memberId, protocols: classic() });
  await scene.sleep(INITIAL_DELAY_MS);
  const joined = await joining;
  const assignment = encodeRecord(ConsumerProtocolAssignment, 1, {
    assignedPartitions: [{ topic: 'wide', partitions: [0, 1, 2, 3] }],
    userData: null,
  });
  await sync(scene, 'a', 5, joined, { assignments: [{ memberId, assignment }] });
  return { ...joined, unused: bytes() };
}
