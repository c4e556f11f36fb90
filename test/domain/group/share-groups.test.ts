import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GroupMetadata } from '../../../src/domain/group/group-environment.ts';
import { topicPartitionsOf } from '../../../src/domain/group/modern/topic-partitions.ts';
import type {
  DescribedShareGroup,
  ShareHeartbeatAnswer,
  ShareHeartbeatCommand,
  ShareInitialization,
} from '../../../src/domain/group/share/share-messages.ts';
import { KafkaError } from '../../../src/domain/kafka-error.ts';
import { GroupHarness } from './group-harness.ts';
import { imageOf, topicIdOf } from './modern/topics.ts';

const T = topicIdOf('t');
const both = new Map([[T, [0, 1]]]);

const metadata = (counts: Readonly<Record<string, number>>, version = 1n): GroupMetadata => ({
  version,
  ...imageOf(counts),
});

interface Heard {
  answer: ShareHeartbeatAnswer | undefined;
  initialization: ShareInitialization | undefined;
}

class ShareHarness extends GroupHarness {
  constructor(counts: Readonly<Record<string, number>> = { t: 2 }, maxSize = 200) {
    super({ share: { maxSize, initializeRetryIntervalMs: 30_000 } });
    this.image = metadata(counts);
    this.timings = { ...this.timings, assignmentIntervalMs: 0 };
  }

  hear(memberId: string, memberEpoch: number, change: Partial<ShareHeartbeatCommand> = {}): Heard {
    const heard: Heard = { answer: undefined, initialization: undefined };
    const subscribedTopicNames = memberEpoch === 0 ? ['t'] : null;
    const command: ShareHeartbeatCommand = {
      ...{ groupId: 'g', memberId, memberEpoch, rackId: null, clientId: 'c', clientHost: '/h' },
      ...{ subscribedTopicNames, ...change },
    };
    this.shard.share.heartbeat(command, (told) => Object.assign(heard, told));
    return heard;
  }

  /** As `hear`, stored. */
  beat(memberId: string, memberEpoch: number, change: Partial<ShareHeartbeatCommand> = {}) {
    const heard = this.hear(memberId, memberEpoch, change);
    this.settle();
    return { ...(heard.answer as ShareHeartbeatAnswer), initialization: heard.initialization };
  }

  /** As the share coordinator answers. */
  initialized(topics = both): void {
    this.shard.share.stateInitialized('g', topics, () => {});
    this.settle();
  }

  /** A member that has all partitions. */
  joined(memberId = 'm'): number {
    this.beat(memberId, 0);
    this.initialized();
    return this.beat(memberId, 0).memberEpoch;
  }

  describe(): DescribedShareGroup {
    let described: DescribedShareGroup | undefined;
    this.shard.share.describe('g', 'simple', (answer) => {
      described = answer;
    });
    this.settle();
    return described!;
  }

  /** A shard that starts with what this one has stored. */
  restarted(): ShareHarness {
    const next = new ShareHarness();
    next.image = this.image;
    for (const record of this.stored) next.shard.replay(record, 'loading');
    next.shard.loaded();
    return next;
  }
}

