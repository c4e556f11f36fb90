import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { frame, RawClient } from '../adapters/kafka/listener-fixture.ts';
import { type BrokerProcess, startBrokerProcess } from '../support/broker-process.ts';

const WANTED = 10_000;
/** Each connection takes a descriptor on either side; some are needed for other things. */
const DESCRIPTORS_LEFT = 200;
const OPENED_AT_ONCE = 200;
const PEAK_MB = 300;

const apiVersions = frame(Buffer.from('00120000000000070003616263', 'hex'));

let broker: BrokerProcess;
beforeAll(async () => {
  broker = await startBrokerProcess({ storage: 'memory' });
});
afterAll(() => broker[Symbol.asyncDispose]());

test('10,000 connections are served in bounded memory', { timeout: 120_000 }, async () => {
  const limit = Number(execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }));
  const count = Number.isNaN(limit) ? WANTED : Math.min(WANTED, limit - DESCRIPTORS_LEFT);
  if (count < WANTED)
    console.warn(`only ${count} connections: the limit of descriptors is ${limit}`);
  const port = Number(broker.bootstrap.split(':').at(-1));
  const clients: RawClient[] = [];
  try {
    while (clients.length < count) {
      const some = Math.min(OPENED_AT_ONCE, count - clients.length);
      clients.push(
        ...(await Promise.all(Array.from({ length: some }, () => RawClient.open(port)))),
      );
    }
    // All at once, so that each holds a request at the same moment.
    for (const client of clients) client.send(apiVersions);
    for (const client of clients) {
      expect((await client.receive(30_000))?.readInt32BE(0)).toBe(7);
    }
    expect(peakMb(broker.process.pid as number)).toBeLessThan(PEAK_MB);
  } finally {
    for (const client of clients) client.close();
  }
  const after = await RawClient.open(port);
  after.send(apiVersions);
  expect((await after.receive())?.readInt32BE(0)).toBe(7);
  after.close();
});

function peakMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
}
