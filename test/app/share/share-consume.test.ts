import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Broker, startTestBroker } from '../../../src/testing/index.ts';
import { batchOf, produce } from '../../fidelity/batches.ts';
import { type Answer, Scene } from '../../fidelity/scene.ts';

const ACCEPT = 1;
const RELEASE = 2;
const MAX_SESSIONS = 40;
const WAIT_MS = 4_000;
const settings = {
  'group.share.max.share.sessions': MAX_SESSIONS,
  'group.share.assignment.interval.ms': 0,
  'group.share.min.record.lock.duration.ms': 1_000,
  'group.share.record.lock.duration.ms': 1_000,
};

/** A member of group `g` that reads partition 0 of a topic over a connection of its own. */
class Member {
  readonly scene: Scene;
  readonly #name: string;
  readonly #topic: { readonly name: string; readonly id: string };
  #epoch = 0;

  constructor(broker: Broker, name: string, topic: { readonly name: string; readonly id: string }) {
    this.scene = new Scene(broker.port);
    this.#name = name;
    this.#topic = topic;
  }

  /** Is assigned the partition. */
  async join(): Promise<this> {
    const { name } = this.#topic;
    await this.scene.quietly('FindCoordinator', 4, { keyType: 0, coordinatorKeys: ['g'] });
    await this.scene.quietly('IncrementalAlterConfigs', 1, {
      resources: [
        {
          ...{ resourceType: 32, resourceName: 'g' },
          configs: [{ name: 'share.auto.offset.reset', configOperation: 0, value: 'earliest' }],
        },
      ],
      validateOnly: false,
    });
    for (let left = 200, memberEpoch = 0; left > 0; left--) {
      const request = { groupId: 'g', memberId: this.#name, memberEpoch };
      const subscribed = { ...request, subscribedTopicNames: [name] };
      const answer: Answer = await this.scene.quietly('ShareGroupHeartbeat', 1, subscribed);
      if (answer.assignment?.topicPartitions.length > 0) return this;
      if (answer.errorCode === 0) memberEpoch = answer.memberEpoch;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error('no partition is assigned');
  }

  async fetch(batches: readonly object[] = [], change: object = {}): Promise<Answer> {
    const partitions = [{ partitionIndex: 0, acknowledgementBatches: batches }];
    const answer: Answer = await this.scene.quietly('ShareFetch', 2, {
      ...{ groupId: 'g', memberId: this.#name, shareSessionEpoch: this.#epoch },
      ...{ maxWaitMs: WAIT_MS, minBytes: 1, maxBytes: 1_000_000, maxRecords: 500, batchSize: 500 },
      ...{ topics: [{ topicId: this.#topic.id, partitions }], forgottenTopicsData: [], ...change },
    });
    if (answer.errorCode === 0) this.#epoch += 1;
    return answer;
  }

  /** First offset, last offset and delivery count of what is acquired. */
  async acquire(batches: readonly object[] = [], change: object = {}): Promise<number[][]> {
    const answer = await this.fetch(batches, change);
    return acquiredOf(answer);
  }

  async acknowledge(...batches: readonly object[]): Promise<number> {
    const partitions = [{ partitionIndex: 0, acknowledgementBatches: batches }];
    const answer: Answer = await this.scene.quietly('ShareAcknowledge', 2, {
      ...{ groupId: 'g', memberId: this.#name, shareSessionEpoch: this.#epoch },
      topics: [{ topicId: this.#topic.id, partitions }],
    });
    if (answer.errorCode === 0) this.#epoch += 1;
    return answer.errorCode || answer.responses[0].partitions[0].errorCode;
  }

  /** Gives back what it holds. */
  async end(): Promise<void> {
    const ended = { groupId: 'g', memberId: this.#name, shareSessionEpoch: -1, topics: [] };
    await this.scene.quietly('ShareAcknowledge', 2, ended);
  }

  /** Closes its connection. */
  leave(): void {
    this.scene.close();
  }
}

function acquiredOf(answer: Answer): number[][] {
  return answer.responses.flatMap(({ partitions }: Answer) =>
    partitions.flatMap(({ acquiredRecords }: Answer) =>
      acquiredRecords.map(({ firstOffset, lastOffset, deliveryCount }: Answer) => [
        ...[Number(firstOffset), Number(lastOffset), deliveryCount],
      ]),
    ),
  );
}

const range = (first: number, last: number, type: number) => ({
  ...{ firstOffset: BigInt(first), lastOffset: BigInt(last), acknowledgeTypes: [type] },
});

let broker: Broker;
let setup: Scene;
beforeAll(async () => {
  broker = await startTestBroker({ settings });
  setup = new Scene(broker.port);
});
afterAll(async () => {
  setup.close();
  await broker.close();
});

async function topicOf(name: string): Promise<{ name: string; id: string }> {
  return { name, id: await setup.create(name) };
}

const feed = (topic: { readonly name: string }, ...values: readonly string[]) =>
  setup.quietly('Produce', 9, produce(topic.name, batchOf(values)));

test('a fetch waits for records, and those of a member that hangs up are for others', async () => {
  const topic = await topicOf('waits');
  const first = await new Member(broker, 'w1', topic).join();
  const second = await new Member(broker, 'w2', topic).join();
  const waiting = first.acquire();
  await feed(topic, 'a', 'b', 'c');
  expect(await waiting).toEqual([[0, 2, 1]]);
  expect(await first.acknowledge(range(0, 0, ACCEPT))).toBe(0);
  const others = second.acquire();
  first.leave();
  expect(await others).toEqual([[1, 2, 2]]);
  // A release wakes those who wait just so.
  const third = await new Member(broker, 'w3', topic).join();
  const released = third.acquire();
  expect(await second.acknowledge(range(1, 2, RELEASE))).toBe(0);
  expect(await released).toEqual([[1, 2, 3]]);
  second.leave();
  third.leave();
});

test('a lock that ran out gives the records to others, and its holder cannot acknowledge them', async () => {
  const topic = await topicOf('locks');
  await feed(topic, 'a', 'b');
  const slow = await new Member(broker, 'l1', topic).join();
  const quick = await new Member(broker, 'l2', topic).join();
  expect(await slow.acquire()).toEqual([[0, 1, 1]]);
  expect(await quick.acquire()).toEqual([[0, 1, 2]]);
  expect(await slow.acknowledge(range(0, 1, ACCEPT))).toBe(121);
  expect(await quick.acknowledge(range(0, 1, ACCEPT))).toBe(0);
  expect(await quick.acquire([], { maxWaitMs: 0 })).toEqual([]);
  slow.leave();
  quick.leave();
});

test('records that DeleteRecords took are passed over, held or not', async () => {
  const topic = await topicOf('trimmed');
  for (const values of ['abc', 'def', 'ghi']) await feed(topic, ...values);
  const trim = (offset: bigint) => {
    const partitions = [{ partitionIndex: 0, offset }];
    return setup.quietly('DeleteRecords', 2, {
      ...{ topics: [{ name: topic.name, partitions }], timeoutMs: 5_000 },
    });
  };
  const member = await new Member(broker, 't1', topic).join();
  expect(await member.acquire([], { maxRecords: 1, batchSize: 1 })).toEqual([[0, 2, 1]]);
  await trim(4n);
  expect(await member.acquire()).toEqual([[4, 8, 1]]);
  await trim(7n);
  expect(await member.acknowledge(range(7, 7, RELEASE))).toBe(0);
  expect(await member.acquire()).toEqual([[7, 7, 2]]);
  expect(await member.acknowledge(range(7, 8, ACCEPT))).toBe(0);
  await feed(topic, 'j');
  expect(await member.acquire()).toEqual([[9, 9, 1]]);
  member.leave();
});

test('sessions are limited, over all groups', async () => {
  const topic = await topicOf('crowd');
  const scene = new Scene(broker.port);
  const open = async (member: number, shareSessionEpoch = 0): Promise<number> => {
    const request = {
      ...{ groupId: `g${member % 3}`, memberId: `c${member}`, shareSessionEpoch },
      ...{ maxWaitMs: 0, minBytes: 0, maxBytes: 1, maxRecords: 1, batchSize: 1 },
      topics: shareSessionEpoch < 0 ? [] : [{ topicId: topic.id, partitions: [] }],
      forgottenTopicsData: [],
    };
    const answer: Answer = await scene.quietly('ShareFetch', 1, request);
    return answer.errorCode;
  };
  const codes: number[] = [];
  for (let member = 0; member < MAX_SESSIONS + 10; member++) codes.push(await open(member));
  const refused = codes.filter((code) => code === 133);
  expect(refused.length).toBeGreaterThanOrEqual(10);
  expect(codes.slice(0, MAX_SESSIONS - 6)).toEqual(new Array(MAX_SESSIONS - 6).fill(0));
  // One that ends makes room for another.
  expect(await open(0, -1)).toBe(0);
  expect(await open(MAX_SESSIONS + 20)).toBe(0);
  expect(await open(MAX_SESSIONS + 21)).toBe(133);
  // So does a client that hangs up with all of its own.
  scene.close();
  const next = await new Member(broker, 'after', topic).join();
  let code = 133;
  for (let left = 100; left > 0 && code === 133; left--) {
    code = (await next.fetch([], { maxWaitMs: 0 })).errorCode;
  }
  expect(code).toBe(0);
  next.leave();
});

test('a topic that is deleted is told in the session', async () => {
  const topic = await topicOf('deleted');
  await feed(topic, 'a');
  const member = await new Member(broker, 'd1', topic).join();
  expect(await member.acquire()).toEqual([[0, 0, 1]]);
  await setup.quietly('DeleteTopics', 6, {
    ...{ topics: [{ name: 'deleted', topicId: 'AAAAAAAAAAAAAAAAAAAAAA' }], timeoutMs: 5_000 },
  });
  expect(await member.acknowledge(range(0, 0, ACCEPT))).toBe(100);
  const { responses } = await member.fetch([], { maxWaitMs: 100 });
  expect(responses[0].partitions[0].errorCode).toBe(100);
  member.leave();
});

test('what was acknowledged or released is known after a restart', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'kawadb-share-'));
  const start = () => startTestBroker({ settings, storage: 'segment', dataDir });
  let own = await start();
  const scene = new Scene(own.port);
  const topic = { name: 'kept', id: await scene.create('kept') };
  await scene.quietly('Produce', 9, produce('kept', batchOf([...'abcdef'])));
  let member = await new Member(own, 'k1', topic).join();
  expect(await member.acquire()).toEqual([[0, 5, 1]]);
  expect(await member.acknowledge(range(0, 1, ACCEPT), range(3, 3, ACCEPT))).toBe(0);
  expect(await member.acknowledge(range(4, 4, RELEASE))).toBe(0);
  await member.end();
  member.leave();
  scene.close();
  await own.close();
  own = await start();
  member = await new Member(own, 'k2', topic).join();
  expect(await member.acquire()).toEqual([
    [2, 2, 2],
    [4, 5, 2],
  ]);
  expect(await member.acknowledge(range(2, 5, ACCEPT))).toBe(121);
  expect(
    await member.acknowledge(range(2, 2, ACCEPT), range(4, 4, ACCEPT), range(5, 5, ACCEPT)),
  ).toBe(0);
  expect(await member.acquire([], { maxWaitMs: 0 })).toEqual([]);
  member.leave();
  await own.close();
  await rm(dataDir, { recursive: true, force: true });
});
