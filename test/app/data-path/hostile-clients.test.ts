import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  frame,
  type Listener,
  RawClient,
  startListener,
  until,
} from '../../adapters/kafka/listener-fixture.ts';
import { type ServedLogs, serveLogs } from './served-logs.ts';

interface Vector {
  readonly key: number;
  readonly hex: string;
}

const KEYS = [0, 1, 2, 17, 18, 21, 23];
const requests = gunzipSync(
  readFileSync(new URL('../../protocol/golden/requests.jsonl.gz', import.meta.url)),
)
  .toString()
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Vector)
  .filter(({ key }) => KEYS.includes(key))
  .map(({ hex }) => Buffer.from(hex, 'hex'));

const apiVersions = frame(Buffer.from('00120000000000070003616263', 'hex'));

let served: ServedLogs;
let listener: Listener;
beforeAll(async () => {
  served = await serveLogs();
  const limits = { requestBytesMax: 1_000_000, frameTimeoutMs: 300, connectionIdleMs: 2_000 };
  listener = await startListener(served.handlers, { limits });
});
afterAll(async () => {
  await listener.transport.close();
  await served.logs.close();
});

const mutation = fc.record({
  request: fc.nat({ max: requests.length - 1 }),
  flips: fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 4 }),
  cut: fc.option(fc.nat(), { nil: undefined, freq: 4 }),
  junk: fc.uint8Array({ maxLength: 16 }),
  length: fc.option(fc.integer(), { nil: undefined, freq: 8 }),
});

function mutated({
  request,
  flips,
  cut,
  junk,
  length,
}: typeof mutation extends fc.Arbitrary<infer T> ? T : never) {
  const body = Buffer.from(requests[request]!);
  for (const [at, byte] of flips) body[at % body.length] = byte;
  const kept = cut === undefined ? body : body.subarray(0, cut % (body.length + 1));
  const framed = frame(Buffer.concat([kept, junk]));
  if (length !== undefined) framed.writeInt32BE(length | 0, 0);
  return framed;
}

async function isServed(): Promise<void> {
  const client = await RawClient.open(listener.port);
  client.send(apiVersions);
  const answer = await client.receive(2_000);
  client.close();
  expect(answer?.readInt32BE(0)).toBe(7);
}

describe('hostile clients', () => {
  it('cannot stop a listener with damaged frames, and no error of ours is logged', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 6 }), async (mutations) => {
        const client = await RawClient.open(listener.port);
        client.send(Buffer.concat(mutations.map(mutated)));
        await isServed();
        client.close();
      }),
      { numRuns: 300 },
    );
    await until(() => listener.transport.connectionCount === 0, 10_000);
    expect(listener.transport.queuedRequestBytes).toBe(0);
    expect(listener.transport.pool.usedBytes).toBe(0);
    expect(listener.log.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('cannot hold memory with claims of large frames', async () => {
    const claim = Buffer.alloc(4);
    claim.writeInt32BE(1_000_000);
    const clients = await Promise.all(
      Array.from({ length: 100 }, () => RawClient.open(listener.port)),
    );
    for (const client of clients) client.send(claim);
    await isServed();
    expect(listener.transport.pool.usedBytes).toBeLessThan(100 * 300 * 1024);
    for (const client of clients) expect(await client.hungUp(8_000)).toBe(true);
    await until(() => listener.transport.pool.usedBytes === 0);
  });

  it('cannot disturb others with random bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        const client = await RawClient.open(listener.port);
        client.send(bytes);
        await isServed();
        client.close();
      }),
      { numRuns: 100 },
    );
  });
});
