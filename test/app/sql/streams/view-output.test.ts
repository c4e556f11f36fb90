import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../../../../src/app/config/load-config.ts';
import { loggerOf } from '../../../../src/app/container/logger-of.ts';
import { openBroker } from '../../../../src/app/container/open-broker.ts';
import type { RunningBroker } from '../../../../src/app/running-broker.ts';
import { ViewOutput } from '../../../../src/app/services/sql/streams/view-output.ts';
import type { Produce } from '../../../../src/ports/produce.ts';
import type { OutputPosition, OutputRecord } from '../../../../src/ports/stream-engine.ts';

const PRODUCER_ID = 4711n;
const PARTITIONS = 3;
let broker: RunningBroker;
beforeAll(async () => {
  const overrides = {
    ...{ 'network.bind_host': '127.0.0.1', 'network.bind_port': 0 },
    'storage.engine': 'memory',
  };
  broker = await openBroker(loadConfig({ overrides }).config, loggerOf('silent'));
});
afterAll(() => broker.close());

/** As the engine keeps them: what is pending goes with the batch that is committed next. */
class Outbox {
  records: OutputRecord[] = [];
  readonly topic: string;
  #next = 0n;

  constructor(topic: string) {
    this.topic = topic;
  }

  add(count: number): void {
    this.records = Array.from({ length: count }, () => {
      const sequence = this.#next++;
      const key = Buffer.from(`k${sequence % 7n}`);
      const value = Buffer.from(`${this.topic} ${sequence}`);
      const rest = { headers: [], timestampMs: 1_700_000_000_000 };
      return { sequence, topic: this.topic, key, partitionKey: key, value, ...rest };
    });
  }

  pendingOutput = async (_view: number, after: bigint, limit: number) =>
    this.records.filter(({ sequence }) => sequence > after).slice(0, limit);
}

function outputOf(outbox: Outbox, positions: readonly OutputPosition[], produce?: Produce) {
  const { services } = broker;
  return new ViewOutput(
    { ...services, engine: outbox, produce: produce ?? services.produce },
    {
      ...{ viewId: 1, producerId: PRODUCER_ID, positions },
      topics: [{ name: outbox.topic, partitions: PARTITIONS }],
    },
  );
}

/** Appends, and then fails as if the broker had died before it heard of it. */
function forgetful(after: number): Produce {
  let left = after;
  return {
    produce: async (command) => {
      const result = await broker.services.produce.produce(command);
      left -= 1;
      if (left < 0) throw new Error('the broker died');
      return result;
    },
  };
}

async function valuesIn(topic: string): Promise<string[]> {
  const { catalog, partitions, compression } = broker.services;
  const { decodeRecordBatch } = await import('../../../../src/domain/record/record-batch.ts');
  const { batchesOf } = await import('../../../../src/domain/record/record-batches.ts');
  const values: string[] = [];
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const log = partitions.log(catalog.metadata.topicsByName.get(topic), partition);
    if (typeof log === 'string') throw new Error(log);
    const limits = { maxBytes: 1e8, minOneMessage: true, isolation: 'log_end' } as const;
    const read = await log.read(0n, limits);
    for (const { bytes } of batchesOf(Buffer.concat(read.slices))) {
      const { records } = decodeRecordBatch(bytes, { compression });
      values.push(...records.map(({ value }) => Buffer.from(value ?? []).toString()));
    }
    read.release();
  }
  return values.sort();
}

test('whatever was appended before a crash is not appended again, and the rest is', async () => {
  for (const appended of [0, 1, 2, 3]) {
    const outbox = new Outbox(`crash-${appended}`);
    const stored = await outputOf(outbox, []).prepare();
    outbox.add(40);
    await expect(outputOf(outbox, stored, forgetful(appended)).append().then(fail)).rejects.toThrow(
      appended < PARTITIONS ? 'the broker died' : 'it came to its end',
    );
    const again = outputOf(outbox, stored);
    await again.append();
    // The batch after it knows where the producer is, and what was pending is pending no more.
    const after = await again.prepare();
    expect(after.reduce((sum, { nextSequence }) => sum + nextSequence, 0n)).toBe(40n);
    outbox.add(30);
    await outputOf(outbox, after).append();
    const expected = Array.from({ length: 70 }, (_, n) => `crash-${appended} ${n}`).sort();
    expect(await valuesIn(`crash-${appended}`)).toEqual(expected);
  }
});

function fail(): never {
  throw new Error('it came to its end');
}

test('one that failed goes on where the log is; what is appended already is passed over', async () => {
  const outbox = new Outbox('retried');
  let dies = true;
  const produce: Produce = {
    produce: async (command) => {
      const result = await broker.services.produce.produce(command);
      if (dies) throw new Error('the broker died');
      return result;
    },
  };
  const output = outputOf(outbox, [], produce);
  await output.prepare();
  outbox.add(25);
  await expect(output.append()).rejects.toThrow('the broker died');
  dies = false;
  await output.append();
  // The engine lost the answer: what it still has was appended.
  await output.append();
  outbox.add(5);
  await output.append();
  const expected = Array.from({ length: 30 }, (_, n) => `retried ${n}`).sort();
  expect(await valuesIn('retried')).toEqual(expected);
});
