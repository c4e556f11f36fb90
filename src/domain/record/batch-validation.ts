import { KafkaError } from '../kafka-error.ts';
import type { Checksum } from './checksum.ts';
import type { Compression } from './compression.ts';
import { knownCompressionType, recordsSection } from './record-batch.ts';
import * as header from './record-batch-header.ts';
import { nextBatchSize } from './record-batches.ts';
import {
  eachTimestampDelta,
  type TimestampDeltas,
  walkCleanedRecords,
  walkRecords,
} from './records-walk.ts';

export interface BatchValidationOptions {
  readonly checksum: Checksum;
  readonly compression: Compression;
  /**
   * `client` (the default) may neither choose offsets nor write control records. In a `log` a cleaner may have removed records,
   * even all of them.
   */
  readonly origin?: 'client' | 'coordinator' | 'log';
  readonly maxBatchBytes?: number;
  readonly maxDecompressedBytes?: number;
  /** How far CreateTime timestamps may be from the broker's clock; else they are not checked. */
  readonly timestampBounds?: TimestampBounds;
}

export interface TimestampBounds {
  readonly nowMs: bigint;
  readonly beforeMaxMs: bigint;
  readonly afterMaxMs: bigint;
}

export interface ValidatedBatch {
  readonly sizeInBytes: number;
  readonly recordsCount: number;
  /** The largest timestamp of the records, whatever the header says. */
  readonly maxTimestampMs: bigint;
  /** Records without a key, which no compacted topic takes. */
  readonly keylessCount: number;
}

/**
 * Checks the one magic 2 batch that `bytes` must be before it may be appended, as Kafka's
 * ProduceRequest, UnifiedLog and LogValidator do together. Sequences and producer epochs are
 * compared elsewhere. Allocates nothing for a record; compressed records are decompressed once.
 */
export function validateRecordBatch(
  bytes: Uint8Array,
  options: BatchValidationOptions,
  view: DataView = header.viewOf(bytes),
): ValidatedBatch {
  const client = (options.origin ?? 'client') === 'client';
  const stored = options.origin === 'log';
  const sizeInBytes = checkFrame(bytes, view);
  if (client && header.readBaseOffset(view, 0) !== 0n) throw invalid('base offset is not 0');
  if (sizeInBytes > (options.maxBatchBytes ?? sizeInBytes)) {
    throw new KafkaError(
      'MESSAGE_TOO_LARGE',
      `the batch has ${sizeInBytes} bytes, ${options.maxBatchBytes} are allowed`,
    );
  }
  const crc = options.checksum.crc32c(bytes, header.ATTRIBUTES_AT, sizeInBytes);
  if (crc !== header.readCrc(view, 0)) {
    throw new KafkaError('CORRUPT_MESSAGE', `stored crc ${header.readCrc(view, 0)}, is ${crc}`);
  }
  if (sizeInBytes !== bytes.length) throw invalid('bytes follow the batch');
  checkFields(view, client, stored);
  const recordsCount = header.readRecordsCount(view, 0);
  return { sizeInBytes, recordsCount, ...checkRecords(bytes, view, options) };
}

function checkFrame(bytes: Uint8Array, view: DataView): number {
  const size = nextBatchSize(view, 0, bytes.length);
  if (size < 0) throw invalid('there is no whole batch');
  const magic = header.readMagic(view, 0);
  if (magic !== header.CURRENT_MAGIC) throw invalid(`magic ${magic} is no longer written`);
  if (size < header.RECORD_BATCH_OVERHEAD) {
    throw new KafkaError('CORRUPT_MESSAGE', `batch of ${size} bytes is shorter than its header`);
  }
  // Throws CORRUPT_MESSAGE where what follows cannot be a batch.
  if (size < bytes.length && nextBatchSize(view, size, bytes.length) >= 0) {
    throw invalid('there is more than one batch');
  }
  return size;
}

