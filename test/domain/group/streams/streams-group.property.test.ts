import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StreamsGroupMember } from '../../../../src/domain/group/streams/streams-group-member.ts';
import { eachTask } from '../../../../src/domain/group/streams/task-sets.ts';
import type { TasksTuple } from '../../../../src/domain/group/streams/tasks-tuple.ts';
import { KafkaError } from '../../../../src/domain/kafka-error.ts';
import {
  type Heard,
  internal,
  joining,
  owning,
  StreamsHarness,
  stateOf,
  subtopology,
} from './streams-harness.ts';

const SESSION_MS = 45_000;
const NOTHING: TasksTuple = {
  ...{ activeTasks: new Map(), standbyTasks: new Map(), warmupTasks: new Map() },
};
const TOPOLOGY = {
  epoch: 0,
  subtopologies: [
    subtopology('0', { sourceTopics: ['t'], stateChangelogTopics: [internal('t-changelog')] }),
    subtopology('1', { sourceTopics: ['u'] }),
  ],
};
const COUNTS = { t: 3, 't-changelog': 3, u: 2 };

/** A client that keeps to the protocol: what it is told to give up it gives up later, and says so. */
class Client {
  readonly memberId: string;
  readonly instanceId: string | null;
  processId: string;
  epoch = 0;
  owned: TasksTuple = NOTHING;
  /** What it was told last and has not carried out. */
  told: TasksTuple | undefined;
  isIn = false;
  heardAtMs = 0;
  #waiting: Heard | undefined;

  constructor(memberId: string, processId: string, instanceId: string | null) {
    this.memberId = memberId;
    this.processId = processId;
    this.instanceId = instanceId;
  }

  get isWaiting(): boolean {
    return this.#waiting !== undefined;
  }

  /** A client sends its next heartbeat when the last one was answered. */
  beat(h: StreamsHarness): void {
    this.hear(h);
    if (this.isWaiting) return;
    const { memberId, processId, instanceId } = this;
    this.isIn = true;
    if (this.epoch <= 0) {
      this.owned = NOTHING;
      const change = { processId, instanceId, topology: TOPOLOGY };
      this.#waiting = h.hear(memberId, 0, joining(memberId, change));
    } else {
      const owned = owning(entries(this.owned.activeTasks), entries(this.owned.standbyTasks));
      this.#waiting = h.hear(memberId, this.epoch, { instanceId, ...owned });
    }
    this.hear(h);
  }

  hear(h: StreamsHarness): void {
    const answer = this.#waiting?.result?.answer;
    if (answer === undefined) return;
    this.#waiting = undefined;
    if (answer.error === 'NONE') {
      this.epoch = answer.memberEpoch;
      this.heardAtMs = h.now;
      if (answer.tasks !== null) this.told = answer.tasks;
    } else if (
      ['FENCED_MEMBER_EPOCH', 'UNKNOWN_MEMBER_ID', 'GROUP_ID_NOT_FOUND'].includes(answer.error)
    ) {
      this.forget();
    } else {
      expect(['NOT_COORDINATOR', 'UNRELEASED_INSTANCE_ID']).toContain(answer.error);
    }
  }

  forget(): void {
    this.epoch = 0;
    this.owned = NOTHING;
    this.told = undefined;
  }

  carryOut(): void {
    if (this.told !== undefined) this.owned = this.told;
    this.told = undefined;
  }

  leave(h: StreamsHarness, epoch: number): void {
    if (!this.isIn || this.isWaiting) return;
    this.forget();
    h.hear(this.memberId, epoch, { instanceId: this.instanceId });
    this.isIn = false;
  }

  /** Its connection is gone, and with it the answer. */
  lose(): void {
    this.#waiting = undefined;
  }
}

function entries(tasks: TasksTuple['activeTasks']) {
  return Array.from(tasks, ([subtopologyId, partitions]) => ({ subtopologyId, partitions }));
}

function* held({ assigned, pendingRevocation }: StreamsGroupMember): Iterable<string> {
  for (const { activeTasks } of [assigned, pendingRevocation]) {
    for (const [id, partitions] of activeTasks) {
      for (const partition of partitions.keys()) yield `${id}/${partition}`;
    }
  }
}

class World {
  h = new StreamsHarness(COUNTS);
  readonly clients = [
    new Client('a', 'p1', null),
    new Client('b', 'p1', null),
    new Client('c', 'p2', null),
    new Client('d', 'p3', 'i'),
  ];
  #counts: Record<string, number> = COUNTS;
  #epoch = 0;

  constructor() {
    this.h.setOptions({ numStandbyReplicas: 1 });
  }

