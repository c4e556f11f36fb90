import { BrokerConnection } from '../../src/adapters/kafka-client/broker-connection.ts';
import { OffsetCommitApi } from '../../src/domain/protocol/messages/offset-commit.ts';
import { ProduceApi } from '../../src/domain/protocol/messages/produce.ts';
import { encodeRecordBatch } from '../../src/domain/record/record-batch.ts';
import { CODECS, CONNECTION_OPTIONS } from './crash-connection.ts';

/** What the broker promised, by partition: the values at their offsets; and the offset a group committed last. */
export interface Acknowledged {
  readonly values: ReadonlyMap<number, Map<bigint, string>>;
  committed: bigint;
  /** A commit that was sent and not answered may or may not have happened. */
  committing: bigint;
}

export const CRASH_TOPIC = 'crash';
export const CRASH_GROUP = 'crash-group';
export const PARTITIONS = 4;
const IN_FLIGHT = 8;
const RECORDS_PER_BATCH = 3;
/** Names by topic name, and one partition per request: what matters is many answers at any moment. */
const PRODUCE_VERSION_MAX = 12;

export function nothingAcknowledged(): Acknowledged {
  const partitions = Array.from({ length: PARTITIONS }, (_, partition) => partition);
  return {
    values: new Map(partitions.map((partition) => [partition, new Map()])),
    committed: 0n,
    committing: 0n,
  };
}

/** Produces and commits as fast as the broker answers until the connection breaks, noting every acknowledgement. */
export async function loadUntilBroken(
  address: { readonly host: string; readonly port: number },
  acknowledged: Acknowledged,
  round: number,
): Promise<number> {
  const connection = await BrokerConnection.open(address, CONNECTION_OPTIONS);
  let sent = 0;
  let answered = 0;
  const produceAlways = async (): Promise<void> => {
    for (;;) {
      const n = sent++;
      const partition = n % PARTITIONS;
      const values = Array.from({ length: RECORDS_PER_BATCH }, (_, i) => `${round}-${n}-${i}`);
      // Sizes vary, so that kills fall on boundaries of pages and segments of every kind.
      const paddingBytes = (n * 37) % 2000;
      const batch = { topic: CRASH_TOPIC, partition, values, paddingBytes };
      const errorCode = await produce(connection, batch, acknowledged);
      if (errorCode !== 0) throw new Error(`the broker refused a record with code ${errorCode}`);
      answered += values.length;
    }
  };
  const commitAlways = async (): Promise<void> => {
    for (;;) {
      acknowledged.committing = acknowledged.committed + 1n;
      const answer = await connection.send(
        OffsetCommitApi,
        commitRequest(acknowledged.committing),
        { maxVersion: 9 },
      );
      const { errorCode } = answer.topics[0]!.partitions[0]!;
      // The group's partition may still be loading in the first moments.
      if (errorCode === 0) acknowledged.committed = acknowledged.committing;
    }
  };
  const producers = Array.from({ length: IN_FLIGHT }, () => untilClosed(produceAlways, connection));
  await Promise.all([...producers, untilClosed(commitAlways, connection)]);
  return answered;
}

async function untilClosed(work: () => Promise<void>, connection: BrokerConnection): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!connection.closed) throw error;
  }
}

interface Batch {
  readonly topic: string;
  readonly partition: number;
  /** They are the keys as well. */
  readonly values: readonly string[];
  readonly paddingBytes: number;
}

/** One record of a size, to the partition its number tells; gives the error code. */
export function produceOnce(
  connection: BrokerConnection,
  topic: string,
  n: number,
  paddingBytes: number,
  acknowledged: Acknowledged,
): Promise<number> {
  const batch = { topic, partition: n % PARTITIONS, values: [`once-${n}`], paddingBytes };
  return produce(connection, batch, acknowledged);
}

async function produce(
  connection: BrokerConnection,
  batch: Batch,
  acknowledged: Acknowledged,
): Promise<number> {
  const { partition, values } = batch;
  const answer = await connection.send(ProduceApi, produceRequest(batch), {
    maxVersion: PRODUCE_VERSION_MAX,
  });
  const { errorCode, baseOffset } = answer.responses[0]!.partitionResponses[0]!;
  if (errorCode !== 0) return errorCode;
  const noted = acknowledged.values.get(partition) as Map<bigint, string>;
  for (const [i, value] of values.entries()) noted.set(baseOffset + BigInt(i), value);
  return errorCode;
}

function produceRequest({ topic, partition, values, paddingBytes }: Batch) {
  const padding = 'x'.repeat(paddingBytes);
  const records = values.map((value) => ({
    timestampMs: BigInt(Date.now()),
    key: Buffer.from(value),
    value: Buffer.from(`${value}${padding}`),
  }));
  return {
    acks: -1,
    timeoutMs: 30_000,
    topicData: [
      {
        name: topic,
        partitionData: [{ index: partition, records: encodeRecordBatch({ records }, CODECS) }],
      },
    ],
  };
}

function commitRequest(offset: bigint) {
  return {
    groupId: CRASH_GROUP,
    memberId: '',
    topics: [
      {
        name: CRASH_TOPIC,
        partitions: [{ partitionIndex: 0, committedOffset: offset, committedMetadata: '' }],
      },
    ],
  };
}
