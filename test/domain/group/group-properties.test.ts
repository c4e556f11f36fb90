import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JoinGroupAnswer } from '../../../src/domain/group/classic/classic-messages.ts';
import { KafkaError } from '../../../src/domain/kafka-error.ts';
import { bytes, commitOf, GroupHarness } from './group-harness.ts';

type Step =
  | { readonly kind: 'join' | 'rejoin' | 'sync' | 'heartbeat' | 'leave'; readonly member: number }
  | { readonly kind: 'static'; readonly instance: number }
  | { readonly kind: 'commit'; readonly member: number; readonly partition: number }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'settle'; readonly fails: boolean };

const member = fc.nat(3);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('join', 'rejoin', 'sync', 'heartbeat', 'leave'),
    member,
  }),
  fc.record({ kind: fc.constant('static' as const), instance: fc.nat(1) }),
  fc.record({ kind: fc.constant('commit' as const), member, partition: fc.nat(2) }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1, 1_000, 5_000, 70_000) }),
  fc.record({
    kind: fc.constant('settle' as const),
    fails: fc.constantFrom(false, false, false, true),
  }),
);

/** Clients that do what a random script says with what they were last told. */
class Clients {
  readonly h = new GroupHarness();
  readonly waiting: { answer: JoinGroupAnswer | undefined }[] = [];

  private last(index: number): JoinGroupAnswer | undefined {
    const known = this.waiting.map(({ answer }) => answer).filter((answer) => answer !== undefined);
    return known.length === 0 ? undefined : known[known.length - 1 - (index % known.length)];
  }

  run(step: Step): void {
    const { h } = this;
    switch (step.kind) {
      case 'join':
        this.waiting.push(h.join({ requireKnownMemberId: step.member % 2 === 0 }));
        return;
      case 'static':
        this.waiting.push(h.join({ groupInstanceId: `i${step.instance}` }));
        return;
      case 'wait':
        h.advance(step.ms);
        return;
      case 'settle':
        h.settle(step.fails ? new KafkaError('KAFKA_STORAGE_ERROR') : undefined);
        return;
      default:
        this.asMember(step);
    }
  }

  private asMember(step: Extract<Step, { readonly member: number }>): void {
    const { h } = this;
    const told = this.last(step.member);
    if (told === undefined) return;
    const { memberId, generationId } = told;
    if (step.kind === 'rejoin') {
      const protocols = [{ name: 'range', metadata: bytes(step.member) }];
      this.waiting.push(h.join({ memberId, protocols }));
    } else if (step.kind === 'sync') {
      h.sync(told, [{ memberId, assignment: bytes(step.member) }]);
    } else if (step.kind === 'heartbeat') {
      h.shard.heartbeat({ groupId: 'g', generationId, memberId, groupInstanceId: null });
    } else if (step.kind === 'leave') {
      h.leave({ groupId: 'g', members: [{ memberId, groupInstanceId: null }] });
    } else if (step.kind === 'commit') {
      h.commit({ generationId, memberId, partitions: [commitOf('t', step.partition, 1n)] });
    }
  }
}

function checkInvariants(h: GroupHarness): void {
  const { group } = h;
  if (group === undefined) return;
  if (group.leaderId !== null) expect(group.members.has(group.leaderId)).toBe(true);
  if (group.state === 'Empty') expect(group.members.size).toBe(0);
  if (group.isIn('Stable', 'CompletingRebalance')) {
    expect(group.members.size).toBeGreaterThan(0);
    expect(group.leaderId).not.toBeNull();
    expect(group.protocolName).toBe('range');
  }
  for (const id of group.pendingSyncMembers) expect(group.members.has(id)).toBe(true);
  for (const id of group.pendingJoinMembers) expect(group.members.has(id)).toBe(false);
  for (const [id, { memberId, groupInstanceId, awaitingJoin, awaitingSync }] of group.members) {
    expect(memberId).toBe(id);
    if (groupInstanceId !== null) expect(group.staticMemberId(groupInstanceId)).toBe(id);
    if (awaitingSync !== undefined) expect(group.state).toBe('CompletingRebalance');
    if (awaitingJoin !== undefined) expect(group.isIn('PreparingRebalance', 'Stable')).toBe(true);
  }
}

test('random clients: one leader, rising generations, and the records tell the state', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const clients = new Clients();
      const { h } = clients;
      let generation = 0;
      for (const one of steps) {
        const before = h.group;
        clients.run(one);
        checkInvariants(h);
        if (h.group !== undefined && h.group === before) {
          expect(h.group.generationId).toBeGreaterThanOrEqual(generation);
        }
        generation = h.group?.generationId ?? 0;
      }
      h.settle();
      const restored = h.replayed();
      expect(restored.shard.fetchAllOffsets('g')).toEqual(h.shard.fetchAllOffsets('g'));
    }),
    { numRuns: 300 },
  );
});

test('random clients: once they calm down the group is stable, and so it is from its records', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const clients = new Clients();
      const { h } = clients;
      for (const one of steps) clients.run(one);
      h.advance(2_000_000);
      h.settle();
      expect(h.group?.members.size ?? 0).toBe(0);
      expect(clients.waiting.every(({ answer }) => answer !== undefined)).toBe(true);
      h.stableGroup(2);
      expect(h.group?.state).toBe('Stable');
      expect(h.replayed().shard.describeGroup('g')).toEqual(h.shard.describeGroup('g'));
    }),
    { numRuns: 100 },
  );
});
