import { NodeCompression } from '../../../../src/adapters/compression/node-compression.ts';
import {
  STREAMS_GROUP_RECORDS,
  type StreamsGroupRecord,
} from '../../../../src/domain/group/streams/streams-group-record.ts';
import { coordinatorPartition } from '../../../../src/domain/protocol/hashing.ts';
import { leadingInt16 } from '../../../../src/domain/protocol/record-codec.ts';
import { decodeRecordBatch } from '../../../../src/domain/record/record-batch.ts';
import { batchesOf } from '../../../../src/domain/record/record-batches.ts';
import type { Answer, Scene } from '../../scene.ts';

const compression = new NodeCompression();
/** Partitions of `__consumer_offsets`. */
const PARTITIONS = 50;

export const partitionOf = (groupId: string) => coordinatorPartition(groupId, PARTITIONS);

/** Writes down what the coordinator has stored of a group, record by record. */
export async function stored(scene: Scene, step: string, groupId: string): Promise<void> {
  const answer: Answer = await scene.quietly('Fetch', 11, {
    ...{ maxWaitMs: 0, minBytes: 0, isolationLevel: 0, forgottenTopicsData: [] },
    topics: [
      {
        topic: '__consumer_offsets',
        partitions: [
          { partition: partitionOf(groupId), fetchOffset: 0n, partitionMaxBytes: 1 << 24 },
        ],
      },
    ],
  });
  const { records } = answer.responses[0].partitions[0];
  scene.lines.push({
    ...{ step, api: 'records', version: 0 },
    answer: recordsOf(records, groupId),
  });
}

function recordsOf(bytes: Uint8Array, groupId: string): unknown[] {
  const found: unknown[] = [];
  for (const { bytes: one } of batchesOf(bytes)) {
    for (const { key, value } of decodeRecordBatch(one, { compression }).records) {
      if (key === null || !STREAMS_GROUP_RECORDS.recordTypes.includes(leadingInt16(key))) continue;
      const record = STREAMS_GROUP_RECORDS.decode({ key, value });
      if (record.groupId !== groupId) continue;
      const again = STREAMS_GROUP_RECORDS.encode(record);
      const isSame = Buffer.from(again.value ?? []).equals(Buffer.from(value ?? []));
      found.push({ ...plain(record), bytes: isSame ? 'the same' : 'others' });
    }
  }
  return found;
}

/** Without what differs from run to run: when an assignment was made, and what stands for the topics' metadata. */
function plain(record: StreamsGroupRecord): object {
  const text = JSON.stringify(record, (key, value) => {
    if (value instanceof Map) return Object.fromEntries(value);
    if (key === 'timestampMs') return value > 0 ? '<now>' : 0;
    return key === 'metadataHash' ? value !== 0n : value;
  });
  return JSON.parse(text);
}
