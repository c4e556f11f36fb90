import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { frame, RawClient } from '../adapters/kafka/listener-fixture.ts';
import { type BrokerProcess, startBrokerProcess } from '../support/broker-process.ts';

const CONNECTIONS = 1_000;
const OPENED_AT_ONCE = 200;
const CLAIMED_BYTES = 64 * 1024 * 1024;
const DRIP = Buffer.alloc(16 * 1024);
const DRIPS = 4;
const PEAK_MB = 500;

const apiVersions = frame(Buffer.from('00120000000000070003616263', 'hex'));

let broker: BrokerProcess;
beforeAll(async () => {
  broker = await startBrokerProcess({ storage: 'memory' });
});
afterAll(() => broker[Symbol.asyncDispose]());

test('1,000 large frames that hardly arrive take little memory and keep nobody else out', {
  timeout: 120_000,
}, async () => {
  const port = Number(broker.bootstrap.split(':').at(-1));
  const clients: RawClient[] = [];
  // A Produce request of version 9 as far as its header goes.
  const head = Buffer.concat([Buffer.alloc(4), Buffer.from('00000009000000070003616263', 'hex')]);
  head.writeInt32BE(CLAIMED_BYTES);
  try {
    while (clients.length < CONNECTIONS) {
      const some = Array.from({ length: OPENED_AT_ONCE }, () => RawClient.open(port));
      clients.push(...(await Promise.all(some)));
    }
    for (const client of clients) client.send(head);
    for (let drip = 0; drip < DRIPS; drip += 1) {
      for (const client of clients) client.send(DRIP);
      const other = await RawClient.open(port);
      other.send(apiVersions);
      expect((await other.receive(10_000))?.readInt32BE(0)).toBe(7);
      other.close();
    }
    expect(clients.filter(({ closed }) => closed).length).toBe(0);
    expect(peakMb(broker.process.pid as number)).toBeLessThan(PEAK_MB);
  } finally {
    for (const client of clients) client.close();
  }
});

function peakMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
}
