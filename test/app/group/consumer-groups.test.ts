import { expect, test } from 'vitest';
import { GroupBroker, TOPIC_IDS } from './group-broker.ts';

const join = (memberId: string, change: object = {}) => ({
  ...{ groupId: 'g', memberId, memberEpoch: 0, rebalanceTimeoutMs: 5_000 },
  ...{ subscribedTopicNames: ['wide'], topicPartitions: [] },
  ...change,
});

test('a subscription of megabytes is refused, and leaves nothing behind', async () => {
  const broker = new GroupBroker();
  const subscribedTopicNames = Array.from({ length: 20_000 }, (_, n) => `${'x'.repeat(100)}${n}`);
  const request = join('m', { subscribedTopicNames });
  const answer = await broker.ask('ConsumerGroupHeartbeat', 1, request);
  expect(answer).toMatchObject({ errorCode: -1, memberId: null });
  expect(answer.errorMessage).toContain('too large');
  expect((await broker.ask('ListGroups', 5, {})).groups).toEqual([]);
  const regex = { subscribedTopicNames: null, subscribedTopicRegex: 'x'.repeat(30_000) };
  const refused = await broker.ask('ConsumerGroupHeartbeat', 1, join('m', regex));
  expect(refused.errorCode).toBe(128);
  await broker.groups.close();
});

test('a group is what its log says after a start, and its members go on', async () => {
  const broker = new GroupBroker();
  const joined = await broker.ask('ConsumerGroupHeartbeat', 1, join('m'));
  const described = await broker.ask('ConsumerGroupDescribe', 1, { groupIds: ['g'] });
  await broker.groups.close();
  const next = new GroupBroker(broker.topic);
  await next.groups.open();
  expect(await next.ask('ConsumerGroupDescribe', 1, { groupIds: ['g'] })).toEqual(described);
  const beat = await next.ask('ConsumerGroupHeartbeat', 1, {
    ...{ groupId: 'g', memberId: 'm', memberEpoch: joined.memberEpoch },
    topicPartitions: [{ topicId: TOPIC_IDS['wide'], partitions: [0, 1, 2, 3] }],
  });
  expect(beat).toMatchObject({ errorCode: 0, memberEpoch: joined.memberEpoch, assignment: null });
  await next.groups.close();
});

test('a thousand members that join at once wait for one another no longer than for the disk', async () => {
  const broker = new GroupBroker();
  await broker.ask('ConsumerGroupHeartbeat', 1, join('member-0'));
  const answers = await Promise.all(
    Array.from({ length: 1_000 }, (_, n) =>
      broker.ask('ConsumerGroupHeartbeat', 1, join(`member-${n}`)),
    ),
  );
  expect(answers.every(({ errorCode }) => errorCode === 0)).toBe(true);
  const { groups } = await broker.ask('ConsumerGroupDescribe', 1, { groupIds: ['g'] });
  expect(groups[0].members).toHaveLength(1_000);
  // All that joined within an interval are in one assignment, and few batches.
  expect(broker.batches).toBeLessThan(20);
  await broker.groups.close();
});
