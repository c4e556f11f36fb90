import { afterEach, describe, expect, it } from 'vitest';
import { RequestBudget } from '../../../src/adapters/kafka/request-budget.ts';
import { handler, type RequestHandler } from '../../../src/adapters/kafka/request-handler.ts';
import type { ReadMode } from '../../../src/adapters/kafka/tcp-socket.ts';
import {
  codec,
  HeartbeatApi,
  ListGroupsApi,
  ProduceApi,
  RequestHeader,
  WireWriter,
} from '../../../src/domain/protocol/index.ts';
import type { ApiDefinition } from '../../../src/domain/protocol/schema.ts';
import type { ClientThrottle } from '../../../src/ports/client-throttle.ts';
import { frame, type Listener, RawClient, startListener, until } from './listener-fixture.ts';

function requestOf(api: ApiDefinition, version: number, correlationId: number, body: object) {
  const writer = new WireWriter();
  const header = {
    requestApiKey: api.key,
    requestApiVersion: version,
    correlationId,
    clientId: 'test',
  };
  codec(RequestHeader, version >= api.flexibleSince ? 2 : 1).encode(writer, header);
  codec(api.request, version).encode(writer, body as never);
  return frame(writer.toUint8Array());
}

function heartbeat(correlationId: number, memberId = 'm', groupId = 'g') {
  return requestOf(HeartbeatApi, 0, correlationId, { groupId, generationId: 1, memberId });
}

