import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Broker, startTestBroker } from '../../../src/testing/index.ts';
import { RawClient } from '../../adapters/kafka/listener-fixture.ts';
import { batchOf } from '../../fidelity/batches.ts';
import { type Answer, Scene } from '../../fidelity/scene.ts';

// A wait is at least as long as it was told; how much longer is up to the machine.
const SLACK_MS = 30;

let broker: Broker;
let scene: Scene;
beforeEach(async () => {
  broker = await startTestBroker({
    settings: { 'quota.window.num': 3, 'controller.quota.window.num': 2 },
  });
  scene = new Scene(broker.port);
});
afterEach(async () => {
  scene.close();
  await broker.close();
});

async function allow(
  entity: Readonly<Record<string, string | null>>,
  quotas: Readonly<Record<string, number | null>>,
): Promise<void> {
  const answer: Answer = await scene.quietly(
    'AlterClientQuotas',
    1,
    {
      validateOnly: false,
      entries: [
        {
          entity: Object.entries(entity).map(([entityType, entityName]) => ({
            ...{ entityType, entityName },
          })),
          ops: Object.entries(quotas).map(([key, value]) => ({
            ...{ key, value: value ?? 0, remove: value === null },
          })),
        },
      ],
    },
    'admin',
  );
  expect(answer.entries[0].errorCode).toBe(0);
}

function produce(topic: string, bytes: number, client: string, acks = -1): Promise<Answer> {
  const partitionData = [{ index: 0, records: batchOf(['x'.repeat(bytes)]) }];
  const request = {
    ...{ transactionalId: null, acks, timeoutMs: 5_000 },
    topicData: [{ name: topic, partitionData }],
  };
  if (acks === 0) return scene.send('Produce', 9, request, client);
  return scene.quietly('Produce', 9, request, client);
}

function fetchAll(topic: string, client: string, more: object = {}): Promise<Answer> {
  return scene.quietly(
    'Fetch',
    11,
    {
      ...{ replicaId: -1, maxWaitMs: 0, minBytes: 1, maxBytes: 50_000_000, isolationLevel: 0 },
      ...{ sessionId: 0, sessionEpoch: -1, forgottenTopicsData: [], rackId: '' },
      topics: [
        {
          topic,
          partitions: [
            {
              ...{ partition: 0, currentLeaderEpoch: -1, fetchOffset: 0n },
              ...{ logStartOffset: -1n, partitionMaxBytes: 1_000_000 },
            },
          ],
        },
      ],
      ...more,
    },
    client,
  );
}

/** How long the broker takes to answer a client's next request. */
async function silenceMs(client: string): Promise<number> {
  const startMs = performance.now();
  await scene.quietly('ListGroups', 0, {}, client);
  return performance.now() - startMs;
}

