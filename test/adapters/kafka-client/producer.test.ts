import { afterEach, describe, expect, it } from 'vitest';
import { NativeChecksum } from '../../../src/adapters/checksum/native-checksum.ts';
import { NodeCompression } from '../../../src/adapters/compression/node-compression.ts';
import { ClusterClient } from '../../../src/adapters/kafka-client/cluster-client.ts';
import { Producer } from '../../../src/adapters/kafka-client/producer.ts';
import { ERROR_CODES, type ErrorName } from '../../../src/domain/error-code.ts';
import { InitProducerIdApi } from '../../../src/domain/protocol/messages/init-producer-id.ts';
import { MetadataApi } from '../../../src/domain/protocol/messages/metadata.ts';
import { ProduceApi } from '../../../src/domain/protocol/messages/produce.ts';
import { decodeRecordBatch, type RecordBatch } from '../../../src/domain/record/record-batch.ts';
import { type Asked, answerWith, FakeBroker, offering, requestOf } from './fake-broker.ts';

const codecs = { compression: new NodeCompression(), checksum: new NativeChecksum() };
const APIS = [
  [ProduceApi.key, 3, 12],
  [MetadataApi.key, 0, 12],
] as const;
const INIT_PRODUCER_ID = [InitProducerIdApi.key, 0, 5] as const;

let broker: FakeBroker | undefined;
let cluster: ClusterClient | undefined;
afterEach(async () => {
  await cluster?.close();
  broker?.close();
});

type Verdict = ErrorName | 'hang up';

/** A cluster of one broker that gives each Produce request the next of the verdicts, and then no error. */
async function producerFor(
  verdicts: Verdict[],
  apis: readonly (readonly [number, number, number])[],
) {
  const batches: RecordBatch[] = [];
  const answer = (asked: Asked): void => {
    if (asked.key === MetadataApi.key) metadata(asked);
    else if (asked.key === InitProducerIdApi.key) {
      answerWith(InitProducerIdApi, asked, {
        throttleTimeMs: 0,
        errorCode: 0,
        producerId: 5n,
        producerEpoch: 0,
      });
    } else produced(asked, verdicts, batches);
  };
  broker = await FakeBroker.start(offering(apis, answer));
  const bootstrap = [{ host: '127.0.0.1', port: broker.port }];
  cluster = new ClusterClient({ bootstrap, timeoutMs: 5_000 });
  const topic = await cluster.topic('t');
  return {
    producer: new Producer(cluster, codecs, { topic, acks: -1, compression: 'none' }),
    batches,
  };
}

function metadata(asked: Asked): void {
  const partition = {
    errorCode: 0,
    partitionIndex: 0,
    leaderId: 1,
    replicaNodes: [1],
    isrNodes: [1],
  };
  answerWith(MetadataApi, asked, {
    brokers: [{ nodeId: 1, host: '127.0.0.1', port: broker?.port ?? 0 }],
    controllerId: 1,
    topics: [{ errorCode: 0, name: 't', partitions: [partition] }],
  });
}

function produced(asked: Asked, verdicts: Verdict[], batches: RecordBatch[]): void {
  const request = requestOf(ProduceApi, asked);
  const bytes = request.topicData[0]?.partitionData[0]?.records as Uint8Array;
  batches.push(decodeRecordBatch(bytes, codecs));
  const verdict = verdicts.shift() ?? 'NONE';
  if (verdict === 'hang up') {
    asked.socket.destroy();
    return;
  }
  const partitionResponses = [{ index: 0, errorCode: ERROR_CODES[verdict].code, baseOffset: 0n }];
  answerWith(ProduceApi, asked, { responses: [{ name: 't', partitionResponses }] });
}

const record = (value: string) => ({ timestampMs: 1n, value: Buffer.from(value) });

describe('a producer', () => {
  it.each(['hang up', 'NOT_LEADER_OR_FOLLOWER'] as const)(
    'sends the same numbered batch again after %s',
    async (verdict) => {
      const { producer, batches } = await producerFor([verdict], [...APIS, INIT_PRODUCER_ID]);
      producer.send(record('a'));
      producer.send(record('b'));
      await producer.flush();
      producer.send(record('c'));
      await producer.flush();
      expect(
        batches.map(({ producerId, baseSequence, recordsCount }) => [
          producerId,
          baseSequence,
          recordsCount,
        ]),
      ).toEqual([
        [5n, 0, 2],
        [5n, 0, 2],
        [5n, 2, 1],
      ]);
      expect(producer.delivered).toBe(3);
    },
  );

  it('takes a duplicate for delivered', async () => {
    const { producer } = await producerFor(
      ['DUPLICATE_SEQUENCE_NUMBER'],
      [...APIS, INIT_PRODUCER_ID],
    );
    producer.send(record('a'));
    await producer.flush();
    expect(producer.delivered).toBe(1);
  });

  it('halves what is too large', async () => {
    const { producer, batches } = await producerFor(
      ['MESSAGE_TOO_LARGE'],
      [...APIS, INIT_PRODUCER_ID],
    );
    for (const value of ['a', 'b', 'c']) producer.send(record(value));
    await producer.flush();
    expect(batches.map(({ baseSequence, recordsCount }) => [baseSequence, recordsCount])).toEqual([
      [0, 3],
      [0, 2],
      [2, 1],
    ]);
  });

  it('does without numbers where there are none to have', async () => {
    const { producer, batches } = await producerFor([], APIS);
    producer.send(record('a'));
    await producer.flush();
    expect(batches).toMatchObject([{ producerId: -1n, baseSequence: -1 }]);
  });

  it('fails for good with an error that does not pass, and takes no more', async () => {
    const { producer } = await producerFor(
      ['TOPIC_AUTHORIZATION_FAILED'],
      [...APIS, INIT_PRODUCER_ID],
    );
    producer.send(record('a'));
    await expect(producer.flush()).rejects.toMatchObject({
      errorName: 'TOPIC_AUTHORIZATION_FAILED',
    });
    expect(() => producer.send(record('b'))).toThrow('cannot produce to t-0');
  });
});
