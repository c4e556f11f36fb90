import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NativeChecksum } from '../../../src/adapters/checksum/native-checksum.ts';
import { NodeCompression } from '../../../src/adapters/compression/node-compression.ts';
import { parseBrokerAddress } from '../../../src/adapters/kafka-client/broker-address.ts';
import { readFetchedBatches } from '../../../src/adapters/kafka-client/fetched-batches.ts';
import { FrameAssembler } from '../../../src/adapters/kafka-client/frame-assembler.ts';
import { PartitionQueue } from '../../../src/adapters/kafka-client/partition-queue.ts';
import { rangeAssignment } from '../../../src/adapters/kafka-client/range-assignment.ts';
import { retrying } from '../../../src/adapters/kafka-client/retry.ts';
import { addressText } from '../../../src/domain/address-text.ts';
import { KafkaError } from '../../../src/domain/kafka-error.ts';
import { encodeEndTransactionMarker } from '../../../src/domain/record/control-record.ts';
import { encodeRecordBatch } from '../../../src/domain/record/record-batch.ts';

const codecs = { compression: new NodeCompression(), checksum: new NativeChecksum() };

describe('addresses', () => {
  it.each([
    ['localhost:19092', { host: 'localhost', port: 19_092 }],
    ['broker', { host: 'broker', port: 9092 }],
    ['[::1]:9093', { host: '::1', port: 9093 }],
  ])('%s', (text, address) => {
    expect(parseBrokerAddress(text)).toEqual(address);
    expect(parseBrokerAddress(addressText(address))).toEqual(address);
  });

  it.each(['', ':9092', 'a:', 'a:0', 'a:65536', 'a b:1', 'kafka://a:1', '::1'])(
    'refuses %j',
    (text) => {
      expect(parseBrokerAddress(text)).toBeUndefined();
    },
  );
});

describe('frames', () => {
  it('come whole however the stream is cut', () => {
    const body = fc.uint8Array({ minLength: 4, maxLength: 20 });
    fc.assert(
      fc.property(fc.array(body), fc.integer({ min: 1, max: 9 }), (bodies, step) => {
        const stream = Buffer.concat(
          bodies.flatMap((each) => [Buffer.from([0, 0, 0, each.length]), each]),
        );
        const frames: Uint8Array[] = [];
        const assembler = new FrameAssembler(100, (frame) => frames.push(frame));
        for (let at = 0; at < stream.length; at += step)
          assembler.push(stream.subarray(at, at + step));
        expect(frames).toEqual(bodies);
      }),
    );
  });
});

describe('range assignment', () => {
  it('gives every partition to exactly one subscriber, in shares that differ by one at most', () => {
    const topics = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 0, max: 20 }));
    const members = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 3 }), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(topics, members, (counts, ids) => {
        const names = Object.keys(counts);
        const subscribers = ids.map((memberId) => ({ memberId, topics: names }));
        const assigned = rangeAssignment(subscribers, new Map(Object.entries(counts)));
        for (const [topic, count] of Object.entries(counts)) {
          const shares = [...assigned.values()].map(
            (each) => each.find((share) => share.topic === topic)?.partitions ?? [],
          );
          const all = shares.flat().sort((a, b) => a - b);
          expect(all).toEqual(Array.from({ length: count }, (_, partition) => partition));
          const sizes = shares.map(({ length }) => length);
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('leaves out who does not subscribe', () => {
    const subscribers = [
      { memberId: 'b', topics: ['t'] },
      { memberId: 'a', topics: ['u'] },
    ];
    expect([...rangeAssignment(subscribers, new Map([['t', 2]]))]).toEqual([
      ['b', [{ topic: 't', partitions: [0, 1] }]],
      ['a', []],
    ]);
  });
});

describe('fetched batches', () => {
  const batch = (baseOffset: bigint, value: string, producerId = -1n) =>
    encodeRecordBatch(
      {
        baseOffset,
        records: [0n, 1n].map((timestampMs) => ({ timestampMs, value: Buffer.from(value) })),
        ...(producerId < 0n
          ? {}
          : { producerId, producerEpoch: 0, baseSequence: 0, transactional: true }),
      },
      codecs,
    );
  const marker = (baseOffset: bigint, producerId: bigint, type: 'ABORT' | 'COMMIT') =>
    encodeEndTransactionMarker(
      { type, coordinatorEpoch: 0, producerId, producerEpoch: 0, timestampMs: 0n, baseOffset },
      codecs.checksum,
    );
  const read = (bytes: Uint8Array[], position: bigint, aborted: [bigint, bigint][] = []) => {
    const transactions = aborted.map(([producerId, firstOffset]) => ({ producerId, firstOffset }));
    const range = readFetchedBatches(Buffer.concat(bytes), position, transactions, codecs);
    const found = range.records.map(({ offset, value }) => `${offset}${Buffer.from(value ?? [])}`);
    return { found, position: range.position };
  };

  it('start within a batch and end before a cut one', () => {
    const cut = batch(2n, 'b').subarray(0, 40);
    expect(read([batch(0n, 'a'), cut], 1n)).toEqual({ found: ['1a'], position: 2n });
  });

  it('leave out aborted transactions and markers', () => {
    const log = [
      batch(0n, 'x', 7n),
      batch(2n, 'y', 8n),
      marker(4n, 7n, 'ABORT'),
      marker(5n, 8n, 'COMMIT'),
      batch(6n, 'z', 7n),
    ];
    expect(read(log, 0n, [[7n, 0n]])).toEqual({ found: ['2y', '3y', '6z', '7z'], position: 8n });
    expect(read(log, 0n).found).toEqual(['0x', '1x', '2y', '3y', '6z', '7z']);
  });

  it('notice a wrong checksum', () => {
    const bytes = batch(0n, 'a');
    bytes[bytes.length - 1] = 1;
    expect(() => read([bytes], 0n)).toThrow('wrong checksum');
  });
});

describe('a queue', () => {
  it('gives records in order, as many as fit and at least one', () => {
    const queue = new PartitionQueue(0);
    for (const size of [50, 30, 30, 200, 1]) queue.add({ timestampMs: BigInt(size) }, size);
    const sizes: number[][] = [];
    while (queue.bytes > 0) {
      sizes.push(queue.take(100).records.map(({ timestampMs }) => Number(timestampMs)));
    }
    expect(sizes).toEqual([[50, 30], [30], [200], [1]]);
  });
});

describe('retrying', () => {
  const failing = (errorName: 'NOT_COORDINATOR' | 'INVALID_REQUEST', times: number) => {
    let attempts = 0;
    return async () => {
      attempts += 1;
      if (attempts <= times) throw new KafkaError(errorName, `attempt ${attempts}`);
      return attempts;
    };
  };

  it('goes on while errors may pass', async () => {
    expect(await retrying(failing('NOT_COORDINATOR', 2), { timeoutMs: 5_000 })).toBe(3);
  });

  it('gives up at once with those that do not, and when the time is up', async () => {
    await expect(retrying(failing('INVALID_REQUEST', 2), { timeoutMs: 5_000 })).rejects.toThrow(
      'attempt 1',
    );
    await expect(retrying(failing('NOT_COORDINATOR', 99), { timeoutMs: 120 })).rejects.toThrow(
      'attempt 2',
    );
  });
});
