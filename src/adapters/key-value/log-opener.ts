import { KafkaError } from '../../domain/kafka-error.ts';
import type { KeyValueDatabase, KeyValueOperation } from '../../ports/key-value-database.ts';
import type { KeyValueLogState } from './key-value-log.ts';
import {
  ALL_LOGS,
  ALL_SEGMENTS,
  batchRange,
  parseBatchKey,
  parseLogKey,
  parseSegmentKey,
  segmentKey,
} from './log-keys.ts';
import { type LogSegment, LogSegments } from './log-segments.ts';
import {
  type LogEnd,
  type LogRecord,
  parseLogRecord,
  parseSegmentRecord,
  type SegmentRecord,
} from './log-values.ts';
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
      const end = ends.get(record.data) ?? (await findEnd(database, record));
      logs[i] = logOf(number, record, end, segments.get(record.data) ?? [], leftovers);
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

async function findEnd(database: KeyValueDatabase, record: LogRecord): Promise<LogEnd> {
  const { data, startOffset, startPosition } = record;
  const range = { ...batchRange(data, startOffset), reverse: true, values: false, limit: 1 };
  const [entry] = await database.read({ ...range, mayBlock: true });
  const last = entry && parseBatchKey(entry[0]);
  if (last === undefined) {
    return { data, offset: startOffset, position: startPosition, segmentMaxTimestampMs: -1n };
  }
  const { segmentMaxTimestampMs } = last;
  const position = last.position + last.sizeBytes;
  return { data, offset: last.lastOffset + 1n, position, segmentMaxTimestampMs };
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
    const { baseOffset, startPosition, firstTimestampMs } = segment;
    if (baseOffset >= end.offset) {
      leftovers.push({ type: 'del', key: segmentKey(record.data, baseOffset) });
      continue;
    }
    const next = found[i + 1];
    const isLast = next === undefined || next.baseOffset >= end.offset;
    const maxTimestampMs = isLast ? end.segmentMaxTimestampMs : next.previousMaxTimestampMs;
    segments.push({ baseOffset, startPosition, firstTimestampMs, maxTimestampMs });
  }
  const { offset, position } = end;
  return { number, record, end: { offset, position }, segments: new LogSegments(segments) };
}