describe('members', () => {
  test('get partitions once their states are there', () => {
    const h = new ShareHarness();
    const first = h.beat('m', 0);
    expect(first).toMatchObject({ error: 'NONE', memberEpoch: 2, assignment: new Map() });
    expect(first.initialization).toEqual({
      stateEpoch: 2,
      partitions: [0, 1].map((partition) => ({ topicId: T, partition, startOffset: -1n })),
    });
    // Asked for already.
    expect(h.beat('m', 2).initialization).toBeUndefined();
    h.initialized();
    expect(h.beat('m', 2)).toMatchObject({ memberEpoch: 3, assignment: both });
    expect(h.beat('m', 3)).toMatchObject({ memberEpoch: 3, assignment: null });
    expect(h.describe()).toMatchObject({ state: 'Stable', groupEpoch: 3, assignmentEpoch: 3 });
  });

  test('are described as the log has them, not as they may turn out', () => {
    const h = new ShareHarness();
    h.joined('a');
    h.hear('b', 0);
    const told: number[] = [];
    const ask = () => {
      h.shard.share.describe('g', 'simple', ({ members }) => told.push(members.length));
    };
    ask();
    expect(told).toEqual([]);
    h.settle(new KafkaError('NOT_ENOUGH_REPLICAS'));
    expect(told).toEqual([1]);
    h.hear('b', 0);
    ask();
    h.settle();
    expect(told).toEqual([1, 2]);
  });

  test('share partitions where there are more of them', () => {
    const h = new ShareHarness();
    h.joined('a');
    for (const memberId of ['b', 'c', 'd']) h.beat(memberId, 0);
    for (const member of h.describe().members) h.beat(member.memberId, member.memberEpoch);
    const { members } = h.describe();
    const owned = members.flatMap((m) => m.assignment.flatMap(({ partitions }) => partitions));
    expect(owned.sort()).toEqual([0, 0, 1, 1]);
  });

  test('are known by their epochs', () => {
    const h = new ShareHarness();
    const epoch = h.joined();
    expect(h.beat('m', epoch - 1).error).toBe('NONE');
    expect(h.beat('m', epoch + 1).error).toBe('FENCED_MEMBER_EPOCH');
    expect(h.beat('m', epoch - 2).error).toBe('FENCED_MEMBER_EPOCH');
    expect(h.beat('other', epoch).error).toBe('UNKNOWN_MEMBER_ID');
    expect(h.beat('other', -1).error).toBe('UNKNOWN_MEMBER_ID');
    expect(h.beat('m', 1, { groupId: 'no' }).error).toBe('GROUP_ID_NOT_FOUND');
    expect(h.beat('m', -1)).toMatchObject({ error: 'NONE', memberEpoch: -1 });
    expect(h.beat('m', epoch).error).toBe('UNKNOWN_MEMBER_ID');
    expect(h.describe().state).toBe('Empty');
  });

  test('that are silent are gone after their session', () => {
    const h = new ShareHarness();
    const epoch = h.joined('a');
    h.beat('b', 0);
    h.advance(30_000);
    h.beat('a', epoch);
    h.advance(30_000);
    expect(h.describe().members.map(({ memberId }) => memberId)).toEqual(['a']);
    // What the dead one had is another's now.
    h.beat('a', h.describe().members[0]!.memberEpoch);
    expect(h.describe().members[0]!.assignment).toMatchObject([{ partitions: [0, 1] }]);
    h.advance(45_000);
    expect(h.describe()).toMatchObject({ state: 'Empty', members: [] });
  });

  test('are not more than the group may have', () => {
    const h = new ShareHarness({ t: 1 }, 2);
    h.beat('a', 0);
    h.beat('b', 0);
    expect(h.beat('c', 0).error).toBe('GROUP_MAX_SIZE_REACHED');
    expect(h.beat('a', 0).error).toBe('NONE');
    h.beat('b', -1);
    expect(h.beat('c', 0).error).toBe('NONE');
  });

  test('are told when what they changed could not be stored, and it has not changed', () => {
    const h = new ShareHarness();
    const heard = h.hear('m', 0);
    expect(heard.answer).toBeUndefined();
    h.settle(new KafkaError('NOT_ENOUGH_REPLICAS'));
    expect(heard.answer).toMatchObject({ error: 'COORDINATOR_NOT_AVAILABLE', assignment: null });
    expect(h.shard.groups.has('g')).toBe(false);
    const epoch = h.joined();
    const leaving = h.hear('m', -1);
    h.settle(new KafkaError('NOT_ENOUGH_REPLICAS'));
    expect(leaving.answer?.error).toBe('COORDINATOR_NOT_AVAILABLE');
    expect(h.beat('m', epoch)).toMatchObject({ error: 'NONE', memberEpoch: epoch });
  });

  test('that left and could not be let go are gone after their session, as silent as they are', () => {
    const h = new ShareHarness();
    h.joined('a');
    h.hear('a', -1);
    h.settle(new KafkaError('NOT_ENOUGH_REPLICAS'));
    expect(h.describe().members).toHaveLength(1);
    h.advance(45_000);
    expect(h.describe()).toMatchObject({ state: 'Empty', members: [] });
  });

  test('of groups of another kind are refused', () => {
    const h = new ShareHarness();
    h.stableGroup(1);
    expect(h.beat('m', 0).error).toBe('GROUP_ID_NOT_FOUND');
    expect(h.describe().error).toBe('GROUP_ID_NOT_FOUND');
  });
});

