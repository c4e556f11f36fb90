import type { BrokerConnection } from '../../src/adapters/kafka-client/broker-connection.ts';
import { CreateTopicsApi } from '../../src/domain/protocol/messages/create-topics.ts';
import { FetchApi } from '../../src/domain/protocol/messages/fetch.ts';
import { InitProducerIdApi } from '../../src/domain/protocol/messages/init-producer-id.ts';
import { ListOffsetsApi } from '../../src/domain/protocol/messages/list-offsets.ts';
import { ProduceApi } from '../../src/domain/protocol/messages/produce.ts';
import { decodeRecordBatch, encodeRecordBatch } from '../../src/domain/record/record-batch.ts';
import { batchesOf } from '../../src/domain/record/record-batches.ts';
import { CODECS } from './crash-connection.ts';

export const CRASH_TOPIC = 'crash';
export const PARTITIONS = 4;
/** Names by topic name, and one partition per request: what matters is many answers at any moment. */
const BY_NAME = { maxVersion: 12 };
const EARLIEST = -2n;

export interface ProducedBatch {
  readonly topic: string;
  readonly partition: number;
  /** They are the keys as well. */
  readonly values: readonly string[];
  readonly paddingBytes: number;
  readonly producerId?: bigint;
  readonly producerEpoch?: number;
  readonly baseSequence?: number;
}

export async function createTopic(
  connection: BrokerConnection,
  name: string,
  configs: Readonly<Record<string, string>> = {},
): Promise<void> {
  const topic = { name, numPartitions: PARTITIONS, replicationFactor: 1, assignments: [] };
  const entries = Object.entries(configs).map(([key, value]) => ({ name: key, value }));
  const answer = await connection.send(CreateTopicsApi, {
    topics: [{ ...topic, configs: entries }],
    timeoutMs: 10_000,
  });
  refuse(answer.topics[0]!.errorCode, 'creating the topic');
}

export async function initProducerId(connection: BrokerConnection) {
  const request = { transactionalId: null, transactionTimeoutMs: 60_000 };
  const answer = await connection.send(InitProducerIdApi, request);
  refuse(answer.errorCode, 'getting a producer id');
  return { producerId: answer.producerId, producerEpoch: answer.producerEpoch };
}

export async function produce(
  connection: BrokerConnection,
  { topic, partition, values, paddingBytes, ...producer }: ProducedBatch,
): Promise<{ errorCode: number; baseOffset: bigint }> {
  const padding = 'x'.repeat(paddingBytes);
  const records = values.map((value) => ({
    timestampMs: BigInt(Date.now()),
    key: Buffer.from(value),
    value: Buffer.from(`${value}${padding}`),
  }));
  const batch = encodeRecordBatch({ records, ...producer }, CODECS);
  const partitionData = [{ index: partition, records: batch }];
  const request = { acks: -1, timeoutMs: 30_000, topicData: [{ name: topic, partitionData }] };
  const answer = await connection.send(ProduceApi, request, BY_NAME);
  return answer.responses[0]!.partitionResponses[0]!;
}

/** What one fetch gives: the keys of the records by offset, and where to go on. */
export async function fetchKeys(
  connection: BrokerConnection,
  partition: number,
  from: bigint,
  maxWaitMs = 0,
): Promise<{ keys: ReadonlyMap<bigint, string>; next: bigint; highWatermark: bigint }> {
  const maxBytes = 8 * 1024 * 1024;
  const partitions = [{ partition, fetchOffset: from, partitionMaxBytes: maxBytes }];
  const topics = [{ topic: CRASH_TOPIC, partitions }];
  const minBytes = maxWaitMs === 0 ? 0 : 1;
  const request = { maxWaitMs, minBytes, maxBytes, topics, forgottenTopicsData: [] };
  const answer = await connection.send(FetchApi, request, BY_NAME);
  const { records, errorCode, highWatermark } = answer.responses[0]!.partitions[0]!;
  refuse(errorCode, `fetching ${partition} at ${from}`);
  const keys = new Map<bigint, string>();
  let next = from;
  for (const { bytes } of batchesOf(records ?? new Uint8Array(0))) {
    const batch = decodeRecordBatch(bytes, CODECS);
    for (const record of batch.records) {
      if (record.offset >= from) keys.set(record.offset, Buffer.from(record.key!).toString());
    }
    next = batch.lastOffset + 1n;
  }
  return { keys, next, highWatermark };
}

export async function earliestOffset(
  connection: BrokerConnection,
  partition: number,
): Promise<bigint> {
  const partitions = [{ partitionIndex: partition, timestamp: EARLIEST }];
  const topics = [{ name: CRASH_TOPIC, partitions }];
  const answer = await connection.send(ListOffsetsApi, { replicaId: -1, topics });
  const listed = answer.topics[0]!.partitions[0]!;
  refuse(listed.errorCode, `the earliest offset of ${partition}`);
  return listed.offset;
}

export class RefusedError extends Error {
  readonly errorCode: number;

  constructor(errorCode: number, what: string) {
    super(`${what} was refused with ${errorCode}`);
    this.errorCode = errorCode;
  }
}

export function refuse(errorCode: number, what: string): void {
  if (errorCode !== 0) throw new RefusedError(errorCode, what);
}

/** Lets work end with the connection, and fail for any other reason. */
export async function untilClosed(
  connection: BrokerConnection,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!connection.closed) throw error;
  }
}
