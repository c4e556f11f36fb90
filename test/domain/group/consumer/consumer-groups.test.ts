import { describe, expect, test } from 'vitest';
import { ConsumerGroup } from '../../../../src/domain/group/consumer/consumer-group.ts';
import { KafkaError } from '../../../../src/domain/kafka-error.ts';
import { ConsumerProtocolSubscription } from '../../../../src/domain/protocol/data/consumer-protocol.ts';
import { encodeRecord } from '../../../../src/domain/protocol/record-codec.ts';
import { topicIdOf } from '../modern/topics.ts';
import { ConsumerHarness, owning, stateOf, type Waiting } from './consumer-harness.ts';

const failure = new KafkaError('MESSAGE_TOO_LARGE');

function harness(topics: Readonly<Record<string, number>> = { t: 4 }): ConsumerHarness {
  const h = new ConsumerHarness();
  h.setTopics(topics);
  return h;
}

/** What was answered, in short, and the kinds of the records that were stored for it. */
function outcome(h: ConsumerHarness, waiting: Waiting) {
  h.settle();
  const { answer } = waiting;
  const partitions = answer?.assignment?.flatMap((topic) => topic.partitions) ?? null;
  const told = answer?.error === 'NONE' ? answer.memberEpoch : answer?.error;
  return { told, partitions, records: h.newRecords() };
}

