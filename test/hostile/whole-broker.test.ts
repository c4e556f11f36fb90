import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Broker } from '../../src/index.ts';
import { startTestBroker } from '../../src/testing/index.ts';
import {
  frame,
  type LoggedLine,
  RawClient,
  recordingLogger,
} from '../adapters/kafka/listener-fixture.ts';

/** Real requests of every API the broker answers, as Kafka's own serializers made them. */
const requests = gunzipSync(
  readFileSync(new URL('../protocol/golden/requests.jsonl.gz', import.meta.url)),
)
  .toString()
  .trim()
  .split('\n')
  .map((line) => Buffer.from((JSON.parse(line) as { hex: string }).hex, 'hex'));

const apiVersions = frame(Buffer.from('00120000000000070003616263', 'hex'));
const RUNS = 1_000;
const SETTLE_MS = 500;

let broker: Broker;
const log: LoggedLine[] = [];
beforeAll(async () => {
  broker = await startTestBroker({
    topics: ['kept'],
    logger: recordingLogger(log),
    settings: { 'socket.request.max.bytes': 1_000_000 },
  });
});
afterAll(() => broker.close());

const mutation = fc.record({
  request: fc.nat({ max: requests.length - 1 }),
  flips: fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 4 }),
  cut: fc.option(fc.nat(), { nil: undefined, freq: 4 }),
  junk: fc.uint8Array({ maxLength: 16 }),
});

function mutated({
  request,
  flips,
  cut,
  junk,
}: typeof mutation extends fc.Arbitrary<infer T> ? T : never) {
  const body = Buffer.from(requests[request]!);
  // The header stays, so that nearly all mutations reach the decoder and the handler behind it.
  for (const [at, byte] of flips) body[8 + (at % (body.length - 8))] = byte;
  const kept = cut === undefined ? body : body.subarray(0, 8 + (cut % (body.length - 7)));
  return frame(Buffer.concat([kept, junk]));
}

test('damaged requests of every API harm nobody else', { timeout: 120_000 }, async () => {
  const clients: RawClient[] = [];
  await broker.produce('kept', 'before');
  await fc.assert(
    fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 4 }), async (mutations) => {
      const client = await RawClient.open(broker.port);
      client.send(Buffer.concat(mutations.map(mutated)));
      const other = await RawClient.open(broker.port);
      other.send(apiVersions);
      expect((await other.receive())?.readInt32BE(0)).toBe(7);
      other.close();
      clients.push(client);
    }),
    { numRuns: RUNS },
  );
  // Some of the damaged requests wait for data or members; all others have been worked on by now.
  await sleep(SETTLE_MS);
  for (const client of clients) client.close();
  await untilGone();
  const errors = log.filter(({ level }) => level === 'error');
  expect(errors).toEqual([]);
  expect(await broker.produce('kept', 'after')).toMatchObject({ partition: 0 });
});

async function untilGone(): Promise<void> {
  while ((await broker.getStats()).activeConnections > 0) await sleep(20);
}
