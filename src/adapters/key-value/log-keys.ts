import { viewOf } from '../../domain/record/record-batch-header.ts';
import type { Offset } from '../../domain/topic-partition.ts';
import type { KeyRange } from '../../ports/key-value-database.ts';

// The layout of the keys: a byte for the kind, then numbers, most significant byte first.

/** There only while the store is closed, after a clean stop, with where each log ended. */
export const CLEAN_STOP_KEY = Uint8Array.of(0);

const LOG = 1;
const DELETION = 2;
const SNAPSHOT = 3;
const SEGMENT = 4;
const BATCH = 5;

const BATCH_KEY_SIZE = 45;
const TWO_TO_32 = 2 ** 32;

/** What the key of a batch tells, so that much can be known without its value being read. */
export interface BatchKey {
  readonly baseOffset: Offset;
  readonly lastOffset: Offset;
  /** Bytes of the log's batches before this one, since it was made or reset. */
  readonly position: number;
  readonly sizeBytes: number;
  readonly maxTimestampMs: bigint;
  /** The largest timestamp of its segment up to and with this batch. */
  readonly segmentMaxTimestampMs: bigint;
}

/** A batch is found by its last offset: the first key at or after an offset is that of the batch that holds it. */
export function batchKey(data: number, batch: BatchKey): Uint8Array {
  const key = new Uint8Array(BATCH_KEY_SIZE);
  const view = viewOf(key);
  writePrefix(key, view, BATCH, data);
  view.setBigUint64(5, batch.lastOffset);
  view.setUint32(13, Number(batch.lastOffset - batch.baseOffset));
  view.setUint32(17, Math.floor(batch.position / TWO_TO_32));
  view.setUint32(21, batch.position % TWO_TO_32);
  view.setUint32(25, batch.sizeBytes);
  view.setBigInt64(29, batch.maxTimestampMs);
  view.setBigInt64(37, batch.segmentMaxTimestampMs);
  return key;
}

/** Undefined for what cannot be the key of a batch. */
export function parseBatchKey(key: Uint8Array): BatchKey | undefined {
  if (key.length !== BATCH_KEY_SIZE) return undefined;
  const view = viewOf(key);
  const lastOffset = view.getBigUint64(5);
  return {
    baseOffset: lastOffset - BigInt(view.getUint32(13)),
    lastOffset,
    position: view.getUint32(17) * TWO_TO_32 + view.getUint32(21),
    sizeBytes: view.getUint32(25),
    maxTimestampMs: view.getBigInt64(29),
    segmentMaxTimestampMs: view.getBigInt64(37),
  };
}

/** The batches whose last offset is at or after `from` and before `to`. */
export function batchRange(data: number, from: Offset, to?: Offset): KeyRange {
  const lt = to === undefined ? prefix(BATCH, data + 1) : offsetKey(BATCH, data, to);
  return { gte: offsetKey(BATCH, data, from), lt };
}

export function segmentKey(data: number, baseOffset: Offset): Uint8Array {
  return offsetKey(SEGMENT, data, baseOffset);
}

export function parseSegmentKey(key: Uint8Array): { data: number; baseOffset: Offset } {
  const view = viewOf(key);
  return { data: view.getUint32(1), baseOffset: view.getBigUint64(5) };
}

export function segmentRange(data: number): KeyRange {
  return { gte: prefix(SEGMENT, data), lt: prefix(SEGMENT, data + 1) };
}

export const ALL_SEGMENTS: KeyRange = kindRange(SEGMENT);

export function logKey(log: number): Uint8Array {
  return prefix(LOG, log);
}

export function parseLogKey(key: Uint8Array): number {
  return viewOf(key).getUint32(1);
}

export const ALL_LOGS: KeyRange = kindRange(LOG);

export function snapshotKey(log: number, name: string): Uint8Array {
  return Buffer.concat([prefix(SNAPSHOT, log), Buffer.from(name)]);
}

export function snapshotRange(log: number): KeyRange {
  return { gte: prefix(SNAPSHOT, log), lt: prefix(SNAPSHOT, log + 1) };
}

/** The number of the log or of the data whose keys a range has. */
export function numberOf({ gte }: KeyRange): number {
  return viewOf(gte).getUint32(1);
}

/** A range that is still to be deleted, by the number of the deletion. */
export function deletionKey(number: number): Uint8Array {
  return prefix(DELETION, number);
}

export function parseDeletionKey(key: Uint8Array): number {
  return viewOf(key).getUint32(1);
}

export const ALL_DELETIONS: KeyRange = kindRange(DELETION);

function kindRange(kind: number): KeyRange {
  return { gte: Uint8Array.of(kind), lt: Uint8Array.of(kind + 1) };
}

function prefix(kind: number, number: number): Uint8Array {
  const key = new Uint8Array(5);
  writePrefix(key, viewOf(key), kind, number);
  return key;
}

function offsetKey(kind: number, data: number, offset: Offset): Uint8Array {
  const key = new Uint8Array(13);
  const view = viewOf(key);
  writePrefix(key, view, kind, data);
  view.setBigUint64(5, offset < 0n ? 0n : offset);
  return key;
}

function writePrefix(key: Uint8Array, view: DataView, kind: number, number: number): void {
  key[0] = kind;
  view.setUint32(1, number);
}
