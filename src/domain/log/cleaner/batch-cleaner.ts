import { KafkaError } from '../../kafka-error.ts';
import type { Checksum } from '../../record/checksum.ts';
import type { Compression } from '../../record/compression.ts';
import { decodeEndTransactionMarker } from '../../record/control-record.ts';
import { filterRecordBatch } from '../../record/filter-batch.ts';
import { walkKeys } from '../../record/keys-walk.ts';
import type { Record } from '../../record/record.ts';
import {
  decodeRecordBatch,
  knownCompressionType,
  recordsSection,
} from '../../record/record-batch.ts';
import * as header from '../../record/record-batch-header.ts';
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
    walkKeys(section.bytes, section.start, section.end, count, (record) => {
      if (record.keyStart < 0) return true;
      const offset = baseOffset + BigInt(record.offsetDelta);
      if (offset < startOffset) return true;
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
  const horizonMs = header.hasDeleteHorizon(attributes)
    ? header.readBaseTimestamp(view, 0)
    : undefined;
  const canDiscard = canDiscardBatch(batch, view, isControl, round, tools);
  const isPastHorizon = horizonMs !== undefined && horizonMs <= round.nowMs;
  const discardsRecords = canDiscard && (!isControl || isPastHorizon);
  const retainEmpty =
    isLastOfProducer(view, isControl, round) ||
    // So that the offset is not lost up to which the round went.
    header.readLastOffset(view, 0) + 1n === round.endOffset;
  const count = header.readRecordsCount(view, 0);
  if ((discardsRecords || count === 0) && !retainEmpty) return null;
  if (count === 0) return batch;
  if (discardsRecords) {
    checkCrc(batch, view, tools);
    return filterRecordBatch(batch, () => false, { ...tools, retainEmpty: true });
  }
  const kept = isControl ? undefined : keptRecords(batch, view, round, horizonMs, tools);
  const needsHorizon = horizonMs === undefined && (kept?.hasTombstone ?? (canDiscard && isControl));
  if (kept?.count === 0 && !retainEmpty) return null;
  const isWhole = kept === undefined || kept.count === count;
  if (isWhole && !needsHorizon) return batch;
  checkCrc(batch, view, tools);
  const { deltas } = kept ?? {};
  const baseOffset = header.readBaseOffset(view, 0);
  const keep = ({ offset }: Record): boolean =>
    deltas === undefined || deltas.has(Number(offset - baseOffset));
  const horizon = needsHorizon ? { deleteHorizonMs: round.nowMs + round.deleteRetentionMs } : {};
  return filterRecordBatch(batch, keep, { ...tools, retainEmpty, ...horizon });
}

interface KeptRecords {
  readonly count: number;
  readonly hasTombstone: boolean;
  readonly deltas: ReadonlySet<number>;
}

/** The last one of each key, and no tombstone whose time has come. A record without a key is worth nothing here. */
function keptRecords(
  batch: Uint8Array,
  view: DataView,
  { map, nowMs }: CleaningRound,
  horizonMs: bigint | undefined,
  tools: RecordTools,
): KeptRecords {
  const type = knownCompressionType(header.readAttributes(view, 0));
  const { bytes, start, end } = recordsSection(batch, view, type, tools);
  const baseOffset = header.readBaseOffset(view, 0);
  const keepsTombstones = horizonMs === undefined || nowMs < horizonMs;
  const deltas = new Set<number>();
  let hasTombstone = false;
  walkKeys(bytes, start, end, header.readRecordsCount(view, 0), (record) => {
    const { offsetDelta, keyStart, keyLength, hasValue } = record;
    const offset = baseOffset + BigInt(offsetDelta);
    const isKept =
      offset > map.latestOffset ||
      (keyStart >= 0 &&
        (hasValue || keepsTombstones) &&
        !map.hasLater(bytes, keyStart, keyLength, offset));
    if (!isKept) return true;
    deltas.add(offsetDelta);
    if (!hasValue) hasTombstone = true;
    return true;
  });
  return { count: deltas.size, hasTombstone, deltas };
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

/** A batch that is written anew gets a checksum anew, which must not cover up damage. */
function checkCrc(batch: Uint8Array, view: DataView, { checksum }: RecordTools): void {
  const crc = checksum.crc32c(batch, header.ATTRIBUTES_AT, batch.length);
  if (crc === header.readCrc(view, 0)) return;
  const offset = header.readBaseOffset(view, 0);
  throw new KafkaError('CORRUPT_MESSAGE', `the checksum of the batch at ${offset} does not match`);
}