describe('events, answers and records', () => {
  test('two members: one gives up what the other gets', () => {
    const h = harness();
    const joined = ['MemberMetadata', 'Metadata', 'TargetAssignmentMember'];
    expect(outcome(h, h.joinAs('a'))).toEqual({
      told: 2,
      partitions: [0, 1, 2, 3],
      records: [...joined, 'TargetAssignmentMetadata', 'CurrentMemberAssignment'],
    });
    h.advance(1_000);
    const both = ['TargetAssignmentMember', 'TargetAssignmentMember', 'TargetAssignmentMetadata'];
    expect(outcome(h, h.joinAs('b'))).toEqual({
      told: 3,
      partitions: [],
      records: ['MemberMetadata', 'Metadata', ...both, 'CurrentMemberAssignment'],
    });
    const waits = h.beat('b', 3, { topicPartitions: [] });
    // The epoch before is 3 as well from now on: that is a record, and then no more.
    const changed = ['CurrentMemberAssignment'];
    expect(outcome(h, waits)).toEqual({ told: 3, partitions: null, records: changed });
    expect(outcome(h, h.beat('b', 3, { topicPartitions: [] })).records).toEqual([]);
    const asked = h.beat('a', 2, { topicPartitions: owning([0, 1, 2, 3]) });
    expect(outcome(h, asked)).toEqual({ told: 2, partitions: [0, 1], records: changed });
    const acknowledged = h.beat('a', 2, { topicPartitions: owning([0, 1]) });
    expect(outcome(h, acknowledged)).toEqual({ told: 3, partitions: null, records: changed });
    const given = h.beat('b', 3, { topicPartitions: [] });
    expect(outcome(h, given)).toEqual({ told: 3, partitions: [2, 3], records: changed });
    expect(outcome(h, h.beat('b', 3))).toEqual({ told: 3, partitions: null, records: [] });
    expect(h.consumers?.state).toBe('Stable');
  });

  test('a member that leaves takes its records with it, the last one the assignment too', () => {
    const h = harness();
    outcome(h, h.joinAs('a'));
    const gone = ['-CurrentMemberAssignment', '-TargetAssignmentMember', '-MemberMetadata'];
    expect(outcome(h, h.beat('a', -1))).toEqual({
      told: -1,
      partitions: null,
      records: [...gone, 'Metadata', 'TargetAssignmentMetadata'],
    });
    let deleted: string | undefined;
    h.shard.deleteGroup('g', (error) => {
      deleted = error;
    });
    h.settle();
    expect(deleted).toBe('NONE');
    expect(h.newRecords()).toEqual(['-TargetAssignmentMetadata', '-Metadata']);
    expect(h.shard.listGroups()).toEqual([]);
  });

  test('who is not heard of for the session, or does not give up in its time, is out', () => {
    const h = harness();
    outcome(h, h.joinAs('a'));
    h.advance(1_000);
    outcome(h, h.joinAs('b'));
    outcome(h, h.beat('a', 2, { topicPartitions: owning([0, 1, 2, 3]) }));
    h.advance(4_000);
    outcome(h, h.beat('a', 2, { topicPartitions: owning([0, 1, 2, 3]) }));
    outcome(h, h.beat('b', 3, { topicPartitions: [] }));
    h.advance(1_000);
    expect([...(h.consumers?.members.keys() ?? [])]).toEqual(['b']);
    expect(outcome(h, h.beat('a', 2)).told).toBe('UNKNOWN_MEMBER_ID');
    expect(outcome(h, h.beat('b', 3, { topicPartitions: [] })).partitions).toEqual([0, 1, 2, 3]);
    h.advance(45_000);
    expect(h.consumers?.state).toBe('Empty');
  });

  test('after a start members have their time again, and who had to give up has', () => {
    const h = harness();
    h.joinAs('a');
    h.settle();
    h.advance(1_000);
    h.joinAs('b');
    h.beat('a', 2, { topicPartitions: owning([0, 1, 2, 3]) });
    h.settle();
    const other = h.replayed();
    expect(stateOf(other.consumers)).toEqual(stateOf(h.consumers));
    other.shard.loaded();
    other.advance(5_000);
    expect([...(other.consumers?.members.keys() ?? [])]).toEqual(['b']);
    other.advance(45_000);
    expect(other.consumers?.members.size).toBe(0);
  });

  test('new partitions and topics are found with the next heartbeat', () => {
    const h = harness({ t: 1 });
    outcome(h, h.joinAs('a', { subscribedTopicNames: ['t', 'later'] }));
    h.advance(1_000);
    h.setTopics({ t: 2, later: 1 });
    const answer = outcome(h, h.beat('a', 2, { topicPartitions: owning([0]) }));
    expect(answer).toMatchObject({ told: 3, partitions: [0, 1, 0] });
    h.setTopics({ later: 1 });
    h.advance(1_000);
    expect(outcome(h, h.beat('a', 3)).partitions).toEqual([0]);
  });

  test('regular expressions: resolved after the answer, again with new topics, forgotten with their members', () => {
    const h = harness({ t1: 1, other: 1 });
    const regex = { subscribedTopicNames: null, subscribedTopicRegex: 't[0-9]' };
    expect(outcome(h, h.joinAs('a', regex)).partitions).toEqual([]);
    h.advance(0);
    expect(h.newRecords()).toEqual(['RegularExpression', 'Metadata']);
    h.advance(1_000);
    expect(outcome(h, h.beat('a', 1)).partitions).toEqual([0]);
    h.setTopics({ t1: 1, other: 1, t2: 2 });
    h.advance(11_000);
    expect(outcome(h, h.beat('a', 2)).partitions).toBeNull();
    h.advance(1_000);
    expect(outcome(h, h.beat('a', 2)).partitions).toEqual([0, 0, 1]);
    expect(h.consumers?.isSubscribedTo('t2')).toBe(true);
    expect(outcome(h, h.beat('a', -1)).records).toContain('-RegularExpression');
  });

  test('a member may be asked to start anew when a newer broker wrote its state', () => {
    const h = harness();
    outcome(h, h.joinAs('a'));
    const member = h.consumers?.members.get('a');
    h.consumers?.setMember('a', { ...member!, state: 'UNKNOWN', memberEpoch: 1 });
    expect(outcome(h, h.beat('a', 1)).told).toBe('FENCED_MEMBER_EPOCH');
    expect(outcome(h, h.joinAs('a'))).toMatchObject({ told: 2, partitions: [0, 1, 2, 3] });
  });
});

