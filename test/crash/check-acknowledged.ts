import { BrokerConnection } from '../../src/adapters/kafka-client/broker-connection.ts';
import { FetchApi } from '../../src/domain/protocol/messages/fetch.ts';
import { OffsetFetchApi } from '../../src/domain/protocol/messages/offset-fetch.ts';
import { decodeRecordBatch } from '../../src/domain/record/record-batch.ts';
import { batchesOf } from '../../src/domain/record/record-batches.ts';
import { type Acknowledged, CRASH_GROUP, CRASH_TOPIC } from './acknowledged-load.ts';
import { CODECS, CONNECTION_OPTIONS } from './crash-connection.ts';

const FETCH_BYTES = 8 * 1024 * 1024;
const RETRIABLE = new Set([14, 15, 16]);

/** Reads everything from `from` on and compares it with what was acknowledged; gives what is wrong. */
export async function checkAcknowledged(
  address: { readonly host: string; readonly port: number },
  acknowledged: Acknowledged,
  from: ReadonlyMap<number, bigint>,
): Promise<readonly string[]> {
  const connection = await BrokerConnection.open(address, CONNECTION_OPTIONS);
  const problems: string[] = [];
  try {
    for (const [partition, expected] of acknowledged.values) {
      const found = await readPartition(connection, partition, from.get(partition) ?? 0n);
      for (const [offset, key] of expected) {
        if (offset < (from.get(partition) ?? 0n)) continue;
        const actual = found.get(offset);
        if (actual === key) continue;
        problems.push(`partition ${partition} offset ${offset}: ${actual ?? 'lost'}, not ${key}`);
      }
    }
    const committed = await committedOffset(connection);
    if (committed !== acknowledged.committed && committed !== acknowledged.committing) {
      problems.push(`the group committed ${acknowledged.committed}, and ${committed} is there`);
    }
    acknowledged.committed = committed;
  } finally {
    connection.close();
  }
  return problems;
}

async function readPartition(
  connection: BrokerConnection,
  partition: number,
  from: bigint,
): Promise<ReadonlyMap<bigint, string>> {
  const found = new Map<bigint, string>();
  let offset = from;
  for (;;) {
    const answer = await connection.send(FetchApi, fetchRequest(partition, offset), {
      maxVersion: 12,
    });
    const { records, errorCode, highWatermark } = answer.responses[0]!.partitions[0]!;
    if (errorCode !== 0) throw new Error(`fetching at ${offset} was refused with ${errorCode}`);
    for (const { bytes } of batchesOf(records ?? new Uint8Array(0))) {
      const batch = decodeRecordBatch(bytes, CODECS);
      for (const record of batch.records) {
        found.set(record.offset, Buffer.from(record.key!).toString());
      }
      offset = batch.lastOffset + 1n;
    }
    if (offset >= highWatermark) return found;
  }
}

function fetchRequest(partition: number, fetchOffset: bigint) {
  return {
    maxWaitMs: 0,
    minBytes: 0,
    maxBytes: FETCH_BYTES,
    topics: [
      {
        topic: CRASH_TOPIC,
        partitions: [{ partition, fetchOffset, partitionMaxBytes: FETCH_BYTES }],
      },
    ],
    forgottenTopicsData: [],
  };
}

async function committedOffset(connection: BrokerConnection): Promise<bigint> {
  for (;;) {
    const answer = await connection.send(
      OffsetFetchApi,
      { groupId: CRASH_GROUP, topics: [{ name: CRASH_TOPIC, partitionIndexes: [0] }] },
      { maxVersion: 7 },
    );
    if (RETRIABLE.has(answer.errorCode)) continue;
    const offset = answer.topics[0]?.partitions[0]?.committedOffset ?? -1n;
    return offset < 0n ? 0n : offset;
  }
}
