import type { Record } from './record.ts';
import { decodeRecordBatch, type RecordBatch } from './record-batch.ts';
import { type EncodeOptions, encodeRecordBatch } from './record-batch-encoder.ts';

export interface FilterOptions extends EncodeOptions {
  readonly maxDecompressedBytes?: number;
  /** Keeps an emptied batch as a bare header, for the sake of its producer's sequence. */
  readonly retainEmpty: boolean;
  /** Set on the batch when the cleaner first sees its tombstones or marker (KIP-534). */
  readonly deleteHorizonMs?: bigint;
}

/**
 * Rewrites a magic 2 batch without the records that `keep` refuses, as the log cleaner does
 * (Kafka's MemoryRecords.filterTo): the offsets and sequences it spans stay, the base timestamp
 * becomes that of the first record kept. Null when nothing of the batch is left.
 */
export function filterRecordBatch(
  bytes: Uint8Array,
  keep: (record: Record) => boolean,
  options: FilterOptions,
): Uint8Array | null {
  const batch = decodeRecordBatch(bytes, options);
  const kept = batch.records.filter(keep);
  const horizon = options.deleteHorizonMs ?? batch.deleteHorizonMs;
  const sameHorizon = horizon === batch.deleteHorizonMs;
  if (kept.length === batch.records.length && sameHorizon && kept.length > 0) return bytes;
  if (kept.length > 0) {
    return encodeRecordBatch(
      {
        ...spanOf(batch),
        records: kept,
        compression: batch.compression,
        deleteHorizonMs: horizon,
        ...(batch.timestampType === 'LogAppendTime' ? { maxTimestamp: batch.maxTimestamp } : {}),
      },
      options,
    );
  }
  if (!options.retainEmpty) return null;
  return encodeRecordBatch(
    { ...spanOf(batch), records: [], maxTimestamp: batch.maxTimestamp },
    options,
  );
}

function spanOf(batch: RecordBatch) {
  return {
    baseOffset: batch.baseOffset,
    lastOffset: batch.lastOffset,
    partitionLeaderEpoch: batch.partitionLeaderEpoch,
    timestampType: batch.timestampType,
    producerId: batch.producerId,
    producerEpoch: batch.producerEpoch,
    baseSequence: batch.baseSequence,
    transactional: batch.transactional,
    control: batch.control,
  };
}
