import { KafkaError } from '../kafka-error.ts';
import { varintSize, varlongSize } from '../wire/varint.ts';
import { knownCompressionType, recordsSection } from './record-batch.ts';
import { type EncodeOptions, encodeRecordBatch } from './record-batch-encoder.ts';
import * as header from './record-batch-header.ts';
import { RecordCursor } from './record-cursor.ts';
import { writeVarint, writeVarlong } from './record-writer.ts';
import { type ScannedRecord, scanRecords } from './records-scan.ts';

export interface FilterOptions extends EncodeOptions {
  readonly maxDecompressedBytes?: number;
  /** Keeps an emptied batch as a bare header, for the sake of its producer's sequence. */
  readonly retainEmpty: boolean;
  /**
   * When the tombstones or the marker of a batch that has no such time yet may go (KIP-534); `hasTombstone` tells of the records
   * that are kept.
   */
  deleteHorizonMs?(hasTombstone: boolean): bigint | undefined;
}

interface KeptRecord {
  readonly timestampMs: bigint;
  readonly offsetDelta: number;
  readonly tailStart: number;
  readonly end: number;
}

/**
 * Rewrites a magic 2 batch without the records that `keep` refuses, as the log cleaner does
 * (Kafka's MemoryRecords.filterTo): the offsets and sequences it spans stay, the base timestamp
 * becomes that of the first record kept. Null when nothing of the batch is left, the same bytes where nothing changes. Keys,
 * values and headers are copied as they are. Throws CORRUPT_MESSAGE for a damaged batch that would be written anew.
 */
export function filterRecordBatch(
  bytes: Uint8Array,
  keep: (record: ScannedRecord, records: Uint8Array) => boolean,
  options: FilterOptions,
): Uint8Array | null {
  const view = header.viewOf(bytes);
  const attributes = header.readAttributes(view, 0);
  const count = header.readRecordsCount(view, 0);
  const section = recordsSection(bytes, view, knownCompressionType(attributes), options);
  const kept: KeptRecord[] = [];
  let hasTombstone = false;
  const timestampOf = timestamps(view, section.bytes);
  scanRecords(section.bytes, section.start, section.end, count, (record) => {
    if (!keep(record, section.bytes)) return true;
    if (record.valueStart < 0) hasTombstone = true;
    const { offsetDelta, tailStart, end } = record;
    kept.push({ timestampMs: timestampOf(record), offsetDelta, tailStart, end });
    return true;
  });
  if (kept.length === 0) {
    if (!options.retainEmpty) return null;
    if (count === 0) return bytes;
    checkCrc(bytes, view, options);
    return emptyBatch(view, options);
  }
  const hasHorizon = header.hasDeleteHorizon(attributes);
  const horizonMs = hasHorizon
    ? header.readBaseTimestamp(view, 0)
    : options.deleteHorizonMs?.(hasTombstone);
  if (kept.length === count && hasHorizon === (horizonMs !== undefined)) return bytes;
  checkCrc(bytes, view, options);
  return rewritten(bytes, section.bytes, kept, horizonMs, options);
}

/** A batch that is written anew gets a checksum anew, which must not cover up damage. */
function checkCrc(bytes: Uint8Array, view: DataView, { checksum }: FilterOptions): void {
  const crc = checksum.crc32c(bytes, header.ATTRIBUTES_AT, header.readBatchSize(view, 0));
  if (crc === header.readCrc(view, 0)) return;
  const offset = header.readBaseOffset(view, 0);
  throw new KafkaError('CORRUPT_MESSAGE', `the checksum of the batch at ${offset} does not match`);
}

