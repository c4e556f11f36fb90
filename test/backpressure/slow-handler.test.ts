import { expect, onTestFinished, test } from 'vitest';
import { handler } from '../../src/adapters/kafka/request-handler.ts';
import { codec, ProduceApi, RequestHeader, WireWriter } from '../../src/domain/protocol/index.ts';
import { frame, RawClient, startListener } from '../adapters/kafka/listener-fixture.ts';

const MEBIBYTE = 1024 * 1024;
const PRODUCERS = 8;
const REQUESTS = 16;
const RECORD_BYTES = MEBIBYTE;
const BUDGET_BYTES = 4 * MEBIBYTE;

const apiVersions = frame(Buffer.from('00120000000000070003616263', 'hex'));

function produce(correlationId: number): Uint8Array {
  const writer = new WireWriter();
  const header = { requestApiKey: 0, requestApiVersion: 3, correlationId, clientId: 'test' };
  codec(RequestHeader, 1).encode(writer, header);
  const records = new Uint8Array(RECORD_BYTES);
  const topicData = [{ name: 't', partitionData: [{ index: 0, records }] }];
  codec(ProduceApi.request, 3).encode(writer, { acks: 1, timeoutMs: 1, topicData } as never);
  return frame(writer.toUint8Array());
}

test('producers that are faster than their requests are handled wait, and nobody else does', async () => {
  const slow = handler(
    ProduceApi,
    async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return { responses: [], throttleTimeMs: 0 };
    },
    { pipelined: true },
  );
  const limits = { queuedRequestBytesMax: BUDGET_BYTES };
  const { transport, port } = await startListener([slow], { limits });
  onTestFinished(() => transport.close());
  let held = 0;
  let memoryBytes = 0;
  const watch = setInterval(() => {
    held = Math.max(held, transport.queuedRequestBytes);
    memoryBytes = Math.max(memoryBytes, transport.pool.usedBytes);
  }, 1);
  onTestFinished(() => clearInterval(watch));
  const producers = await Promise.all(
    Array.from({ length: PRODUCERS }, () => RawClient.open(port)),
  );
  const other = await RawClient.open(port);
  onTestFinished(() => {
    for (const client of [...producers, other]) client.close();
  });
  for (const client of producers) for (let i = 0; i < REQUESTS; i += 1) client.send(produce(i));
  const answered = Promise.all(
    producers.map(async (client) => {
      for (let i = 0; i < REQUESTS; i += 1) {
        expect((await client.receive(20_000))?.readInt32BE(0)).toBe(i);
      }
    }),
  );
  for (let i = 0; i < 5; i += 1) {
    other.send(apiVersions);
    expect((await other.receive())?.readInt32BE(0)).toBe(7);
  }
  await answered;
  // What may be held, and one frame beyond it of each kind.
  expect(held).toBeLessThan(BUDGET_BYTES + 3 * RECORD_BYTES);
  // Chunks are powers of two, and each connection has one to read into besides; 128 MiB were sent.
  const chunkBytes = 2 * RECORD_BYTES;
  expect(memoryBytes).toBeLessThan(2 * (BUDGET_BYTES + 3 * RECORD_BYTES) + PRODUCERS * chunkBytes);
  expect(transport.queuedRequestBytes).toBe(0);
}, 60_000);
