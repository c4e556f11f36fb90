import { viewOf } from '../../domain/record/record-batch-header.ts';
import type { Offset, TopicIdPartition } from '../../domain/topic-partition.ts';
import type { KeyRange } from '../../ports/key-value-database.ts';

/** What is kept of a log beside its batches. */
export interface LogRecord {
  readonly id: TopicIdPartition;
  /** The number in the keys of its batches and segments: a new one at each reset, so that a reset is one write. */
  readonly data: number;
  readonly startOffset: Offset;
  /** The position of the first batch at or after the start. */
  readonly startPosition: number;
}

export interface SegmentRecord {
  readonly startPosition: number;
  readonly firstTimestampMs: bigint;
  /** Of the segment before it, which is final then. */
  readonly previousMaxTimestampMs: bigint;
  /** Of one whose batches took the place of others. */
  readonly swapped?: SwappedBatches | undefined;
}

/** Where the batches are that took the place of a segment's own. */
export interface SwappedBatches {
  /** The number in their keys. */
  readonly data: number;
  /** The position after the last one: the next segment's is as it was before. */
  readonly endPosition: number;
}

const SEGMENT_SIZE = 24;
const SWAPPED_SEGMENT_SIZE = 36;

export function encodeLogRecord({ id, data, startOffset, startPosition }: LogRecord): Uint8Array {
  const { topic, topicId, partition } = id;
  const start = { startOffset: String(startOffset), startPosition };
  return Buffer.from(JSON.stringify({ topic, topicId, partition, data, ...start }));
}

/** Undefined for what is none. */
export function parseLogRecord(value: Uint8Array): LogRecord | undefined {
  try {
    const parsed = JSON.parse(Buffer.from(value).toString()) as Record<string, unknown>;
    const { topic, topicId, partition, data, startOffset, startPosition } = parsed;
    if (typeof topic !== 'string' || typeof topicId !== 'string') return undefined;
    if (!isCount(partition) || !isCount(data) || !isCount(startPosition)) return undefined;
    if (typeof startOffset !== 'string') return undefined;
    const id = { topicId, topic, partition };
    return { id, data, startOffset: BigInt(startOffset), startPosition };
  } catch {
    return undefined;
  }
}

export function encodeSegmentRecord(segment: SegmentRecord): Uint8Array {
  const { swapped } = segment;
  const value = new Uint8Array(swapped === undefined ? SEGMENT_SIZE : SWAPPED_SEGMENT_SIZE);
  const view = viewOf(value);
  view.setBigUint64(0, BigInt(segment.startPosition));
  view.setBigInt64(8, segment.firstTimestampMs);
  view.setBigInt64(16, segment.previousMaxTimestampMs);
  if (swapped !== undefined) {
    view.setUint32(24, swapped.data);
    view.setBigUint64(28, BigInt(swapped.endPosition));
  }
  return value;
}

export function parseSegmentRecord(value: Uint8Array): SegmentRecord {
  const view = viewOf(value);
  return {
    startPosition: Number(view.getBigUint64(0)),
    firstTimestampMs: view.getBigInt64(8),
    previousMaxTimestampMs: view.getBigInt64(16),
    swapped:
      value.length < SWAPPED_SEGMENT_SIZE
        ? undefined
        : { data: view.getUint32(24), endPosition: Number(view.getBigUint64(28)) },
  };
}

/** Where a log ended when the store was stopped. */
export interface LogEnd {
  readonly data: number;
  readonly offset: Offset;
  readonly position: number;
  readonly segmentMaxTimestampMs: bigint;
}

const LOG_END_SIZE = 28;

export function encodeLogEnds(ends: readonly LogEnd[]): Uint8Array {
  const value = new Uint8Array(ends.length * LOG_END_SIZE);
  const view = viewOf(value);
  for (const [i, { data, offset, position, segmentMaxTimestampMs }] of ends.entries()) {
    const at = i * LOG_END_SIZE;
    view.setUint32(at, data);
    view.setBigUint64(at + 4, offset);
    view.setBigUint64(at + 12, BigInt(position));
    view.setBigInt64(at + 20, segmentMaxTimestampMs);
  }
  return value;
}

/** By the number of the log's data. */
export function parseLogEnds(value: Uint8Array): ReadonlyMap<number, LogEnd> {
  const ends = new Map<number, LogEnd>();
  const view = viewOf(value);
  for (let at = 0; at + LOG_END_SIZE <= value.length; at += LOG_END_SIZE) {
    const data = view.getUint32(at);
    const position = Number(view.getBigUint64(at + 12));
    const segmentMaxTimestampMs = view.getBigInt64(at + 20);
    ends.set(data, { data, offset: view.getBigUint64(at + 4), position, segmentMaxTimestampMs });
  }
  return ends;
}

export function encodeRange({ gte, lt }: KeyRange): Uint8Array {
  return Buffer.concat([Uint8Array.of(gte.length), gte, lt]);
}

export function parseRange(value: Uint8Array): KeyRange {
  const end = 1 + value[0]!;
  return { gte: value.subarray(1, end), lt: value.subarray(end) };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