describe('quotas', () => {
  it('hold a producer: it is told to wait, and not heard meanwhile', async () => {
    await scene.create('quota-produce');
    await allow({ 'client-id': 'greedy' }, { producer_byte_rate: 4_000 });
    // A burst of a whole window is fine.
    const first = await produce('quota-produce', 4_000, 'greedy');
    expect(first.throttleTimeMs).toBe(0);
    const second = await produce('quota-produce', 8_000, 'greedy');
    expect(second.responses[0].partitionResponses[0]).toMatchObject({ errorCode: 0 });
    expect(second.throttleTimeMs).toBeGreaterThan(200);
    // Others are none the worse for it.
    expect((await produce('quota-produce', 8_000, 'modest')).throttleTimeMs).toBe(0);
    expect(await silenceMs('greedy')).toBeGreaterThan(second.throttleTimeMs - SLACK_MS - 100);
  });

  it('hold a producer that wants no answers', async () => {
    await scene.create('quota-silent');
    await allow({ user: null }, { producer_byte_rate: 10_000 });
    await produce('quota-silent', 60_000, 'silent', 0);
    expect(await silenceMs('silent')).toBeGreaterThan(500);
    await allow({ user: null }, { producer_byte_rate: null });
    expect((await produce('quota-silent', 60_000, 'silent')).throttleTimeMs).toBe(0);
  });

  it('hold a consumer: it gets nothing while it has to wait, and all of it in the end', async () => {
    await scene.create('quota-fetch');
    for (let i = 0; i < 4; i++) await produce('quota-fetch', 3_000, 'writer');
    await allow({ user: 'ANONYMOUS', 'client-id': null }, { consumer_byte_rate: 4_000 });
    const sizeOf = (answer: Answer): number =>
      answer.responses[0]?.partitions[0].records?.length ?? 0;
    // Not more than a window allows, though more was asked for.
    const first = await fetchAll('quota-fetch', 'reader');
    expect(sizeOf(first)).toBeGreaterThan(3_000);
    expect(sizeOf(first)).toBeLessThanOrEqual(8_000);
    const second = await fetchAll('quota-fetch', 'reader');
    expect(second.throttleTimeMs).toBeGreaterThan(0);
    expect(second.responses).toEqual([]);
    const startMs = performance.now();
    let third = await fetchAll('quota-fetch', 'reader');
    expect(performance.now() - startMs).toBeGreaterThan(second.throttleTimeMs - SLACK_MS - 100);
    for (let left = 20; left > 0 && sizeOf(third) === 0; left--) {
      third = await fetchAll('quota-fetch', 'reader');
    }
    expect(sizeOf(third)).toBeGreaterThan(0);
  });

  it('let a record pass that is larger than a whole window allows', async () => {
    await scene.create('quota-large');
    await produce('quota-large', 20_000, 'writer');
    await allow({ 'client-id': 'reader' }, { consumer_byte_rate: 1_000 });
    const answer = await fetchAll('quota-large', 'reader');
    expect(answer.responses[0].partitions[0].records.length).toBeGreaterThan(20_000);
  });

  it('keep a fetch session in step with what was answered', async () => {
    await scene.create('quota-session');
    await produce('quota-session', 3_000, 'writer');
    const opened = await fetchAll('quota-session', 'session', { sessionEpoch: 0 });
    expect(opened.sessionId).toBeGreaterThan(0);
    await allow({ 'client-id': 'session' }, { consumer_byte_rate: 3_500 });
    const next = (sessionEpoch: number) =>
      fetchAll('quota-session', 'session', {
        ...{ sessionId: opened.sessionId, sessionEpoch, topics: [] },
      });
    expect((await next(1)).responses).toHaveLength(1);
    expect((await next(2)).responses).toHaveLength(1);
    const throttled = await next(3);
    expect(throttled).toMatchObject({ errorCode: 0, sessionId: opened.sessionId, responses: [] });
    await allow({ 'client-id': 'session' }, { consumer_byte_rate: null });
    expect((await next(4)).responses).toHaveLength(1);
  });

  it('hold a client that takes too much of the time, for no longer than a sample', async () => {
    await allow({ 'client-id': 'busy' }, { request_percentage: 0.001 });
    const answer = await scene.quietly('Metadata', 9, { topics: null }, 'busy');
    expect(answer.throttleTimeMs).toBeGreaterThan(0);
    expect(answer.throttleTimeMs).toBeLessThanOrEqual(1_000);
    expect(await silenceMs('busy')).toBeGreaterThan(answer.throttleTimeMs - SLACK_MS - 100);
  });

  it('hold who changes topics: new versions are refused, older ones wait', async () => {
    await allow({ 'client-id': 'maker' }, { controller_mutation_rate: 5 });
    const create = (name: string, version: number, client = 'maker', partitions = 10) =>
      scene.quietly(
        'CreateTopics',
        version,
        {
          ...{ timeoutMs: 5_000, validateOnly: false },
          topics: [
            { name, numPartitions: partitions, replicationFactor: 1, assignments: [], configs: [] },
          ],
        },
        client,
      ) as Promise<Answer>;
    const first = await create('quota-a', 6);
    expect(first).toMatchObject({ throttleTimeMs: 0, topics: [{ errorCode: 0 }] });
    // A debt is allowed once, and refused from then on.
    expect(await create('quota-b', 6)).toMatchObject({ topics: [{ errorCode: 0 }] });
    const refused = await create('quota-c', 6);
    expect(refused.topics[0].errorCode).toBe(89);
    expect(refused.throttleTimeMs).toBeGreaterThan(1_000);
    expect(await create('quota-d', 6, 'other')).toMatchObject({ topics: [{ errorCode: 0 }] });
    await allow({ 'client-id': 'old' }, { controller_mutation_rate: 100 });
    expect((await create('quota-e', 5, 'old', 210)).throttleTimeMs).toBeGreaterThan(0);
    expect(await create('quota-f', 5, 'old')).toMatchObject({ topics: [{ errorCode: 0 }] });
    const deleted: Answer = await scene.quietly(
      'DeleteTopics',
      5,
      { topicNames: ['quota-c'], timeoutMs: 5_000 },
      'maker-2',
    );
    expect(deleted.responses[0].errorCode).toBe(3);
  });

  it('hang up on addresses that connect too often, and serve them again later', async () => {
    await allow({ ip: '127.0.0.1' }, { connection_creation_rate: 2 });
    const clients: RawClient[] = [];
    let refused = 0;
    for (let i = 0; i < 6; i++) {
      const client = await RawClient.open(broker.port);
      clients.push(client);
    }
    for (const client of clients) {
      // ApiVersions, version 0.
      client.send(Uint8Array.of(0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 255, 255));
      if ((await client.receive(15_000)) === undefined) refused += 1;
    }
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThan(6);
    for (const client of clients) client.close();
    await allow({ ip: '127.0.0.1' }, { connection_creation_rate: null });
    const again = await RawClient.open(broker.port);
    again.send(Uint8Array.of(0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 255, 255));
    expect(await again.receive()).toBeDefined();
    again.close();
  });
});
