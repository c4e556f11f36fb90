import type { Compression } from '../record/compression.ts';
import { decodeRecordBatch } from '../record/record-batch.ts';
import type { Offset } from '../topic-partition.ts';

export interface FoundRecord {
  readonly offset: Offset;
  readonly timestampMs: bigint;
  readonly leaderEpoch: number;
}

/** The first record of a batch from `fromOffset` on that is not older than `timestampMs`. */
export function firstRecordAtOrAfter(
  batch: Uint8Array,
  timestampMs: bigint,
  fromOffset: Offset,
  compression: Compression,
): FoundRecord | undefined {
  const { records, partitionLeaderEpoch } = decodeRecordBatch(batch, { compression });
  for (const record of records) {
    if (record.offset < fromOffset || record.timestampMs < timestampMs) continue;
    const { offset } = record;
    return { offset, timestampMs: record.timestampMs, leaderEpoch: partitionLeaderEpoch };
  }
  return undefined;
}
