import { portableChecksum } from '../../domain/record/crc32c.ts';
import { encodeRecordBatch } from '../../domain/record/record-batch.ts';
import type { Offset } from '../../domain/topic-partition.ts';
import type { AppendEntry, StoredLog } from '../../ports/log-store.ts';

/** A whole valid batch, as the log layer hands it to an engine. */
export interface SampleBatch {
  readonly baseOffset: Offset;
  readonly lastOffset: Offset;
  readonly maxTimestampMs: bigint;
  readonly bytes: Uint8Array;
}

export interface SampleBatchInput {
  readonly baseOffset: Offset;
  readonly records?: number;
  /** Bytes of each record's value. */
  readonly valueBytes?: number;
  readonly timestampMs?: bigint;
  /** Makes batches at the same offsets differ. */
  readonly seed?: number;
}

export const FIRST_TIMESTAMP_MS = 1_700_000_000_000n;

const uncompressed = {
  compress: (_type: unknown, bytes: Uint8Array) => bytes,
  decompress: (_type: unknown, bytes: Uint8Array) => bytes,
};

/** All records of the batch have its timestamp; by default it is the base offset's millisecond. */
export function sampleBatch(input: SampleBatchInput): SampleBatch {
  const { baseOffset, records = 1, valueBytes = 20, seed = 0 } = input;
  const timestampMs = input.timestampMs ?? FIRST_TIMESTAMP_MS + baseOffset;
  const bytes = encodeRecordBatch(
    {
      baseOffset,
      partitionLeaderEpoch: seed,
      records: Array.from({ length: records }, (_, i) => ({
        timestampMs,
        key: null,
        value: new Uint8Array(valueBytes).fill((Number(baseOffset) + i * 7 + seed * 31) & 0xff),
      })),
    },
    { compression: uncompressed, checksum: portableChecksum },
  );
  return {
    baseOffset,
    lastOffset: baseOffset + BigInt(records - 1),
    maxTimestampMs: timestampMs,
    bytes,
  };
}

/** `count` batches of the same number of records, one after another. */
export function sampleBatches(
  count: number,
  input: Partial<SampleBatchInput> = {},
): readonly SampleBatch[] {
  const records = input.records ?? 1;
  const from = input.baseOffset ?? 0n;
  return Array.from({ length: count }, (_, i) =>
    sampleBatch({ ...input, baseOffset: from + BigInt(i * records) }),
  );
}

export function entryOf(log: StoredLog, batch: SampleBatch): AppendEntry {
  const { baseOffset, lastOffset, maxTimestampMs, bytes } = batch;
  return { log, baseOffset, lastOffset, maxTimestampMs, batch: bytes };
}

export function entriesOf(log: StoredLog, batches: readonly SampleBatch[]): AppendEntry[] {
  return batches.map((batch) => entryOf(log, batch));
}

export function bytesOf(batches: readonly SampleBatch[]): number {
  return batches.reduce((sum, { bytes }) => sum + bytes.length, 0);
}