  grow(topic: string): void {
    const more = (name: string) => ({ [name]: (this.#counts[name] ?? 0) + 1 });
    this.#counts = { ...this.#counts, ...more(topic) };
    // Nobody but an administrator makes a changelog grow, and the application waits meanwhile.
    if (topic === 't') this.#counts = { ...this.#counts, ...more('t-changelog') };
    this.h.setTopics(this.#counts);
  }

  settle(fails: boolean): void {
    this.h.settle(fails ? new KafkaError('KAFKA_STORAGE_ERROR') : undefined);
    for (const client of this.clients) client.hear(this.h);
    const epoch = this.h.streams?.groupEpoch ?? 0;
    // One that is there never goes back behind what is stored.
    expect(epoch === 0 || epoch >= this.#epoch).toBe(true);
    this.#epoch = epoch;
  }

  /** What is stored makes the group what it is, as it was written as well as after the cleaner. */
  checkLog(): void {
    const state = stateOf(this.h.streams);
    for (const log of [this.h.stored, this.h.compacted(true), this.h.compacted(false)]) {
      expect(stateOf(this.h.replayed(log).streams)).toEqual(state);
    }
  }

  /** What was not stored is lost, and so are the answers to it. */
  restart(): void {
    const { stored } = this.h;
    this.h = this.h.replayed();
    this.h.stored.push(...stored);
    for (const client of this.clients) client.lose();
  }

  check(): void {
    const holders = new Map<string, string>();
    const replicas = new Set<string>();
    for (const member of this.h.streams?.members.values() ?? []) {
      for (const each of held(member)) {
        expect(holders.get(each)).toBeUndefined();
        holders.set(each, member.memberId);
      }
      for (const [id, partition] of eachTask(member.assigned.standbyTasks)) {
        const key = `${member.processId}/${id}/${partition}`;
        expect(replicas.has(key)).toBe(false);
        replicas.add(key);
      }
    }
    const owners = new Map<string, string>();
    for (const { memberId, owned, heardAtMs } of this.clients) {
      // A client that is not heard of gives up by itself what it has, when its session is over.
      if (this.h.now - heardAtMs >= SESSION_MS) continue;
      for (const [id, partition] of eachTask(owned.activeTasks)) {
        expect(owners.get(`${id}/${partition}`)).toBeUndefined();
        owners.set(`${id}/${partition}`, memberId);
      }
    }
  }

  /** Everybody goes on undisturbed: everything is assigned, once. */
  converge(): void {
    this.settle(false);
    // Who left, and whose leaving could not be stored, is a member until its session is over.
    for (let round = 0; round < 12 + Math.ceil(SESSION_MS / 2_000); round++) {
      this.h.advance(2_000);
      for (const client of this.clients) {
        if (!client.isIn) continue;
        client.beat(this.h);
        this.settle(false);
        client.carryOut();
        this.check();
      }
    }
    this.checkLog();
    const inGroup = this.clients.filter(({ isIn }) => isIn);
    if (inGroup.length === 0) return;
    expect(this.h.streams?.state).toBe('Stable');
    const owned = inGroup.flatMap(({ owned: { activeTasks } }) =>
      Array.from(eachTask(activeTasks), ([id, partition]) => `${id}/${partition}`),
    );
    expect(owned.toSorted()).toEqual(this.#tasks().toSorted());
    const standby = inGroup.flatMap(({ owned: { standbyTasks } }) => [...eachTask(standbyTasks)]);
    const { size: processCount } = new Set(inGroup.map(({ processId }) => processId));
    const statefulCount = this.#tasks().filter((each) => each.startsWith('0/')).length;
    const { numStandbyReplicas } = this.h.streamsOptions;
    expect(standby.length).toBe(processCount > 1 ? statefulCount * numStandbyReplicas : 0);
  }

  #tasks(): string[] {
    const numbers = (topic: string) => [...Array(this.#counts[topic]).keys()];
    return [...numbers('t').map((each) => `0/${each}`), ...numbers('u').map((each) => `1/${each}`)];
  }
}

const client = fc.nat(3);
const of = (kind: 'beat' | 'carryOut' | 'leave' | 'away' | 'anew') =>
  fc.record({ kind: fc.constant(kind), client });
const step = fc.oneof(
  { weight: 8, arbitrary: of('beat') },
  { weight: 4, arbitrary: of('carryOut') },
  { weight: 1, arbitrary: of('leave') },
  { weight: 1, arbitrary: of('away') },
  { weight: 1, arbitrary: of('anew') },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
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
    arbitrary: fc.record({
      kind: fc.constant('set' as const),
      numStandbyReplicas: fc.constantFrom(0, 1),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('grow' as const),
      topic: fc.constantFrom('t', 'u'),
    }),
  },
);

type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

function take(world: World, each: Step): void {
  const one = 'client' in each ? world.clients[each.client] : undefined;
  switch (each.kind) {
    case 'beat':
      one?.beat(world.h);
      break;
    case 'carryOut':
      one?.carryOut();
      break;
    case 'leave':
      one?.leave(world.h, -1);
      break;
    case 'away':
      one?.leave(world.h, one.instanceId === null ? -1 : -2);
      break;
    case 'anew':
      one?.forget();
      break;
    case 'restart':
      world.restart();
      break;
    case 'wait':
      world.h.advance(each.ms);
      break;
    case 'settle':
      world.settle(each.fails);
      world.checkLog();
      break;
    case 'set':
      world.h.setOptions({ numStandbyReplicas: each.numStandbyReplicas });
      break;
    case 'grow':
      world.grow(each.topic);
  }
}

test('random applications: no task with two, everything assigned in the end, records are the state', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 40 }),
      fc.constantFrom({}, { initialRebalanceDelayMs: 3_000 }, { assignmentIntervalMs: 1_000 }),
      (steps, options) => {
        const world = new World();
        world.h.setOptions(options);
        for (const each of steps) {
          take(world, each);
          for (const one of world.clients) one.hear(world.h);
          world.check();
        }
        world.converge();
      },
    ),
    { numRuns: 150 },
  );
});
