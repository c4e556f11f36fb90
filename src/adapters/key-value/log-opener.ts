import { KafkaError } from '../../domain/kafka-error.ts';
import type { Offset } from '../../domain/topic-partition.ts';
import type { KeyValueDatabase, KeyValueOperation } from '../../ports/key-value-database.ts';
import type { KeyValueLogState } from './key-value-log.ts';
import {
  ALL_LOGS,
  ALL_SEGMENTS,
  type BatchKey,
  batchRange,
  parseBatchKey,
  parseLogKey,
  parseSegmentKey,
  segmentKey,
} from './log-keys.ts';
import { cutAt, type LogSegment, LogSegments } from './log-segments.ts';
import {
  encodeSegmentRecord,
  type LogEnd,
  type LogRecord,
  parseLogRecord,
  parseSegmentRecord,
  type SegmentRecord,
} from './log-values.ts';
import { earlierOf, laterOf } from './offsets.ts';
import { readAll } from './read-all.ts';

/** Logs whose ends are looked for at a time. */
const PARALLEL = 16;

interface FoundSegment extends SegmentRecord {
  readonly baseOffset: bigint;
}

export interface FoundLogs {
  readonly logs: readonly KeyValueLogState[];
  /** What a crash left of segments whose batches were truncated. */
  readonly leftovers: readonly KeyValueOperation[];
  readonly nextNumber: number;
}

/**
 * Finds the logs of a database: what is kept of each, and its end, which is that of `ends` after a clean stop and that of
 * the key of its last batch otherwise.
 */
export async function findLogs(
  database: KeyValueDatabase,
  ends: ReadonlyMap<number, LogEnd>,
): Promise<FoundLogs> {
  const records: { number: number; record: LogRecord }[] = [];
  let nextNumber = 1;
  for await (const [key, value] of readAll(database, ALL_LOGS)) {
    const number = parseLogKey(key);
    const record = parseLogRecord(value);
    if (record === undefined) {
      throw new KafkaError('KAFKA_STORAGE_ERROR', `what is kept of log ${number} is damaged`);
    }
    nextNumber = Math.max(nextNumber, number + 1, record.data + 1);
    records.push({ number, record });
  }
  const segments = await findSegments(database, new Set(records.map(({ record }) => record.data)));
  const leftovers: KeyValueOperation[] = [];
  const logs: KeyValueLogState[] = [];
  const queue = records.entries();
  const workers = Array.from({ length: PARALLEL }, async () => {
    for (const [i, { number, record }] of queue) {
      const found = segments.get(record.data) ?? [];
      for (const { swapped } of found) {
        if (swapped !== undefined) nextNumber = Math.max(nextNumber, swapped.data + 1);
      }
      const end = ends.get(record.data) ?? (await findEnd(database, record, found));
      logs[i] = logOf(number, record, end, found, leftovers);
    }
  });
  await Promise.all(workers);
  return { logs, leftovers, nextNumber };
}

async function findSegments(
  database: KeyValueDatabase,
  known: ReadonlySet<number>,
): Promise<Map<number, FoundSegment[]>> {
  const segments = new Map<number, FoundSegment[]>();
  for await (const [key, value] of readAll(database, ALL_SEGMENTS)) {
    const { data, baseOffset } = parseSegmentKey(key);
    if (!known.has(data)) continue;
    const found = { baseOffset, ...parseSegmentRecord(value) };
    const those = segments.get(data);
    if (those === undefined) segments.set(data, [found]);
    else those.push(found);
  }
  return segments;
}

async function findEnd(
  database: KeyValueDatabase,
  record: LogRecord,
  segments: readonly FoundSegment[],
): Promise<LogEnd> {
  const { data, startOffset, startPosition } = record;
  const marks = segments.map((segment) => ({ ...segment, maxTimestampMs: -1n }));
  const last = await lastBatch(database, data, new LogSegments(marks), startOffset);
  if (last === undefined) {
    return { data, offset: startOffset, position: startPosition, segmentMaxTimestampMs: -1n };
  }
  const { segmentMaxTimestampMs } = last;
  const position = last.position + last.sizeBytes;
  return { data, offset: last.lastOffset + 1n, position, segmentMaxTimestampMs };
}

/** The last batch that ends at or after an offset, and before another one where that is given. */
export async function lastBatch(
  database: KeyValueDatabase,
  data: number,
  segments: LogSegments,
  from: Offset,
  before?: Offset,
): Promise<BatchKey | undefined> {
  for (const piece of segments.pieces(from, data).reverse()) {
    const first = laterOf(piece.from, from);
    const to =
      before === undefined || piece.to === undefined
        ? (before ?? piece.to)
        : earlierOf(before, piece.to);
    if (to !== undefined && first >= to) continue;
    const range = { ...batchRange(piece.data, first, to), reverse: true, values: false, limit: 1 };
    const [entry] = await database.read({ ...range, mayBlock: true });
    const last = entry && parseBatchKey(entry[0]);
    if (last !== undefined) return last;
  }
  return undefined;
}

function logOf(
  number: number,
  record: LogRecord,
  end: LogEnd,
  found: readonly FoundSegment[],
  leftovers: KeyValueOperation[],
): KeyValueLogState {
  const segments: LogSegment[] = [];
  for (const [i, segment] of found.entries()) {
    const { baseOffset, startPosition, firstTimestampMs, swapped } = segment;
    if (baseOffset >= end.offset) {
      leftovers.push({ type: 'del', key: segmentKey(record.data, baseOffset) });
      continue;
    }
    const next = found[i + 1];
    const isLast = next === undefined || next.baseOffset >= end.offset;
    const maxTimestampMs = isLast ? end.segmentMaxTimestampMs : next.previousMaxTimestampMs;
    const mark = { baseOffset, startPosition, firstTimestampMs, maxTimestampMs, swapped };
    const kept = isLast ? cutAt(mark, end.position) : mark;
    segments.push(kept);
    // A truncation came this far.
    if (kept === mark) continue;
    const value = encodeSegmentRecord({ ...segment, swapped: kept.swapped });
    leftovers.push({ type: 'put', key: segmentKey(record.data, baseOffset), value });
  }
  const { offset, position } = end;
  return { number, record, end: { offset, position }, segments: new LogSegments(segments) };
}
