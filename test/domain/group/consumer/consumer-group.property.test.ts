import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ConsumerGroupMember } from '../../../../src/domain/group/consumer/consumer-group-member.ts';
import { KafkaError } from '../../../../src/domain/kafka-error.ts';
import { topicIdOf } from '../modern/topics.ts';
import { ConsumerHarness, stateOf, type Waiting } from './consumer-harness.ts';

const TOPICS = ['t', 'u'];
const SESSION_MS = 45_000;

/** A client that keeps to the protocol: what it is told to give up it gives up later, and says so. */
class Client {
  readonly memberId: string;
  epoch = 0;
  topics: readonly string[] = ['t'];
  owned = new Set<string>();
  /** What it was told last and has not carried out. */
  assigned: Set<string> | undefined;
  isIn = false;
  heardAtMs = 0;
  private waiting: Waiting | undefined;

  constructor(memberId: string) {
    this.memberId = memberId;
  }

  /** A client sends its next heartbeat when the last one was answered. */
  beat(h: ConsumerHarness): void {
    this.hear(h);
    if (this.waiting !== undefined) return;
    const isJoining = this.epoch === 0;
    if (isJoining) this.owned.clear();
    this.isIn = true;
    this.waiting = isJoining
      ? h.joinAs(this.memberId, { subscribedTopicNames: this.topics })
      : h.beat(this.memberId, this.epoch, {
          subscribedTopicNames: this.topics,
          topicPartitions: entriesOf(this.owned),
        });
    this.hear(h);
  }

  hear(h: ConsumerHarness): void {
    const answer = this.waiting?.answer;
    if (answer === undefined) return;
    this.waiting = undefined;
    if (answer.error === 'NONE') {
      this.epoch = answer.memberEpoch;
      this.heardAtMs = h.now;
      if (answer.assignment !== null) {
        this.assigned = new Set(
          answer.assignment.flatMap(({ topicId, partitions }) =>
            partitions.map((each) => `${topicId}/${each}`),
          ),
        );
      }
    } else if (
      ['FENCED_MEMBER_EPOCH', 'UNKNOWN_MEMBER_ID', 'GROUP_ID_NOT_FOUND'].includes(answer.error)
    ) {
      this.epoch = 0;
      this.owned.clear();
      this.assigned = undefined;
    }
  }

  carryOut(): void {
    if (this.assigned === undefined) return;
    this.owned = this.assigned;
    this.assigned = undefined;
  }

  leave(h: ConsumerHarness): void {
    if (!this.isIn || this.waiting !== undefined) return;
    this.owned.clear();
    this.assigned = undefined;
    h.beat(this.memberId, -1);
    this.isIn = false;
    this.epoch = 0;
  }
}

function entriesOf(owned: ReadonlySet<string>) {
  const byTopic = new Map<string, number[]>();
  for (const each of owned) {
    const [topicId = '', partition] = each.split('/');
    byTopic.set(topicId, [...(byTopic.get(topicId) ?? []), Number(partition)]);
  }
  return [...byTopic].map(([topicId, partitions]) => ({ topicId, partitions }));
}

function* held({ assigned, pendingRevocation }: ConsumerGroupMember): Iterable<string> {
  for (const map of [assigned, pendingRevocation]) {
    for (const [topicId, partitions] of map) {
      for (const partition of partitions.keys()) yield `${topicId}/${partition}`;
    }
  }
}

class World {
  readonly h = new ConsumerHarness();
  readonly clients = ['a', 'b', 'c', 'd'].map((id) => new Client(id));
  private counts: Record<string, number> = { t: 3, u: 2 };
  private epoch = 0;

  constructor() {
    this.h.setTopics(this.counts);
  }

  grow(topic: string): void {
    this.counts = { ...this.counts, [topic]: (this.counts[topic] ?? 0) + 1 };
    this.h.setTopics(this.counts);
  }

  settle(fails: boolean): void {
    this.h.settle(fails ? new KafkaError('KAFKA_STORAGE_ERROR') : undefined);
    for (const client of this.clients) client.hear(this.h);
    const epoch = this.h.consumers?.groupEpoch ?? 0;
    // A group that is gone starts anew; one that is there never goes back behind what is stored.
    expect(epoch === 0 || epoch >= this.epoch).toBe(true);
    this.epoch = epoch;
    expect(stateOf(this.h.replayed().consumers)).toEqual(stateOf(this.h.consumers));
  }

  check(): void {
    const holders = new Map<string, string>();
    for (const member of this.h.consumers?.members.values() ?? []) {
      for (const each of held(member)) {
        expect(holders.get(each)).toBeUndefined();
        holders.set(each, member.memberId);
      }
    }
    const owners = new Map<string, string>();
    for (const { memberId, owned, heardAtMs } of this.clients) {
      // A client that is not heard of gives up by itself what it has, when its session is over.
      if (this.h.now - heardAtMs >= SESSION_MS) continue;
      for (const each of owned) {
        expect(owners.get(each)).toBeUndefined();
        owners.set(each, memberId);
      }
    }
  }

  /** Everybody goes on undisturbed: everything is assigned, once. */
  converge(): void {
    this.settle(false);
    // Who left, and whose leaving could not be stored, is a member until its session is over.
    const rounds = 12 + Math.ceil(SESSION_MS / 2_000);
    for (let round = 0; round < rounds; round++) {
      this.h.advance(2_000);
      for (const client of this.clients) {
        if (!client.isIn) continue;
        client.beat(this.h);
        this.settle(false);
        client.carryOut();
        this.check();
      }
    }
    const group = this.h.consumers;
    const inGroup = this.clients.filter(({ isIn }) => isIn);
    if (inGroup.length === 0) return;
    expect(group?.state).toBe('Stable');
    const wanted = new Set<string>();
    for (const topic of new Set(inGroup.flatMap(({ topics }) => topics))) {
      const topicId = topicIdOf(topic);
      for (let i = 0; i < (this.counts[topic] ?? 0); i++) wanted.add(`${topicId}/${i}`);
    }
    const owned = inGroup.flatMap((client) => [...client.owned]);
    expect(owned.toSorted()).toEqual([...wanted].toSorted());
  }
}

const client = fc.nat(3);
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('beat' as const), client }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('carryOut' as const), client }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), client }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('subscribe' as const),
      client,
      topics: fc.subarray(TOPICS),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), client }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.constantFrom(1, 1_000, 4_000, 30_000),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('settle' as const),
      fails: fc.constantFrom(false, false, false, true),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('grow' as const), topic: fc.constantFrom(...TOPICS) }),
  },
);

test('random consumers: no partition with two, everything assigned in the end, records are the state', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const world = new World();
      const { h, clients } = world;
      for (const each of steps) {
        switch (each.kind) {
          case 'beat':
            clients[each.client]?.beat(h);
            break;
          case 'carryOut':
            clients[each.client]?.carryOut();
            break;
          case 'leave':
            clients[each.client]?.leave(h);
            break;
          case 'subscribe':
            (clients[each.client] as Client).topics = each.topics;
            break;
          case 'restart':
            (clients[each.client] as Client).epoch = 0;
            clients[each.client]?.owned.clear();
            break;
          case 'wait':
            h.advance(each.ms);
            break;
          case 'settle':
            world.settle(each.fails);
            break;
          case 'grow':
            world.grow(each.topic);
        }
        for (const one of clients) one.hear(h);
        world.check();
      }
      world.converge();
    }),
    { numRuns: 150 },
  );
});
