import type { Checksum } from '../../record/checksum.ts';
import type { Compression } from '../../record/compression.ts';
import { decodeEndTransactionMarker } from '../../record/control-record.ts';
import { filterRecordBatch } from '../../record/filter-batch.ts';
import {
  decodeRecordBatch,
  knownCompressionType,
  recordsSection,
} from '../../record/record-batch.ts';
import * as header from '../../record/record-batch-header.ts';
import { type ScannedRecord, scanRecords } from '../../record/records-scan.ts';
import type { Offset } from '../../topic-partition.ts';
import type { CleanedTransactions } from './cleaned-transactions.ts';
import type { OffsetMap } from './offset-map.ts';

export interface RecordTools {
  readonly checksum: Checksum;
  readonly compression: Compression;
  readonly maxDecompressedBytes: number;
}

/** What a log remembers of an active producer (Kafka's LastRecord). */
export interface LastRecord {
  /** Undefined where its last batch was a marker. */
  readonly lastDataOffset: Offset | undefined;
  readonly producerEpoch: number;
}

/** One round of cleaning, as every batch of it is seen. */
export interface CleaningRound {
  readonly map: OffsetMap;
  readonly transactions: CleanedTransactions;
  readonly producers: ReadonlyMap<bigint, LastRecord>;
  /** The offset after the last batch that the map knows. */
  readonly endOffset: Offset;
  readonly nowMs: bigint;
  readonly deleteRetentionMs: bigint;
}

type ControlType = 'ABORT' | 'COMMIT' | 'OTHER';

/** Puts the keys of a batch into the map from `startOffset` on; false when it is full before the batch is in. */
export function indexBatch(
  batch: Uint8Array,
  round: Pick<CleaningRound, 'map' | 'transactions'>,
  startOffset: Offset,
  tools: RecordTools,
): boolean {
  const { map, transactions } = round;
  const view = header.viewOf(batch);
  const attributes = header.readAttributes(view, 0);
  const producerId = header.readProducerId(view, 0);
  const baseOffset = header.readBaseOffset(view, 0);
  const lastOffset = header.readLastOffset(view, 0);
  let isFull = false;
  if (header.isControl(attributes)) {
    transactions.onControlBatch(producerId, lastOffset, controlTypeOf(batch, tools));
  } else if (!transactions.onBatch(producerId, lastOffset, header.isTransactional(attributes))) {
    const section = recordsSection(batch, view, knownCompressionType(attributes), tools);
    const count = header.readRecordsCount(view, 0);
    const relative = map.relative(baseOffset);
    const start = map.relative(startOffset);
    scanRecords(section.bytes, section.start, section.end, count, (record) => {
      if (record.keyStart < 0) return true;
      const offset = relative + record.offsetDelta;
      if (offset < start) return true;
      isFull = map.isFull;
      if (!isFull) map.put(section.bytes, record.keyStart, record.keyLength, offset);
      return !isFull;
    });
  }
  if (!isFull && lastOffset >= startOffset) map.latestOffset = lastOffset;
  return !isFull;
}

/**
 * What is left of a batch: the same bytes, others, or null for nothing (Kafka's Cleaner.cleanInto with
 * MemoryRecords.filterTo). Offsets and sequences stay.
 */
export function cleanBatch(
  batch: Uint8Array,
  round: CleaningRound,
  tools: RecordTools,
): Uint8Array | null {
  const view = header.viewOf(batch);
  const attributes = header.readAttributes(view, 0);
  const isControl = header.isControl(attributes);
  const canDiscard = canDiscardBatch(batch, view, isControl, round, tools);
  const horizonMs = header.hasDeleteHorizon(attributes)
    ? header.readBaseTimestamp(view, 0)
    : undefined;
  const isPastHorizon = horizonMs !== undefined && horizonMs <= round.nowMs;
  const discardsRecords = canDiscard && (!isControl || isPastHorizon);
  const retainEmpty =
    isLastOfProducer(view, isControl, round) ||
    // So that the offset is not lost up to which the round went.
    header.readLastOffset(view, 0) + 1n === round.endOffset;
  if (!retainEmpty && (discardsRecords || header.readRecordsCount(view, 0) === 0)) return null;
  if (isControl && !discardsRecords && !canDiscard) return batch;
  const newHorizonMs = round.nowMs + round.deleteRetentionMs;
  const filter = keptRecords(view, round, isPastHorizon);
  return filterRecordBatch(
    batch,
    (record, bytes) => !discardsRecords && (isControl || filter(record, bytes)),
    {
      ...tools,
      retainEmpty,
      deleteHorizonMs: (hasTombstone) => (isControl || hasTombstone ? newHorizonMs : undefined),
    },
  );
}

/** The last one of each key, and no tombstone whose time has come. A record without a key is worth nothing here. */
function keptRecords(
  view: DataView,
  { map }: CleaningRound,
  isPastHorizon: boolean,
): (record: ScannedRecord, bytes: Uint8Array) => boolean {
  const relative = map.relative(header.readBaseOffset(view, 0));
  const latest = map.relative(map.latestOffset);
  return ({ offsetDelta, keyStart, keyLength, valueStart }, bytes) => {
    const offset = relative + offsetDelta;
    if (offset > latest) return true;
    if (keyStart < 0 || (valueStart < 0 && isPastHorizon)) return false;
    return !map.hasLater(bytes, keyStart, keyLength, offset);
  };
}

function canDiscardBatch(
  batch: Uint8Array,
  view: DataView,
  isControl: boolean,
  { transactions }: CleaningRound,
  tools: RecordTools,
): boolean {
  const producerId = header.readProducerId(view, 0);
  const lastOffset = header.readLastOffset(view, 0);
  if (isControl) {
    return transactions.onControlBatch(producerId, lastOffset, controlTypeOf(batch, tools));
  }
  const isTransactional = header.isTransactional(header.readAttributes(view, 0));
  return transactions.onBatch(producerId, lastOffset, isTransactional);
}

/** A producer's last batch has its last sequence, and a marker its epoch, by which it is fenced. */
function isLastOfProducer(view: DataView, isControl: boolean, round: CleaningRound): boolean {
  const last = round.producers.get(header.readProducerId(view, 0));
  if (last === undefined) return false;
  if (last.lastDataOffset !== undefined) {
    return last.lastDataOffset === header.readLastOffset(view, 0);
  }
  return isControl && header.readProducerEpoch(view, 0) === last.producerEpoch;
}

/** Undefined for a marker that was emptied. */
function controlTypeOf(batch: Uint8Array, tools: RecordTools): ControlType | undefined {
  const record = decodeRecordBatch(batch, tools).records[0];
  return record && (decodeEndTransactionMarker(record)?.type ?? 'OTHER');
}
