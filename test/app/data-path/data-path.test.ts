import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ApiVersionsApi,
  codec,
  DeleteRecordsApi,
  FetchApi,
  ListOffsetsApi,
  OffsetForLeaderEpochApi,
  ProduceApi,
  RequestHeader,
  responseHeaderVersion,
  WireReader,
  WireWriter,
} from '../../../src/domain/protocol/index.ts';
import type {
  ApiDefinition,
  RequestInput,
  ResponseOf,
} from '../../../src/domain/protocol/schema.ts';
import {
  frame,
  type Listener,
  RawClient,
  startListener,
} from '../../adapters/kafka/listener-fixture.ts';
import {
  batchOf,
  MOVED_TOPIC,
  type ServedLogs,
  serveLogs,
  TOPIC,
  TOPIC_ID,
  valuesOf,
} from './served-logs.ts';

let served: ServedLogs;
let listener: Listener;
let client: RawClient;
beforeAll(async () => {
  served = await serveLogs();
  listener = await startListener(served.handlers);
  client = await RawClient.open(listener.port);
});
afterAll(async () => {
  client.close();
  await listener.transport.close();
  await served.logs.close();
});

let correlationId = 0;

function send<Api extends ApiDefinition>(api: Api, version: number, body: RequestInput<Api>): void {
  correlationId += 1;
  const writer = new WireWriter();
  const header = {
    requestApiKey: api.key,
    requestApiVersion: version,
    correlationId,
    clientId: 'c',
  };
  codec(RequestHeader, version >= api.flexibleSince ? 2 : 1).encode(writer, header);
  codec(api.request, version).encode(writer, body as never);
  client.send(frame(writer.toUint8Array()));
}

async function receive<Api extends ApiDefinition>(api: Api, version: number) {
  const answer = await client.receive();
  if (answer === undefined) throw new Error(`${api.name} ${version}: hung up`);
  expect(answer.readInt32BE(0)).toBe(correlationId);
  const at = 4 + responseHeaderVersion(api, version);
  const reader = new WireReader(answer, at);
  const decoded = codec(api.response, version).decode(reader) as ResponseOf<Api>;
  expect(reader.remaining).toBe(0);
  return decoded;
}

function call<Api extends ApiDefinition>(api: Api, version: number, body: RequestInput<Api>) {
  send(api, version, body);
  return receive(api, version);
}

function produce(version: number, partitions: Record<number, Uint8Array | null>, more = {}) {
  const partitionData = Object.entries(partitions).map(([index, records]) => ({
    index: Number(index),
    records,
  }));
  const topicData = [{ name: TOPIC, topicId: TOPIC_ID, partitionData, ...more }];
  return { acks: -1, timeoutMs: 1_000, topicData: strip(topicData, version >= 13) };
}

/** A version that names topics by id cannot carry names, and the other way round. */
function strip<T extends { name?: string; topic?: string; topicId: string }>(
  topics: T[],
  byId: boolean,
) {
  return topics.map(({ name, topic, topicId, ...rest }) => {
    if (byId) return { topicId, ...rest };
    return name === undefined ? { topic, ...rest } : { name, ...rest };
  }) as never;
}

function fetchOf(version: number, fetchOffset: bigint, more = {}, partitionMore = {}) {
  const partition = {
    partition: 0,
    fetchOffset,
    partitionMaxBytes: 1_000_000,
    ...partitionMore,
  };
  const topics = [{ topic: TOPIC, topicId: TOPIC_ID, partitions: [partition] }];
  const base = { maxWaitMs: 0, minBytes: 1, topics: strip(topics, version >= 13) };
  return { ...base, forgottenTopicsData: [], ...more };
}

const end = () => served.logs.get(TOPIC_ID, 0)!.highWatermark;

