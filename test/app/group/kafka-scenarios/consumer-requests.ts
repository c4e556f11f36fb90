import { ConsumerProtocolSubscription } from '../../../../src/domain/protocol/data/consumer-protocol.ts';
import { encodeRecord } from '../../../../src/domain/protocol/record-codec.ts';
import type { Answer, Scene } from './scene.ts';

/** Brokers word their messages differently; whether there is one is the same. */
export function withoutWords(answer: Answer): Answer {
  const { errorMessage, ...rest } = answer;
  return { ...rest, hasMessage: errorMessage !== null };
}

export function beat(
  scene: Scene,
  memberId: string,
  memberEpoch: number,
  change: object = {},
  version = 1,
) {
  const request = { groupId: scene.group, memberId, memberEpoch, ...change };
  return scene.ask(memberId || 'nobody', 'ConsumerGroupHeartbeat', version, request, withoutWords);
}

/** What a client says when it joins. Range assigns the same way in every broker. */
export function joinAs(scene: Scene, memberId: string, change: object = {}, version = 1) {
  const request = {
    rebalanceTimeoutMs: 5_000,
    subscribedTopicNames: ['wide'],
    serverAssignor: 'range',
    topicPartitions: [],
    ...change,
  };
  return beat(scene, memberId, 0, request, version);
}

export function owning(scene: Scene, partitions: readonly number[], topic = 'wide') {
  return { topicPartitions: [{ topicId: scene.topicIdOf(topic), partitions }] };
}

export function describeConsumers(scene: Scene, version = 1, groupIds = [scene.group]) {
  return scene.ask(
    'admin',
    'ConsumerGroupDescribe',
    version,
    { groupIds },
    ({ groups }: Answer) => ({ groups: groups.map(withoutWords) }),
  );
}

export function listed(scene: Scene, typesFilter: string[] = [], statesFilter: string[] = []) {
  return scene.ask('admin', 'ListGroups', 5, { typesFilter, statesFilter }, ({ groups }: Answer) =>
    groups.filter(({ groupId }: Answer) => groupId === scene.group),
  );
}

export function describeClassic(scene: Scene, version = 6) {
  const request = { groups: [scene.group] };
  return scene.ask('admin', 'DescribeGroups', version, request, ({ groups }: Answer) => ({
    groups: groups.map(withoutWords),
  }));
}

export function commitAs(
  scene: Scene,
  memberId: string,
  memberEpoch: number,
  o: { version?: number; topic?: string; partition?: number; instance?: string } = {},
) {
  const { version = 9, topic = 'wide', partition = 0, instance } = o;
  const named = version >= 10 ? { topicId: scene.topicIdOf(topic) } : { name: topic };
  const partitions = [{ partitionIndex: partition, committedOffset: 5n, committedMetadata: '' }];
  return scene.ask('committer', 'OffsetCommit', version, {
    ...{ groupId: scene.group, memberId, generationIdOrMemberEpoch: memberEpoch },
    ...(instance === undefined ? {} : { groupInstanceId: instance }),
    topics: [{ ...named, partitions }],
  });
}

export function fetchAs(scene: Scene, memberId: string | null, memberEpoch: number, version = 9) {
  const topic = version >= 10 ? { topicId: scene.topicIdOf('wide') } : { name: 'wide' };
  const topics = [{ ...topic, partitionIndexes: [0] }];
  return scene.ask('reader', 'OffsetFetch', version, {
    groups: [{ groupId: scene.group, memberId, memberEpoch, topics }],
  });
}

/** What classic consumers tell each other, which a group that is migrated reads. */
export function subscription(
  topics: readonly string[],
  ownedPartitions: readonly { topic: string; partitions: readonly number[] }[] = [],
): Uint8Array {
  return encodeRecord(ConsumerProtocolSubscription, 1, { topics, ownedPartitions });
}
