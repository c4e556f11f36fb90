import { decodeRecordBatch, encodeRecordBatch } from '../../domain/record/record-batch.ts';
import { CLUSTER_METADATA_LEADER_EPOCH } from '../../domain/topic/cluster-metadata.ts';
import type { MetadataRecord } from '../../domain/topic/metadata-record.ts';
import {
  decodeMetadataChange,
  encodeMetadataChange,
} from '../../domain/topic/metadata-record-codec.ts';
import type { Checksum } from '../../ports/checksum.ts';
import type { Compression } from '../../ports/compression.ts';

export interface MetadataBatchTools {
  readonly checksum: Checksum;
  readonly compression: Compression;
}

/** Changes as one batch of the metadata log, in Kafka's record schemas. */
export function encodeMetadataBatch(
  records: readonly MetadataRecord[],
  baseOffset: bigint,
  timestampMs: bigint,
  tools: MetadataBatchTools,
): Uint8Array {
  return encodeRecordBatch(
    {
      baseOffset,
      partitionLeaderEpoch: CLUSTER_METADATA_LEADER_EPOCH,
      compression: 'none',
      records: records.map((record) => ({
        timestampMs,
        key: null,
        value: encodeMetadataChange(record),
        headers: [],
      })),
    },
    tools,
  );
}

/** Gives the changes of a batch; how many records it has, whether they mean something here or not. */
export function visitMetadataBatch(
  bytes: Uint8Array,
  { compression }: MetadataBatchTools,
  visit: (change: MetadataRecord) => void,
): number {
  const batch = decodeRecordBatch(bytes, { compression });
  if (batch.control) return batch.recordsCount;
  for (const { value } of batch.records) {
    const change = value === null ? undefined : decodeMetadataChange(value);
    if (change !== undefined) visit(change);
  }
  return batch.recordsCount;
}