describe('the data path over TCP and the memory engine', () => {
  for (let version = 3; version <= 13; version += 1) {
    it(`produces with version ${version}`, async () => {
      const before = end();
      const good = batchOf(`produced by ${version}`, 'and one more');
      const answer = await call(ProduceApi, version, produce(version, { 0: good, 7: good }));
      const [first, second] = answer.responses[0]!.partitionResponses;
      expect(first).toMatchObject({ index: 0, errorCode: 0, baseOffset: before });
      expect(second).toMatchObject({ index: 7, errorCode: 3, baseOffset: -1n });
      expect(end()).toBe(before + 2n);
      const broken = batchOf('a value to damage');
      broken[70] = broken[70]! ^ 1;
      const bad = await call(ProduceApi, version, produce(version, { 0: broken, 1: null }));
      const codes = bad.responses[0]!.partitionResponses.map(({ errorCode }) => errorCode);
      expect(codes).toEqual([2, 87]);
    });
  }

  for (let version = 4; version <= 18; version += 1) {
    it(`fetches with version ${version}`, async () => {
      const value = `fetched by ${version} `.padEnd(6_000, '.');
      const offset = end();
      await call(ProduceApi, 9, produce(9, { 0: batchOf(value) }));
      const answer = await call(FetchApi, version, fetchOf(version, offset) as never);
      const partition = answer.responses[0]!.partitions[0]!;
      expect(partition).toMatchObject({ errorCode: 0, highWatermark: offset + 1n });
      expect(valuesOf(partition.records!)).toContain(value);
      const beyond = await call(FetchApi, version, fetchOf(version, offset + 9n) as never);
      expect(beyond.responses[0]!.partitions[0]!.errorCode).toBe(1);
    });
  }

  it('tells where a partition is led, in the versions that can', async () => {
    const topicData = [{ name: MOVED_TOPIC, partitionData: [{ index: 0, records: batchOf('x') }] }];
    for (const version of [3, 8, 9, 10, 12]) {
      const body = { acks: 1, timeoutMs: 1, topicData };
      const answer = await call(ProduceApi, version, body as never);
      const [partition] = answer.responses[0]!.partitionResponses;
      expect(partition!.errorCode).toBe(6);
      expect(partition!.currentLeader.leaderId).toBe(version >= 10 ? 2 : -1);
    }
    const topics = [
      {
        topic: MOVED_TOPIC,
        partitions: [{ partition: 1, fetchOffset: 0n, partitionMaxBytes: 1 }],
      },
    ];
    for (const version of [4, 11, 12]) {
      const body = fetchOf(version, 0n, { topics });
      const answer = await call(FetchApi, version, body as never);
      expect(answer.responses[0]!.partitions[0]!.errorCode).toBe(6);
    }
  });

  it('waits for a batch, and wakes', async () => {
    const offset = end();
    send(FetchApi, 12, fetchOf(12, offset, { maxWaitMs: 5_000 }) as never);
    const waiting = receive(FetchApi, 12);
    await new Promise((resolve) => setTimeout(resolve, 30));
    served.logs.get(TOPIC_ID, 0)!.append(batchOf('awaited'), { origin: 'client' });
    const started = Date.now();
    const answer = await waiting;
    expect(Date.now() - started).toBeLessThan(1_000);
    expect(valuesOf(answer.responses[0]!.partitions[0]!.records!)).toContain('awaited');
  });

  it('keeps a fetch session over the wire', async () => {
    const offset = end();
    const first = await call(FetchApi, 13, fetchOf(13, offset, { sessionEpoch: 0 }) as never);
    const { sessionId } = first;
    expect(sessionId).toBeGreaterThan(0);
    const next = { maxWaitMs: 0, minBytes: 1, topics: [], forgottenTopicsData: [], sessionId };
    const second = await call(FetchApi, 13, { ...next, sessionEpoch: 1 } as never);
    expect(second).toMatchObject({ errorCode: 0, sessionId, responses: [] });
    const third = await call(FetchApi, 13, { ...next, sessionEpoch: 1 } as never);
    expect(third).toMatchObject({ errorCode: 71, responses: [] });
  });

  it('sends nothing for acks=0, and hangs up where it would have told an error', async () => {
    const before = end();
    send(ProduceApi, 9, { ...produce(9, { 0: batchOf('silent') }), acks: 0 });
    const after = await call(ProduceApi, 9, produce(9, { 0: batchOf('told') }));
    expect(after.responses[0]!.partitionResponses[0]!.baseOffset).toBe(before + 1n);
    const other = client;
    client = await RawClient.open(listener.port);
    send(ProduceApi, 9, { ...produce(9, { 9: batchOf('nowhere') }), acks: 0 });
    expect(await client.hungUp()).toBe(true);
    client = other;
  });

  for (let version = 1; version <= 11; version += 1) {
    it(`lists offsets with version ${version}`, async () => {
      const ask = async (timestamp: bigint) => {
        const partitions = [{ partitionIndex: 0, timestamp }];
        const topics = [{ name: TOPIC, partitions }];
        const answer = await call(ListOffsetsApi, version, {
          replicaId: -1,
          isolationLevel: 0,
          topics,
        } as never);
        return answer.topics[0]!.partitions[0]!;
      };
      expect(await ask(-1n)).toMatchObject({ errorCode: 0, offset: end(), timestamp: -1n });
      expect(await ask(-2n)).toMatchObject({ errorCode: 0, offset: 0n });
      expect(await ask(0n)).toMatchObject({ errorCode: 0, offset: 0n });
      expect(await ask(9_000_000_000_000n)).toMatchObject({ errorCode: 0, offset: -1n });
      expect((await ask(-3n)).errorCode).toBe(version >= 7 ? 0 : 35);
      expect((await ask(-6n)).errorCode).toBe(version >= 11 ? 0 : 35);
    });
  }

  it('refuses to list a partition twice', async () => {
    const twice = { partitionIndex: 0, timestamp: -1n };
    const topics = [{ name: TOPIC, partitions: [twice, twice, { ...twice, partitionIndex: 1 }] }];
    const answer = await call(ListOffsetsApi, 5, { replicaId: -1, isolationLevel: 0, topics });
    expect(answer.topics[0]!.partitions.map(({ errorCode }) => errorCode)).toEqual([42, 0]);
  });

  for (let version = 2; version <= 4; version += 1) {
    it(`tells the end of a leader epoch with version ${version}`, async () => {
      const partitions = [
        { partition: 0, leaderEpoch: 0 },
        { partition: 0, leaderEpoch: 9, currentLeaderEpoch: 3 },
      ];
      const topics = [{ topic: TOPIC, partitions }];
      const answer = await call(OffsetForLeaderEpochApi, version, { topics });
      const [known, fenced] = answer.topics[0]!.partitions;
      expect(known).toMatchObject({ errorCode: 0, leaderEpoch: 0, endOffset: end() });
      expect(fenced).toMatchObject({ errorCode: 75, leaderEpoch: -1, endOffset: -1n });
    });
  }

  for (let version = 0; version <= 2; version += 1) {
    it(`deletes records with version ${version}`, async () => {
      const remove = async (offset: bigint) => {
        const topics = [{ name: TOPIC, partitions: [{ partitionIndex: 0, offset }] }];
        const answer = await call(DeleteRecordsApi, version, { topics, timeoutMs: 1_000 });
        return answer.topics[0]!.partitions[0]!;
      };
      const to = BigInt(version + 1);
      expect(await remove(to)).toMatchObject({ errorCode: 0, lowWatermark: to });
      expect(await remove(end() + 1n)).toMatchObject({ errorCode: 1, lowWatermark: -1n });
      if (version === 2) expect(await remove(-1n)).toMatchObject({ lowWatermark: end() });
    });
  }

  it('advertises what it serves', async () => {
    const body = { clientSoftwareName: 'test', clientSoftwareVersion: '1' };
    const { apiKeys } = await call(ApiVersionsApi, 4, body);
    const keys = apiKeys.map(({ apiKey, minVersion, maxVersion }) => [
      apiKey,
      minVersion,
      maxVersion,
    ]);
    expect(keys).toEqual([
      [0, 0, 13],
      [1, 4, 18],
      [2, 1, 11],
      [17, 0, 1],
      [18, 0, 5],
      [21, 0, 2],
      [23, 2, 4],
      [36, 0, 2],
    ]);
  });
});
