import { expect, test } from 'vitest';
import { NativeChecksum } from '../../../src/adapters/checksum/native-checksum.ts';
import { NodeCompression } from '../../../src/adapters/compression/node-compression.ts';
import {
  DeadLetterQueue,
  type DeadLetterQueueOptions,
} from '../../../src/app/services/share/dead-letter-queue.ts';
import { BrokerConfig } from '../../../src/domain/config/broker-config.ts';
import { decodeRecordBatch, encodeRecordBatch } from '../../../src/domain/record/record-batch.ts';
import { DeadLetter } from '../../../src/domain/share/dead-letter.ts';
import { InFlightState } from '../../../src/domain/share/in-flight-state.ts';
import type { ProducedPartition } from '../../../src/ports/produce.ts';

const checksum = new NativeChecksum();
const compression = new NodeCompression();
const utf8 = new TextEncoder();
const KEY = { groupId: 'g', topicId: 'source-id', partition: 3 };

interface Written {
  readonly index: number;
  readonly values: readonly (string | null)[];
}

/** A queue over a topic of two partitions whose appends end as told. */
class Fixture {
  readonly written: Written[] = [];
  readonly logged: string[] = [];
  readonly delays: number[] = [];
  readonly timers: (() => void)[] = [];
  readonly queue: DeadLetterQueue;
  private readonly ends: string[];

  constructor(ends: readonly string[], configs: Readonly<Record<string, string>> = {}) {
    this.ends = [...ends];
    const enabled = { 'errors.deadletterqueue.group.enable': 'true', ...configs };
    const topic = {
      ...{ name: 'dlq.g', id: 'queue-id', partitions: [{}, {}] },
      configs: new Map(Object.entries(enabled)),
    };
    const options = {
      partitions: {
        topicByName: () => topic,
        topicById: () => ({ name: 'source' }),
      },
      topics: { createTopics: async () => [] },
      produce: { produce: async (command: Produced) => this.#produce(command) },
      brokerConfig: new BrokerConfig(),
      optionsOf: () => ({ deadLetters: { topicName: 'dlq.g', copiesRecords: true } }),
      clock: { nowMs: () => 1_000 },
      timer: {
        schedule: (delayMs: number, callback: () => void) => {
          this.delays.push(delayMs);
          this.timers.push(callback);
          return () => undefined;
        },
        afterTurn: (callback: () => void) => callback(),
      },
      logger: { error: (_: object, message: string) => this.logged.push(message) },
      ...{ checksum, compression },
    };
    this.queue = new DeadLetterQueue(options as unknown as DeadLetterQueueOptions);
  }

  #produce({ topicData }: Produced) {
    const [{ index, records }] = topicData[0].partitionData;
    const error = this.ends.shift() ?? 'NONE';
    if (error === 'NONE') {
      const batch = decodeRecordBatch(records, { compression });
      const values = batch.records.map(({ value }) => value && new TextDecoder().decode(value));
      this.written.push({ index, values });
    }
    return { failed: error !== 'NONE', topics: [{ partitions: [{ error } as ProducedPartition] }] };
  }

  /** Writes letters of records `first` to `last` of a log with the values that are given. */
  write(values: readonly string[], runs: readonly (readonly [number, number])[]): Promise<boolean> {
    const records = values.map((value) => ({ timestampMs: 1n, value: utf8.encode(value) }));
    const bytes = encodeRecordBatch({ records, compression: 'gzip' }, { checksum, compression });
    const log = {
      read: (from: bigint) => {
        if (from >= BigInt(values.length)) throw new Error('beyond the end');
        return { slices: [bytes], release: () => undefined };
      },
    };
    const letters = runs.map(([first, last]) => {
      const state = new InFlightState('archiving', 1, '');
      return new DeadLetter({ first: BigInt(first), last: BigInt(last), state }, 'rejected');
    });
    return this.queue.write({ key: KEY, log: log as never, letters });
  }
}

interface Produced {
  readonly topicData: readonly [
    {
      readonly partitionData: readonly [{ readonly index: number; readonly records: Uint8Array }];
    },
  ];
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1));
}

test('letters share batches up to max.message.bytes of their topic', async () => {
  const fixture = new Fixture([], { 'max.message.bytes': '1200' });
  const values = Array.from({ length: 9 }, (_, n) => `${n}`.repeat(150));
  const runs = [
    [0, 2],
    [4, 7],
  ] as const;
  expect(await fixture.write(values, runs)).toBe(true);
  const kept = values.filter((_, n) => n !== 3 && n !== 8);
  expect(fixture.written.flatMap((each) => each.values)).toEqual(kept);
  expect(fixture.written.map((each) => each.values.length)).toEqual([3, 3, 1]);
  // Partition 3 of the source, of two in the queue.
  expect(new Set(fixture.written.map(({ index }) => index))).toEqual(new Set([1]));
});

test('a record that cannot be read any more has a letter without its contents', async () => {
  const fixture = new Fixture([]);
  expect(await fixture.write(['a', 'b'], [[1, 3]])).toBe(true);
  expect(fixture.written).toEqual([{ index: 1, values: ['b', null, null] }]);
});

test('a partition whose leader is not there yet is tried again, ever later', async () => {
  const fixture = new Fixture(['NOT_LEADER_OR_FOLLOWER', 'NOT_LEADER_OR_FOLLOWER']);
  const writing = fixture.write(['a'], [[0, 0]]);
  for (let timer = 0; timer < 2; timer += 1) {
    await until(() => fixture.timers.length > timer);
    fixture.timers[timer]?.();
  }
  expect(await writing).toBe(true);
  expect(fixture.delays).toEqual([1_000, 2_000]);
  expect(fixture.written).toHaveLength(1);
  expect(fixture.logged).toEqual([]);
});

test('what cannot be written is logged, and does not hold its group up', async () => {
  const fixture = new Fixture(['MESSAGE_TOO_LARGE']);
  expect(await fixture.write(['a'], [[0, 0]])).toBe(true);
  expect(fixture.written).toEqual([]);
  expect(fixture.logged).toHaveLength(1);
});

test('a stop leaves what waits to the next start', async () => {
  const fixture = new Fixture(['NOT_LEADER_OR_FOLLOWER']);
  const writing = fixture.write(['a'], [[0, 0]]);
  await until(() => fixture.timers.length > 0);
  fixture.queue.close();
  expect(await writing).toBe(false);
  expect(await fixture.write(['a'], [[0, 0]])).toBe(false);
  expect(fixture.written).toEqual([]);
  expect(fixture.logged).toEqual([]);
});