function checkFields(view: DataView, client: boolean, stored: boolean): void {
  const count = header.readRecordsCount(view, 0);
  const lastOffsetDelta = header.readLastOffsetDelta(view, 0);
  const attributes = header.readAttributes(view, 0);
  const isWhole = count > 0 && lastOffsetDelta === count - 1;
  const isCleaned = stored && count >= 0 && lastOffsetDelta >= count - 1;
  if (!isWhole && !isCleaned) {
    throw invalid(`${count} records do not go with last offset delta ${lastOffsetDelta}`);
  }
  if (client && header.isControl(attributes)) throw invalid('clients write no control records');
  if (header.readProducerId(view, 0) < 0n) return;
  const epoch = header.readProducerEpoch(view, 0);
  if (epoch < header.NO_PRODUCER_EPOCH) {
    throw new KafkaError('INVALID_PRODUCER_EPOCH', `producer epoch ${epoch} is negative`);
  }
  const sequence = header.readBaseSequence(view, 0);
  if (client && epoch >= 0 && sequence < 0) throw invalid(`sequence ${sequence} is negative`);
}

type RecordsSection = ReturnType<typeof recordsSection>;

function checkRecords(
  bytes: Uint8Array,
  view: DataView,
  options: BatchValidationOptions,
): Pick<ValidatedBatch, 'maxTimestampMs' | 'keylessCount'> {
  const type = knownCompressionType(header.readAttributes(view, 0));
  const section = recordsSection(bytes, view, type, options);
  const count = header.readRecordsCount(view, 0);
  const lastDelta = header.readLastOffsetDelta(view, 0);
  const isWhole = lastDelta === count - 1;
  const walked = isWhole
    ? walkRecords(section.bytes, section.start, section.end, count)
    : walkCleanedRecords(section.bytes, section.start, section.end, count, lastDelta);
  if (count === 0) return { maxTimestampMs: header.readMaxTimestamp(view, 0), keylessCount: 0 };
  const maxTimestampMs = checkTimestamps(view, section, walked, options.timestampBounds);
  return { maxTimestampMs, keylessCount: walked.keylessCount };
}

/** The largest timestamp, all being within the bounds. */
function checkTimestamps(
  view: DataView,
  section: RecordsSection,
  deltas: TimestampDeltas,
  bounds: TimestampBounds | undefined,
): bigint {
  if (header.timestampTypeOf(header.readAttributes(view, 0)) === 'LogAppendTime') {
    const time = header.readMaxTimestamp(view, 0);
    checkTimestamp(time, bounds);
    return time;
  }
  const base = header.readBaseTimestamp(view, 0);
  if (isPlain(base, deltas, bounds)) return base + BigInt(deltas.max);
  const count = header.readRecordsCount(view, 0);
  let max = header.NO_TIMESTAMP;
  eachTimestampDelta(section.bytes, section.start, section.end, count, (delta) => {
    const timestampMs = BigInt.asIntN(64, base + delta);
    checkTimestamp(timestampMs, bounds);
    if (timestampMs > max) max = timestampMs;
  });
  return max;
}

/** Whether the range of deltas alone tells that every timestamp is good. */
function isPlain(
  base: bigint,
  deltas: TimestampDeltas,
  bounds: TimestampBounds | undefined,
): boolean {
  if (Number.isNaN(deltas.min)) return false;
  const min = base + BigInt(deltas.min);
  const max = base + BigInt(deltas.max);
  if (min < 0n || max > 0x7fffffffffffffffn) return false;
  return bounds === undefined || (isWithin(min, bounds) && isWithin(max, bounds));
}

function isWithin(timestampMs: bigint, bounds: TimestampBounds): boolean {
  const { nowMs, beforeMaxMs, afterMaxMs } = bounds;
  return nowMs - timestampMs <= beforeMaxMs && timestampMs - nowMs <= afterMaxMs;
}

function checkTimestamp(timestampMs: bigint, bounds: TimestampBounds | undefined): void {
  if (bounds === undefined || timestampMs === header.NO_TIMESTAMP) return;
  if (isWithin(timestampMs, bounds)) return;
  throw new KafkaError(
    'INVALID_TIMESTAMP',
    `timestamp ${timestampMs} is too far from the broker's ${bounds.nowMs}`,
  );
}

function invalid(message: string): KafkaError {
  return new KafkaError('INVALID_RECORD', message);
}