/** Under LogAppendTime all records have the time of the append. */
function timestamps(view: DataView, records: Uint8Array): (record: ScannedRecord) => bigint {
  if (header.timestampTypeOf(header.readAttributes(view, 0)) === 'LogAppendTime') {
    const appendedMs = header.readMaxTimestamp(view, 0);
    return () => appendedMs;
  }
  const base = header.readBaseTimestamp(view, 0);
  return ({ timestampDelta, timestampAt, end }) => {
    const delta = Number.isNaN(timestampDelta)
      ? new RecordCursor(records, timestampAt, end).readVarlong()
      : BigInt(timestampDelta);
    return BigInt.asIntN(64, base + delta);
  };
}

function rewritten(
  bytes: Uint8Array,
  records: Uint8Array,
  kept: readonly KeptRecord[],
  horizonMs: bigint | undefined,
  options: FilterOptions,
): Uint8Array {
  const attributes = header.readAttributes(header.viewOf(bytes), 0);
  const baseTimestamp = horizonMs ?? kept[0]!.timestampMs;
  const plain = placed(records, kept, baseTimestamp);
  const type = knownCompressionType(attributes);
  const body = type === 'none' ? plain : options.compression.compress(type, plain);
  const batch = new Uint8Array(header.RECORDS_AT + body.length);
  batch.set(bytes.subarray(0, header.RECORDS_AT));
  batch.set(body, header.RECORDS_AT);
  const view = header.viewOf(batch);
  const flag = horizonMs === undefined ? 0 : header.DELETE_HORIZON_FLAG;
  view.setInt32(header.BATCH_LENGTH_AT, batch.length - header.LOG_OVERHEAD);
  view.setInt16(header.ATTRIBUTES_AT, attributes | flag);
  view.setBigInt64(header.BASE_TIMESTAMP_AT, baseTimestamp);
  if (header.timestampTypeOf(attributes) === 'CreateTime') {
    header.patchMaxTimestamp(view, 0, largestOf(kept));
  }
  view.setInt32(header.RECORDS_COUNT_AT, kept.length);
  header.patchCrc(view, 0, options.checksum.crc32c(batch, header.ATTRIBUTES_AT, batch.length));
  return batch;
}

function placed(
  records: Uint8Array,
  kept: readonly KeptRecord[],
  baseTimestamp: bigint,
): Uint8Array {
  const deltas = kept.map(({ timestampMs }) => BigInt.asIntN(64, timestampMs - baseTimestamp));
  const sizes = kept.map(({ offsetDelta, tailStart, end }, i) => {
    return 1 + varlongSize(deltas[i]!) + varintSize(offsetDelta) + end - tailStart;
  });
  const total = sizes.reduce((sum, size) => sum + varintSize(size) + size, 0);
  const plain = new Uint8Array(total);
  let at = 0;
  for (const [i, { offsetDelta, tailStart, end }] of kept.entries()) {
    at = writeVarint(sizes[i]!, plain, at);
    plain[at++] = 0;
    at = writeVarlong(deltas[i]!, plain, at);
    at = writeVarint(offsetDelta, plain, at);
    plain.set(records.subarray(tailStart, end), at);
    at += end - tailStart;
  }
  return plain;
}

function largestOf(kept: readonly KeptRecord[]): bigint {
  let max = kept[0]!.timestampMs;
  for (const { timestampMs } of kept) if (timestampMs > max) max = timestampMs;
  return max;
}

function emptyBatch(view: DataView, options: FilterOptions): Uint8Array {
  const attributes = header.readAttributes(view, 0);
  return encodeRecordBatch(
    {
      baseOffset: header.readBaseOffset(view, 0),
      lastOffset: header.readLastOffset(view, 0),
      partitionLeaderEpoch: header.readPartitionLeaderEpoch(view, 0),
      timestampType: header.timestampTypeOf(attributes),
      producerId: header.readProducerId(view, 0),
      producerEpoch: header.readProducerEpoch(view, 0),
      baseSequence: header.readBaseSequence(view, 0),
      transactional: header.isTransactional(attributes),
      control: header.isControl(attributes),
      records: [],
      maxTimestamp: header.readMaxTimestamp(view, 0),
    },
    options,
  );
}
