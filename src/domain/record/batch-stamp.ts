import type { Checksum } from './checksum.ts';
import * as header from './record-batch-header.ts';

export interface BatchStamp {
  readonly baseOffset: bigint;
  readonly partitionLeaderEpoch: number;
  readonly timestampType: header.TimestampType;
  /** Under LogAppendTime the time of the append, else the largest of the records' timestamps. */
  readonly maxTimestampMs: bigint;
}

/**
 * Writes into a batch what the leader decides, in place. The checksum is made anew only where
 * the timestamp type or the max timestamp were not as they must be; then attribute bits without a
 * meaning are cleared too (Kafka's DefaultRecordBatch.setMaxTimestamp).
 */
export function stampBatch(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  stamp: BatchStamp,
  checksum: Checksum,
): void {
  header.patchBaseOffset(view, at, stamp.baseOffset);
  header.patchPartitionLeaderEpoch(view, at, stamp.partitionLeaderEpoch);
  const attributes = header.readAttributes(view, at);
  const sameType = header.timestampTypeOf(attributes) === stamp.timestampType;
  if (sameType && header.readMaxTimestamp(view, at) === stamp.maxTimestampMs) return;
  const kept =
    header.COMPRESSION_MASK |
    header.TRANSACTIONAL_FLAG |
    header.CONTROL_FLAG |
    header.DELETE_HORIZON_FLAG;
  const type = stamp.timestampType === 'LogAppendTime' ? header.LOG_APPEND_TIME_FLAG : 0;
  header.patchAttributes(view, at, (attributes & kept) | type);
  header.patchMaxTimestamp(view, at, stamp.maxTimestampMs);
  const end = at + header.readBatchSize(view, at);
  header.patchCrc(view, at, checksum.crc32c(bytes, at + header.ATTRIBUTES_AT, end));
}
