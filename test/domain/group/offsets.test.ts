import { describe, expect, test } from 'vitest';
import { KafkaError } from '../../../src/domain/kafka-error.ts';
import { ConsumerProtocolSubscription } from '../../../src/domain/protocol/data/consumer-protocol.ts';
import { encodeRecord } from '../../../src/domain/protocol/record-codec.ts';
import { commitOf, GroupHarness } from './group-harness.ts';

const DAY_MS = 86_400_000;
const fetch = (h: GroupHarness) =>
  h.shard.fetchAllOffsets('g').map(({ topic, partition, offset }) => [topic, partition, offset]);

describe('OffsetCommit', () => {
  test('is seen once it is stored, and survives a replay', () => {
    const h = new GroupHarness();
    const commit = h.commit({ partitions: [commitOf('t', 0, 5n), commitOf('t', 1, 6n)] });
    expect([commit.errors, fetch(h)]).toEqual([undefined, []]);
    h.settle();
    expect(commit.errors).toEqual(['NONE', 'NONE']);
    expect(fetch(h)).toEqual([
      ['t', 0, 5n],
      ['t', 1, 6n],
    ]);
    expect(h.replayed().shard.fetchAllOffsets('g')).toEqual(h.shard.fetchAllOffsets('g'));
    expect(h.replayed().shard.listGroups()).toEqual([
      { groupId: 'g', protocolType: '', state: 'Empty', type: 'classic' },
    ]);
  });

  test('is not seen when it could not be stored', () => {
    const h = new GroupHarness();
    const commit = h.commit();
    h.settle(new KafkaError('KAFKA_STORAGE_ERROR'));
    expect(commit.errors).toEqual(['NOT_COORDINATOR']);
    expect(fetch(h)).toEqual([]);
  });

  test('refuses too much metadata partition by partition', () => {
    const h = new GroupHarness({ offsetMetadataMaxBytes: 3 });
    const commit = h.commit({
      partitions: [commitOf('t', 0, 5n, 'long'), commitOf('t', 1, 6n, 'abc')],
    });
    h.settle();
    expect(commit.errors).toEqual(['OFFSET_METADATA_TOO_LARGE', 'NONE']);
  });

  test('checks member and generation', () => {
    const h = new GroupHarness();
    expect(h.commit({ generationId: 1, memberId: 'x' }).errors).toEqual(['GROUP_ID_NOT_FOUND']);
    const old = { generationId: 1, memberId: 'x', supportsConsumerGroups: false };
    expect(h.commit(old).errors).toEqual(['ILLEGAL_GENERATION']);
    const [joined] = h.stableGroup(1);
    const { memberId, generationId } = joined!;
    expect(h.commit().errors).toEqual(['UNKNOWN_MEMBER_ID']);
    expect(h.commit({ generationId, memberId: 'x' }).errors).toEqual(['UNKNOWN_MEMBER_ID']);
    expect(h.commit({ generationId: 9, memberId }).errors).toEqual(['ILLEGAL_GENERATION']);
    const good = h.commit({ generationId, memberId });
    h.settle();
    expect(good.errors).toEqual(['NONE']);
  });
});

describe('deleting', () => {
  test('a group goes with its offsets, also with those on their way', () => {
    const h = new GroupHarness();
    h.commit({ partitions: [commitOf('t', 0, 5n)] });
    h.settle();
    h.commit({ partitions: [commitOf('t/x', 1, 5n)] });
    let error = '';
    h.shard.deleteGroup('g', (answer) => {
      error = answer;
    });
    h.settle();
    expect([error, fetch(h), h.shard.listGroups()]).toEqual(['NONE', [], []]);
    expect(fetch(h.replayed())).toEqual([]);
    expect(h.replayed().shard.listGroups()).toEqual([]);
  });

  test('not a group with members, nor one that is not there', () => {
    const h = new GroupHarness();
    const errors: string[] = [];
    h.shard.deleteGroup('g', (error) => errors.push(error));
    h.stableGroup(1);
    h.shard.deleteGroup('g', (error) => errors.push(error));
    expect(errors).toEqual(['GROUP_ID_NOT_FOUND', 'NON_EMPTY_GROUP']);
  });

  test('offsets of topics nobody subscribes to', () => {
    const h = new GroupHarness();
    const metadata = encodeRecord(ConsumerProtocolSubscription, 1, { topics: ['t'] });
    const [joined] = h.stableGroup(1, { protocols: [{ name: 'range', metadata }] });
    const { memberId, generationId } = joined!;
    h.commit({ memberId, generationId, partitions: [commitOf('t', 0, 1n), commitOf('u', 0, 1n)] });
    h.settle();
    let errors: readonly string[] = [];
    const partitions = ['t', 'u'].map((topic) => ({ topic, partition: 0 }));
    h.shard.deleteOffsets('g', partitions, (answer) => {
      errors = answer;
    });
    h.settle();
    expect(errors).toEqual(['GROUP_SUBSCRIBED_TO_TOPIC', 'NONE']);
    expect(fetch(h)).toEqual([['t', 0, 1n]]);
    expect(() => h.shard.deleteOffsets('no', partitions, () => {})).toThrow(/not found/);
  });

  test('offsets of deleted topics', () => {
    const h = new GroupHarness();
    h.commit({ partitions: [commitOf('t', 0, 1n), commitOf('u', 0, 1n)] });
    h.settle();
    h.shard.onTopicsDeleted(new Set(['u']));
    h.settle();
    expect(fetch(h)).toEqual([['t', 0, 1n]]);
  });
});

describe('expiry (KIP-211)', () => {
  test('a simple group ages from its commits and is then forgotten', () => {
    const h = new GroupHarness();
    h.shard.loaded();
    h.commit();
    h.settle();
    h.advance(6 * DAY_MS);
    expect(fetch(h)).toHaveLength(1);
    h.advance(DAY_MS + 600_000);
    expect([fetch(h), h.shard.listGroups()]).toEqual([[], []]);
    expect(h.replayed().shard.listGroups()).toEqual([]);
  });

  test('a group with members keeps its offsets, and ages from the moment it is empty', () => {
    const h = new GroupHarness();
    const change = { sessionTimeoutMs: 1_800_000 };
    const [joined] = h.stableGroup(1, change);
    const { memberId, generationId } = joined!;
    h.commit({ memberId, generationId });
    h.settle();
    h.now += 30 * DAY_MS;
    h.shard.cleanupExpiredOffsets();
    h.settle();
    expect(fetch(h)).toHaveLength(1);
    h.leave({ groupId: 'g', members: [{ memberId, groupInstanceId: null }] });
    h.settle();
    h.shard.cleanupExpiredOffsets();
    h.settle();
    expect(fetch(h)).toHaveLength(1);
    h.now += 7 * DAY_MS;
    h.shard.cleanupExpiredOffsets();
    h.settle();
    expect([fetch(h), h.shard.listGroups()]).toEqual([[], []]);
  });

  test('a commit of versions 2 to 4 brings its own retention', () => {
    const h = new GroupHarness();
    h.commit({ retentionTimeMs: 1_000n });
    h.settle();
    h.now += 999;
    h.shard.cleanupExpiredOffsets();
    h.settle();
    expect(fetch(h)).toHaveLength(1);
    h.now += 1;
    h.shard.cleanupExpiredOffsets();
    h.settle();
    expect(fetch(h)).toHaveLength(0);
  });
});