function produce(correlationId: number, records: Uint8Array, acks = 1) {
  const topicData = [{ name: 't', partitionData: [{ index: 0, records }] }];
  return requestOf(ProduceApi, 3, correlationId, { acks, timeoutMs: 1, topicData });
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

let listener: Listener | undefined;
let clients: RawClient[] = [];
/** Answers each request after `delayMs` and knows how many were in flight at most. */
function countingProduce(delayMs: number) {
  let inFlight = 0;
  const counting = {
    most: 0,
    handler: handler(
      ProduceApi,
      async () => {
        inFlight += 1;
        counting.most = Math.max(counting.most, inFlight);
        await sleep(delayMs);
        inFlight -= 1;
        return produceAnswer;
      },
      { pipelined: true },
    ),
  };
  return counting;
}

async function start(...args: Parameters<typeof startListener>): Promise<Listener> {
  listener = await startListener(...args);
  return listener;
}
async function open(port: number): Promise<RawClient> {
  const client = await RawClient.open(port);
  clients.push(client);
  return client;
}
afterEach(async () => {
  for (const client of clients) client.close();
  clients = [];
  await listener?.transport.close();
  listener = undefined;
});

/** Heartbeats whose member id says how many milliseconds the answer takes; 'now' answers at once. */
function slowHeartbeats(seen: string[] = []): RequestHandler {
  return handler(HeartbeatApi, ({ memberId }) => {
    seen.push(memberId);
    if (memberId === 'fail') throw new Error('a defect');
    if (memberId === 'now') return { errorCode: 0 };
    return sleep(Number(memberId)).then(() => ({ errorCode: 0 }));
  });
}

const produceAnswer = { responses: [] };

for (const readMode of ['in-place', 'data-event'] as ReadMode[]) {
  describe(`TcpTransport, reading ${readMode}`, () => {
    it('answers in request order, one request at a time', async () => {
      const seen: string[] = [];
      const { port } = await start([slowHeartbeats(seen)], { readMode });
      const client = await open(port);
      const delays = ['30', 'now', '5', 'now', 'now', '1'];
      client.send(Buffer.concat(delays.map((delay, i) => heartbeat(i, delay))));
      for (let i = 0; i < delays.length; i += 1) {
        expect((await client.receive())?.readInt32BE(0)).toBe(i);
      }
      expect(seen).toEqual(delays);
    });

    it('starts pipelined requests together and still answers in order', async () => {
      const delays = [40, 1, 20, 0];
      let started = 0;
      let most = 0;
      const pipelined = handler(
        ProduceApi,
        async ({ timeoutMs }) => {
          const mine = started;
          started += 1;
          most = Math.max(most, started);
          await sleep(delays[mine]! + timeoutMs);
          return produceAnswer;
        },
        { pipelined: true },
      );
      const { port } = await start([pipelined], { readMode });
      const client = await open(port);
      client.send(Buffer.concat(delays.map((_, i) => produce(i, new Uint8Array(10)))));
      for (let i = 0; i < delays.length; i += 1) {
        expect((await client.receive())?.readInt32BE(0)).toBe(i);
      }
      expect(most).toBe(delays.length);
    });

    it('keeps the bytes of a request until its answer, while more is read', async () => {
      const mismatches: number[] = [];
      const keeping = handler(
        ProduceApi,
        async ({ topicData }) => {
          const records = topicData[0]!.partitionData[0]!.records!;
          const first = records[0];
          await sleep(2);
          if (!records.every((byte) => byte === first)) mismatches.push(first!);
          return produceAnswer;
        },
        { pipelined: true },
      );
      const { port, transport } = await start([keeping], { readMode });
      const client = await open(port);
      const count = 300;
      for (let i = 0; i < count; i += 1) {
        const size = i % 50 === 0 ? 600_000 : 1 + ((i * 997) % 5_000);
        client.send(produce(i, new Uint8Array(size).fill(i & 0xff)));
      }
      for (let i = 0; i < count; i += 1) {
        expect((await client.receive())?.readInt32BE(0)).toBe(i);
      }
      expect(mismatches).toEqual([]);
      client.close();
      await until(() => transport.connectionCount === 0);
      expect(transport.pool.usedBytes).toBe(0);
      expect(transport.queuedRequestBytes).toBe(0);
    });

    it('sends nothing for a request without an answer, and the next answer follows', async () => {
      const silent = handler(ProduceApi, ({ acks }) => (acks === 0 ? undefined : produceAnswer));
      const { port } = await start([silent], { readMode });
      const client = await open(port);
      client.send(Buffer.concat([produce(1, new Uint8Array(1), 0), produce(2, new Uint8Array(1))]));
      expect((await client.receive())?.readInt32BE(0)).toBe(2);
    });

    it('answers what was asked before it hangs up on a bad frame', async () => {
      const { port } = await start([slowHeartbeats()], { readMode });
      const client = await open(port);
      client.send(Buffer.concat([heartbeat(1, '10'), frame(Buffer.from('0003', 'hex'))]));
      expect((await client.receive())?.readInt32BE(0)).toBe(1);
      expect(await client.hungUp()).toBe(true);
    });

    it('closes only the connection whose handler throws', async () => {
      const { port, log } = await start([slowHeartbeats()], { readMode });
      const [bad, good] = [await open(port), await open(port)];
      bad.send(heartbeat(1, 'fail'));
      expect(await bad.hungUp()).toBe(true);
      good.send(heartbeat(2, 'now'));
      expect((await good.receive())?.readInt32BE(0)).toBe(2);
      expect(log.some(({ level }) => level === 'error')).toBe(true);
    });

    it('finishes what a half-closed client asked', async () => {
      const { port, transport } = await start([slowHeartbeats()], { readMode });
      const client = await open(port);
      client.socket.end(heartbeat(1, '20'));
      expect((await client.receive())?.readInt32BE(0)).toBe(1);
      expect(await client.hungUp()).toBe(true);
      await until(() => transport.connectionCount === 0);
    });

    it('stops reading a client that does not read its answers', async () => {
      const big = new Uint8Array(100_000);
      let answered = 0;
      let sent = 0;
      const chatty = handler(ListGroupsApi, (_, context) => {
        answered += 1;
        context.afterResponse(() => {
          sent += 1;
        });
        const group = { groupId: 'g'.repeat(30_000), protocolType: '' };
        return { errorCode: 0, groups: Array.from({ length: 4 }, () => group) };
      });
      const { port, transport } = await start([chatty], {
        readMode,
        limits: { writeBacklogBytesMax: 1_000_000 },
      });
      const client = await open(port);
      client.socket.pause();
      const count = 500;
      for (let i = 0; i < count; i += 1) client.send(requestOf(ListGroupsApi, 0, i, {}));
      await sleep(150);
      expect(big.length * answered).toBeLessThan(20_000_000);
      expect(answered).toBeLessThan(count);
      client.socket.resume();
      for (let i = 0; i < count; i += 1) {
        expect((await client.receive())?.readInt32BE(0)).toBe(i);
      }
      client.close();
      await until(() => transport.connectionCount === 0);
      expect(sent).toBe(count);
    });
  });
}

it('holds few answers of many clients that do not read, and serves the others', async () => {
  const group = { groupId: 'g'.repeat(30_000), protocolType: '' };
  const groups = Array.from({ length: 4 }, () => group);
  const chatty = handler(ListGroupsApi, () => ({ errorCode: 0, groups }));
  const bytesMax = 2_000_000;
  const { port, transport } = await start([chatty], {
    limits: { queuedRequestBytesMax: bytesMax },
  });
  const silent = await Promise.all(Array.from({ length: 8 }, () => open(port)));
  const count = 100;
  for (const client of silent) {
    client.socket.pause();
    for (let i = 0; i < count; i += 1) client.send(requestOf(ListGroupsApi, 0, i, {}));
  }
  await until(() => transport.unreadAnswerBytes >= bytesMax);
  const reading = await open(port);
  for (let i = 0; i < 10; i += 1) {
    reading.send(requestOf(ListGroupsApi, 0, i, {}));
    expect((await reading.receive())?.readInt32BE(0)).toBe(i);
  }
  // Each of them may have had some before there were many, and what it was given last.
  expect(transport.unreadAnswerBytes).toBeLessThan(bytesMax + silent.length * 1_000_000);
  const [one, ...others] = silent;
  for (const client of others) client.socket.destroy();
  one!.socket.resume();
  for (let i = 0; i < count; i += 1) {
    expect((await one!.receive())?.readInt32BE(0)).toBe(i);
  }
  await until(() => transport.unreadAnswerBytes === 0);
});

it('counts reading a request, its handler, and its answer as time of its client', async () => {
  const STEP_MS = 30;
  const handled: number[] = [];
  const throttle = {
    active: true,
    connected: () => 0,
    handled: (_: object, milliseconds: number) => {
      handled.push(milliseconds);
      return 0;
    },
  } as unknown as ClientThrottle;
  const work = () => {
    const endMs = performance.now() + STEP_MS;
    while (performance.now() < endMs);
  };
  const busy = handler(ListGroupsApi, () => {
    work();
    return {
      errorCode: 0,
      get groups() {
        work();
        return [];
      },
    };
  });
  const { port } = await start([busy], { throttle });
  const client = await open(port);
  client.send(requestOf(ListGroupsApi, 0, 1, {}));
  await client.receive();
  await until(() => handled.length === 3);
  const [whileHandled, whileEncoded, whileSent] = handled;
  expect(whileHandled).toBeGreaterThanOrEqual(STEP_MS);
  expect(whileEncoded).toBeGreaterThanOrEqual(STEP_MS);
  expect(whileSent).toBeGreaterThanOrEqual(0);
});

describe('limits', () => {
  it('refuses connections beyond max.connections', async () => {
    const { port } = await start([slowHeartbeats()], { limits: { connectionsMax: 1 } });
    const first = await open(port);
    first.send(heartbeat(1, 'now'));
    await first.receive();
    const second = await open(port);
    expect(await second.hungUp()).toBe(true);
    first.send(heartbeat(2, 'now'));
    expect((await first.receive())?.readInt32BE(0)).toBe(2);
  });

  it('refuses connections beyond max.connections.per.ip, and takes new limits while it runs', async () => {
    const limits = { connectionsPerHostMax: 1 };
    const { port, transport } = await start([slowHeartbeats()], { limits });
    const first = await open(port);
    first.send(heartbeat(1, 'now'));
    await first.receive();
    expect(await (await open(port)).hungUp()).toBe(true);
    transport.limitConnections({ connectionsMax: 10, connectionsPerHostMax: 2 });
    const second = await open(port);
    second.send(heartbeat(2, 'now'));
    expect((await second.receive())?.readInt32BE(0)).toBe(2);
    first.close();
    await until(() => transport.connectionCount === 1);
    const third = await open(port);
    third.send(heartbeat(3, 'now'));
    expect((await third.receive())?.readInt32BE(0)).toBe(3);
  });

  it('closes idle connections, but not one that waits for an answer', async () => {
    const { port } = await start([slowHeartbeats()], { limits: { connectionIdleMs: 80 } });
    const [idle, waiting] = [await open(port), await open(port)];
    waiting.send(heartbeat(1, '400'));
    expect(await idle.hungUp(1_000)).toBe(true);
    expect((await waiting.receive())?.readInt32BE(0)).toBe(1);
  });

  it('closes a client that drips its frame', async () => {
    const { port } = await start([slowHeartbeats()], { limits: { frameTimeoutMs: 120 } });
    const client = await open(port);
    const drip = setInterval(() => client.send(Buffer.from([0])), 20);
    client.send(Buffer.from([0, 0, 100]));
    try {
      expect(await client.hungUp(2_000)).toBe(true);
    } finally {
      clearInterval(drip);
    }
  });

  it('refuses frames above socket.request.max.bytes and negative ones', async () => {
    const { port } = await start([slowHeartbeats()], { limits: { requestBytesMax: 1_000 } });
    for (const length of [1_001, 0x7fffffff, -1]) {
      const client = await open(port);
      const bytes = Buffer.alloc(4);
      bytes.writeInt32BE(length);
      client.send(bytes);
      expect(await client.hungUp()).toBe(true);
    }
  });

  it('bounds the bytes in flight of all connections, and all are answered', async () => {
    const counting = countingProduce(5);
    const { port, transport } = await start([counting.handler], {
      limits: { queuedRequestBytesMax: 200_000 },
    });
    const many = await Promise.all(Array.from({ length: 4 }, () => open(port)));
    const each = 20;
    for (const client of many) {
      for (let i = 0; i < each; i += 1) client.send(produce(i, new Uint8Array(50_000)));
      client.send(produce(each, new Uint8Array(400_000)));
    }
    for (const client of many) {
      for (let i = 0; i <= each; i += 1) {
        expect((await client.receive(10_000))?.readInt32BE(0)).toBe(i);
      }
    }
    expect(counting.most).toBeLessThanOrEqual(5);
    expect(transport.queuedRequestBytes).toBe(0);
  });

  it('bounds what frames that fit into one read hold while they arrive', async () => {
    const bytesMax = 1_000_000;
    const counting = countingProduce(5);
    const { port, transport } = await start([counting.handler], {
      limits: { queuedRequestBytesMax: bytesMax },
    });
    const request = Buffer.from(produce(1, new Uint8Array(240_000)));
    const many = await Promise.all(Array.from({ length: 40 }, () => open(port)));
    for (const client of many) client.send(request.subarray(0, 200_000));
    // Half of the bound is for what arrives.
    await until(() => transport.queuedRequestBytes >= bytesMax / 2);
    const other = await open(port);
    for (let i = 0; i < 3; i += 1) {
      other.send(produce(i, new Uint8Array(1_000)));
      expect((await other.receive())?.readInt32BE(0)).toBe(i);
    }
    const smallChunks = (many.length + 1) * 16 * 1024;
    expect(transport.pool.usedBytes).toBeLessThan(bytesMax + smallChunks);
    for (const client of many) client.send(request.subarray(200_000));
    for (const client of many) expect((await client.receive(10_000))?.readInt32BE(0)).toBe(1);
    await until(() => transport.queuedRequestBytes === 0);
  });

  it('bounds them for all listeners that share a budget, and takes turns', async () => {
    const counting = countingProduce(2);
    const budget = new RequestBudget(100_000);
    const first = await start([counting.handler], { budget });
    const second = await startListener([counting.handler], { budget });
    try {
      const both = [await open(first.port), await open(second.port)];
      for (const client of both) {
        for (let i = 0; i < 20; i += 1) client.send(produce(i, new Uint8Array(50_000)));
      }
      for (let i = 0; i < 20; i += 1) {
        for (const client of both) {
          expect((await client.receive(10_000))?.readInt32BE(0)).toBe(i);
        }
      }
      expect(counting.most).toBeLessThanOrEqual(3);
      expect([budget.bytes, budget.waitingCount]).toEqual([0, 0]);
    } finally {
      await second.transport.close();
    }
  });

  it('bounds requests in flight per connection', async () => {
    const counting = countingProduce(1);
    const { port } = await start([counting.handler], { limits: { inFlightRequestsMax: 3 } });
    const client = await open(port);
    for (let i = 0; i < 50; i += 1) client.send(produce(i, new Uint8Array(10)));
    for (let i = 0; i < 50; i += 1) expect((await client.receive())?.readInt32BE(0)).toBe(i);
    expect(counting.most).toBe(3);
  });

  it('finishes requests in flight when it closes', async () => {
    const { port, transport } = await start([slowHeartbeats()]);
    const [client, idle] = [await open(port), await open(port)];
    client.send(heartbeat(1, '60'));
    await sleep(20);
    await transport.close();
    expect((await client.receive())?.readInt32BE(0)).toBe(1);
    expect(await idle.hungUp()).toBe(true);
    await expect(RawClient.open(port)).rejects.toThrow();
    expect(transport.pool.usedBytes).toBe(0);
  });

  it('tells a handler that its client is gone', async () => {
    let aborted = false;
    let after = false;
    const waiting = handler(HeartbeatApi, async (_, context) => {
      context.afterResponse(() => {
        after = true;
      });
      await new Promise<void>((resolve) =>
        context.signal?.addEventListener('abort', () => resolve()),
      );
      aborted = true;
      return { errorCode: 0 };
    });
    const { port } = await start([waiting]);
    const client = await open(port);
    client.send(heartbeat(1));
    await sleep(20);
    client.socket.resetAndDestroy();
    await until(() => aborted && after);
  });
});
