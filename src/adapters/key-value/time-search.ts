import type { Offset } from '../../domain/topic-partition.ts';
import type { KeyValueDatabase } from '../../ports/key-value-database.ts';
import type { BatchPosition } from '../../ports/log-store.ts';
import { type BatchKey, batchRange, parseBatchKey } from './log-keys.ts';
import type { LogSegment } from './log-segments.ts';
import { earlierOf, laterOf } from './offsets.ts';
import { after } from './read-all.ts';

const PAGE = 500;

/** A log as it is when a search begins. */
export interface SearchedLog {
  /** In the keys of batches that did not take the place of others. */
  readonly data: number;
  /** From the one on that holds the start. */
  readonly segments: readonly LogSegment[];
  readonly startOffset: Offset;
  readonly endOffset: Offset;
}

/** The first batch whose largest timestamp is at or after `timestampMs`. */
export async function findByTimestamp(
  database: KeyValueDatabase,
  log: SearchedLog,
  timestampMs: bigint,
): Promise<BatchPosition | undefined> {
  for (const [i, { baseOffset, maxTimestampMs }] of log.segments.entries()) {
    if (baseOffset >= log.endOffset) return undefined;
    if (maxTimestampMs < timestampMs) continue;
    const found = await findInSegment(database, log, i, timestampMs);
    if (found !== undefined) return positionOf(found);
  }
  return undefined;
}

/** The first batch that holds the largest timestamp of the log. */
export async function findMaxTimestamp(
  database: KeyValueDatabase,
  log: SearchedLog,
): Promise<BatchPosition | undefined> {
  let largest: BatchKey | undefined;
  for (const [i, { baseOffset, maxTimestampMs }] of log.segments.entries()) {
    if (baseOffset >= log.endOffset) break;
    if (largest !== undefined && maxTimestampMs <= largest.maxTimestampMs) continue;
    const found =
      (await findInSegment(database, log, i, maxTimestampMs)) ??
      (await largestInSegment(database, log, i));
    if (found === undefined) continue;
    if (largest === undefined || found.maxTimestampMs > largest.maxTimestampMs) largest = found;
  }
  return largest && positionOf(largest);
}

/**
 * Halves the offsets: the keys' running maximum rises within a segment. Where the batch that brought the maximum is
 * no longer in the log, what follows is looked through.
 */
async function findInSegment(
  database: KeyValueDatabase,
  log: SearchedLog,
  index: number,
  timestampMs: bigint,
): Promise<BatchKey | undefined> {
  const { data, from, to } = boundsOf(log, index);
  let low = from;
  let high = to;
  let found: BatchKey | undefined;
  while (low < high) {
    const middle = (low + high) / 2n;
    const key = await firstFrom(database, data, middle, to);
    if (key === undefined || key.segmentMaxTimestampMs >= timestampMs) {
      if (key !== undefined) found = key;
      high = middle;
    } else {
      low = key.lastOffset + 1n;
    }
  }
  if (found === undefined || found.maxTimestampMs >= timestampMs) return found;
  for await (const key of keysFrom(database, data, found.lastOffset + 1n, to)) {
    if (key.maxTimestampMs >= timestampMs) return key;
  }
  return undefined;
}

async function largestInSegment(
  database: KeyValueDatabase,
  log: SearchedLog,
  index: number,
): Promise<BatchKey | undefined> {
  const { data, from, to } = boundsOf(log, index);
  let largest: BatchKey | undefined;
  for await (const key of keysFrom(database, data, from, to)) {
    if (largest === undefined || key.maxTimestampMs > largest.maxTimestampMs) largest = key;
  }
  return largest;
}

function boundsOf(log: SearchedLog, index: number): { data: number; from: Offset; to: Offset } {
  const { baseOffset, swapped } = log.segments[index]!;
  const next = log.segments[index + 1]?.baseOffset ?? log.endOffset;
  const from = laterOf(baseOffset, log.startOffset);
  return { data: swapped?.data ?? log.data, from, to: earlierOf(next, log.endOffset) };
}

async function firstFrom(
  database: KeyValueDatabase,
  data: number,
  from: Offset,
  to: Offset,
): Promise<BatchKey | undefined> {
  const query = { ...batchRange(data, from, to), values: false, limit: 1 };
  const [entry] = await database.read(query);
  return entry && parseBatchKey(entry[0]);
}

async function* keysFrom(
  database: KeyValueDatabase,
  data: number,
  from: Offset,
  to: Offset,
): AsyncGenerator<BatchKey> {
  const { gte: first, lt } = batchRange(data, from, to);
  for (let gte = first; ; ) {
    const page = await database.read({ gte, lt, values: false, limit: PAGE });
    for (const [bytes] of page) {
      const key = parseBatchKey(bytes);
      if (key !== undefined) yield key;
    }
    const last = page.at(-1)?.[0];
    if (last === undefined || page.length < PAGE) return;
    gte = after(last);
  }
}

function positionOf({ baseOffset, maxTimestampMs }: BatchKey): BatchPosition {
  return { baseOffset, maxTimestampMs };
}