describe('topics', () => {
  test('that grow are initialized further', () => {
    const h = new ShareHarness();
    const epoch = h.joined();
    const before = h.image;
    h.image = metadata({ t: 3 }, 2n);
    h.shard.onTopicsChanged(h.image, before);
    expect(h.beat('m', epoch).initialization).toEqual({
      stateEpoch: epoch + 1,
      partitions: [{ topicId: T, partition: 2, startOffset: 0n }],
    });
    h.initialized(new Map([[T, [2]]]));
    expect(h.beat('m', epoch).assignment).toEqual(new Map([[T, [0, 1, 2]]]));
  });

  test('that are deleted are forgotten', () => {
    const h = new ShareHarness({ t: 2, u: 1 });
    h.beat('m', 0, { subscribedTopicNames: ['t', 'u'] });
    h.initialized();
    const epoch = h.beat('m', 0, { subscribedTopicNames: ['t', 'u'] }).memberEpoch;
    const before = h.image;
    h.image = metadata({ u: 1 }, 2n);
    h.shard.onTopicsChanged(h.image, before);
    h.settle();
    expect(h.shard.share.initialized('g').has(T)).toBe(false);
    expect(h.beat('m', epoch).assignment).toEqual(new Map());
  });

  test('whose states were not made are asked for again: at once when that failed, else after a while', () => {
    const h = new ShareHarness();
    h.beat('m', 0);
    h.shard.share.stateNotInitialized('g', both, () => {});
    h.settle();
    expect(h.beat('m', 2).initialization?.partitions).toHaveLength(2);
    expect(h.beat('m', 2).initialization).toBeUndefined();
    h.advance(29_000);
    expect(h.beat('m', 2).initialization).toBeUndefined();
    h.advance(1_000);
    expect(h.beat('m', 2).initialization?.partitions).toHaveLength(2);
  });

  test('are reset and deleted in empty groups only', () => {
    const h = new ShareHarness();
    h.joined();
    const told: object[] = [];
    const tell = (answer: object) => told.push(answer);
    h.shard.share.startReset('g', both, tell);
    h.shard.share.startDelete('g', new Set([T]), tell);
    h.settle();
    expect(told).toMatchObject([{ error: 'NON_EMPTY_GROUP' }, { error: 'NON_EMPTY_GROUP' }]);
    h.beat('m', -1);
    h.shard.share.startReset('g', topicPartitionsOf([{ topicId: T, partitions: [1] }]), tell);
    h.settle();
    expect(told.at(-1)).toMatchObject({ error: 'NONE', stateEpoch: 4 });
    h.initialized(new Map([[T, [1]]]));
    h.shard.share.startDelete('g', undefined, tell);
    h.settle();
    expect(told.at(-1)).toMatchObject({ error: 'NONE', partitions: both });
    h.shard.share.stateDeleted('g', [T], () => {});
    h.settle();
    expect(h.shard.share.initialized('g').size).toBe(0);
    expect(h.restarted().describe()).toEqual(h.describe());
  });
});

/** What happens to a group: heartbeats in any order, answers of the share coordinator, time, failures of the log. */
const steps = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('beat' as const),
      member: fc.constantFrom('a', 'b', 'c'),
      topics: fc.constantFrom(['t'], ['u'], ['t', 'u'], null),
    }),
    fc.record({ kind: fc.constant('leave' as const), member: fc.constantFrom('a', 'b', 'c') }),
    fc.record({ kind: fc.constant('made' as const) }),
    fc.record({ kind: fc.constant('failed' as const) }),
    fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(500, 20_000) }),
    fc.record({ kind: fc.constant('lost' as const), member: fc.constantFrom('a', 'b', 'c') }),
  ),
  { maxLength: 40 },
);

test('a restart gives the same groups, and nobody has a partition without a state', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const h = new ShareHarness({ t: 2, u: 3 });
      const asked: ShareInitialization[] = [];
      const epochs = new Map<string, number>();
      const take = (memberId: string, heard: Heard) => {
        if (heard.initialization !== undefined) asked.push(heard.initialization);
        const { error, memberEpoch = 0 } = heard.answer ?? {};
        if (error === 'NONE') epochs.set(memberId, Math.max(memberEpoch, 0));
        else if (error !== 'COORDINATOR_NOT_AVAILABLE') epochs.delete(memberId);
      };
      for (const step of all) {
        if (step.kind === 'wait') h.advance(step.ms);
        else if (step.kind === 'made' || step.kind === 'failed') {
          const partitions = topicPartitionsOf(
            (asked.shift()?.partitions ?? []).map(({ topicId, partition }) => ({
              ...{ topicId, partitions: [partition] },
            })),
          );
          if (step.kind === 'made') h.shard.share.stateInitialized('g', partitions, () => {});
          else h.shard.share.stateNotInitialized('g', partitions, () => {});
        } else {
          const epoch = step.kind === 'leave' ? -1 : (epochs.get(step.member) ?? 0);
          const topics = step.kind === 'beat' ? step.topics : null;
          const subscribedTopicNames = topics ?? (epoch === 0 ? ['t'] : null);
          const heard = h.hear(step.member, epoch, { subscribedTopicNames });
          h.settle(step.kind === 'lost' ? new KafkaError('NOT_ENOUGH_REPLICAS') : undefined);
          take(step.member, heard);
        }
        h.settle();
        const states = h.shard.share.initialized('g');
        for (const { assignment } of h.describe().members) {
          for (const { topicId, partitions } of assignment) {
            expect(states.get(topicId)).toEqual(expect.arrayContaining([...partitions]));
          }
        }
      }
      expect(h.restarted().describe()).toEqual(h.describe());
    }),
    { numRuns: 200 },
  );
});