describe('what cannot be stored', () => {
  test('is not described either', () => {
    const h = harness();
    const told: number[] = [];
    const ask = () =>
      h.shard.describeConsumerGroup('g', ({ members }) => told.push(members.length));
    h.joinAs('a');
    h.settle();
    h.joinAs('b');
    ask();
    expect(told).toEqual([]);
    h.settle(failure);
    expect(told).toEqual([1]);
  });

  test('was never there: the member is told, the group is as before', () => {
    const h = harness();
    const first = h.joinAs('a');
    const second = h.joinAs('b');
    h.settle(failure);
    for (const { answer } of [first, second]) {
      expect(answer?.error).toBe('UNKNOWN_SERVER_ERROR');
      expect(answer?.errorMessage).toContain('too large');
    }
    expect(h.shard.listGroups()).toEqual([]);
    outcome(h, h.joinAs('a'));
    const before = stateOf(h.consumers);
    h.beat('a', -1);
    h.settle(failure);
    expect(stateOf(h.consumers)).toEqual(before);
    h.advance(46_000);
    expect(h.consumers?.members.size).toBe(0);
  });

  test('nobody is told an epoch that is not stored', () => {
    const h = harness();
    const joined = h.joinAs('a');
    const beat = h.beat('a', 2);
    expect([joined.answer, beat.answer]).toEqual([undefined, undefined]);
    h.settle();
    expect(beat.answer).toMatchObject({ error: 'NONE', memberEpoch: 2 });
  });

  test('a classic group that could not be converted goes on', () => {
    const h = harness();
    const subscription = encodeRecord(ConsumerProtocolSubscription, 1, {
      topics: ['t'],
      ownedPartitions: [],
    });
    const protocols = [{ name: 'range', metadata: subscription }];
    h.stableGroup(1, { protocols });
    const [memberId] = [...(h.group?.members.keys() ?? [])];
    const noAssignment = h.group?.members.get(memberId!);
    noAssignment!.assignment = new Uint8Array(0);
    const joined = h.joinAs('a');
    expect(h.shard.listGroups()[0]?.type).toBe('consumer');
    h.settle(failure);
    expect(joined.answer?.error).toBe('UNKNOWN_SERVER_ERROR');
    expect(h.shard.listGroups()[0]).toMatchObject({ type: 'classic' });
    const again = h.join({ memberId: memberId!, protocols });
    h.joinPhase([again]);
    expect(again.answer?.error).toBe('NONE');
  });

  test('a consumer group that could not be converted goes on', () => {
    const h = harness();
    outcome(h, h.joinAs('a'));
    const metadata = encodeRecord(ConsumerProtocolSubscription, 1, {
      topics: ['t'],
      ownedPartitions: [],
    });
    const classic = h.join({ protocols: [{ name: 'range', metadata }] });
    h.settle();
    expect(classic.answer?.error).toBe('NONE');
    const before = stateOf(h.consumers);
    const left = h.beat('a', -1);
    expect(h.shard.listGroups()[0]?.type).toBe('classic');
    h.settle(failure);
    expect(left.answer?.error).toBe('UNKNOWN_SERVER_ERROR');
    expect(stateOf(h.consumers)).toEqual(before);
    h.beat('a', -1);
    h.settle();
    expect(h.replayed().shard.groups.get('g')).not.toBeInstanceOf(ConsumerGroup);
  });
});

describe('settings', () => {
  test('a group has its own, from the next heartbeat on', () => {
    const h = harness();
    h.timings = { sessionTimeoutMs: 50_000, heartbeatIntervalMs: 7_000, assignmentIntervalMs: 0 };
    const joined = h.joinAs('a');
    h.settle();
    expect(joined.answer?.heartbeatIntervalMs).toBe(7_000);
    expect(outcome(h, h.joinAs('b')).told).toBe(3);
    h.advance(49_000);
    expect(h.consumers?.members.size).toBe(2);
    h.advance(1_000);
    expect(h.consumers?.members.size).toBe(0);
  });

  test('the answer names topics by their ids', () => {
    const h = harness();
    const { answer } = h.joinAs('a');
    expect(answer).toBeUndefined();
    const again = h.beat('a', 0, { rebalanceTimeoutMs: 5_000, topicPartitions: [] });
    h.settle();
    expect(again.answer?.assignment).toEqual([
      { topicId: topicIdOf('t'), partitions: [0, 1, 2, 3] },
    ]);
  });
});
