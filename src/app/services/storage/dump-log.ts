import type { Record } from '../../../domain/record/record.ts';
import { decodeRecordBatch } from '../../../domain/record/record-batch.ts';
import * as header from '../../../domain/record/record-batch-header.ts';
import type { Offset } from '../../../domain/topic-partition.ts';
import type { InspectedLog, LogFinding, StoragePlace } from '../../../ports/store-inspector.ts';
import { type BatchTools, damageOf, MAX_DECOMPRESSED_BYTES } from './batch-check.ts';

/** A batch as its header tells of it, whole or not. */
export interface DumpedBatch extends StoragePlace {
  readonly baseOffset: Offset;
  readonly lastOffset: Offset;
  readonly recordsCount: number;
  readonly sizeBytes: number;
  /** What is wrong with it; null for a whole one. */
  readonly damage: string | null;
  readonly codec: string;
  readonly timestampType: header.TimestampType;
  readonly baseTimestampMs: bigint;
  readonly maxTimestampMs: bigint;
  readonly leaderEpoch: number;
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly lastSequence: number;
  readonly transactional: boolean;
  readonly control: boolean;
  /** Only when asked for, and of a whole batch. */
  readonly records: readonly Record[] | undefined;
}

export interface LogDump {
  readonly tools: BatchTools;
  readonly fromOffset: Offset;
  readonly maxBatches: number;
  readonly withRecords: boolean;
  isStopped(): boolean;
  /** The records are valid until the promise settles. */
  batch(batch: DumpedBatch): Promise<void>;
  finding(finding: LogFinding): void;
}

/** Tells of the batches of a log in turn; the offset after the last one when there are more, else undefined. */
export async function dumpLog(log: InspectedLog, o: LogDump): Promise<Offset | undefined> {
  let left = o.maxBatches;
  let more: Offset | undefined;
  await log.scan({
    fromOffset: o.fromOffset,
    checkIndexes: false,
    batch({ bytes, view, file, position }) {
      if (o.isStopped()) return 'stop';
      if (header.readLastOffset(view, 0) < o.fromOffset) return 'whole';
      if (left === 0) {
        more = header.readBaseOffset(view, 0);
        return 'stop';
      }
      left -= 1;
      const batch = { file, position, ...dumped(bytes, view, o) };
      const verdict = batch.damage === null ? 'whole' : 'damaged';
      return o.batch(batch).then(() => verdict);
    },
    finding: (finding) => o.finding(finding),
  });
  return more;
}

function dumped(bytes: Uint8Array, view: DataView, { tools, withRecords }: LogDump): DumpedBatch {
  const damage = damageOf(bytes, view, tools) ?? null;
  const attributes = header.readAttributes(view, 0);
  return {
    baseOffset: header.readBaseOffset(view, 0),
    lastOffset: header.readLastOffset(view, 0),
    recordsCount: header.readRecordsCount(view, 0),
    sizeBytes: bytes.length,
    damage,
    codec: header.compressionTypeOf(attributes) ?? String(attributes & header.COMPRESSION_MASK),
    timestampType: header.timestampTypeOf(attributes),
    baseTimestampMs: header.readBaseTimestamp(view, 0),
    maxTimestampMs: header.readMaxTimestamp(view, 0),
    leaderEpoch: header.readPartitionLeaderEpoch(view, 0),
    producerId: header.readProducerId(view, 0),
    producerEpoch: header.readProducerEpoch(view, 0),
    baseSequence: header.readBaseSequence(view, 0),
    lastSequence: header.readLastSequence(view, 0),
    transactional: header.isTransactional(attributes),
    control: header.isControl(attributes),
    records: withRecords && damage === null ? recordsOf(bytes, tools) : undefined,
  };
}

function recordsOf(bytes: Uint8Array, { compression }: BatchTools): readonly Record[] {
  const maxDecompressedBytes = MAX_DECOMPRESSED_BYTES;
  return decodeRecordBatch(bytes, { compression, maxDecompressedBytes }).records;
}
