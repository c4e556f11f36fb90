import { partitionOf } from '../../../domain/sql/history/history-manifest.ts';
import {
  historyRangeSelects,
  historyRows,
  type TopicHistoryPlace,
} from '../../../domain/sql/history/history-select.ts';
import type { ColumnsOptions, OffsetRange, TopicSchema } from '../../../domain/sql/topic-schema.ts';
import type { SourceRange } from '../../../ports/stream-engine.ts';
import type { LogBridge } from '../log-bridge.ts';

/** Thrown when records are no longer where they were when the batch was decided on: it is decided on anew. */
export class RecordsMovedError extends Error {
  constructor(topic: string) {
    super(`records of ${topic} went from the log to history, or out of it, while they were read`);
    this.name = 'RecordsMovedError';
  }
}

interface KeptRanges {
  readonly place: TopicHistoryPlace;
  readonly ranges: readonly OffsetRange[];
}

/** The part of a batch that is in history. */
export class BatchHistory {
  readonly #bridge: Pick<LogBridge, 'history' | 'ranges'>;
  readonly #ranges: readonly SourceRange[];
  readonly #kept = new Map<string, KeptRanges>();

  /** Throws when history has not all of the ranges that are said to be in it. */
  constructor(bridge: Pick<LogBridge, 'history' | 'ranges'>, ranges: readonly SourceRange[]) {
    this.#bridge = bridge;
    this.#ranges = ranges;
    const kept = ranges.filter((range) => range.kept === 'history');
    for (const topic of new Set(kept.map((range) => range.topic))) {
      const own = kept.filter((range) => range.topic === topic);
      const place = bridge.history(topic);
      if (place === undefined || !own.every((range) => holds(place, range))) {
        throw new RecordsMovedError(topic);
      }
      this.#kept.set(topic, { place, ranges: own.map(offsetsOf) });
    }
  }

  /** SELECTs of the topic's columns. */
  selects(topic: string, schema: TopicSchema, options: ColumnsOptions): readonly string[] {
    const kept = this.#kept.get(topic);
    return kept === undefined ? [] : historyRangeSelects(kept.place, kept.ranges, schema, options);
  }

  /** Relations with the raw columns of some offsets, keys and values as bytes. */
  rows(topic: string, ranges: readonly OffsetRange[]): readonly string[] {
    const kept = this.#kept.get(topic);
    if (kept === undefined) return [];
    const own = ranges.filter((range) => kept.ranges.some((each) => isWithin(range, each)));
    return historyRows(kept.place, own, { binaryKey: true, binaryValue: true });
  }

  /** A SELECT of how many records of each partition are read; undefined when none are. */
  count(topic: string): string | undefined {
    const kept = this.#kept.get(topic);
    if (kept === undefined) return undefined;
    const rows = historyRows(kept.place, kept.ranges, { binaryKey: true, binaryValue: true });
    if (rows.length === 0) return undefined;
    const all = rows.map((each) => `SELECT kafka_partition FROM ${each}`).join(' UNION ALL ');
    return `SELECT kafka_partition, count(*) FROM (${all}) GROUP BY ALL`;
  }

  /** Once all is read: throws when retention may have taken records out of the log before they were. */
  check(): void {
    const inLog = this.#ranges.filter(({ kept }) => kept === 'log');
    for (const topic of new Set(inLog.map((range) => range.topic))) {
      const now = this.#bridge.ranges(topic, {});
      for (const range of inLog) {
        if (range.topic !== topic) continue;
        const log = now.find(({ partition }) => partition === range.partition);
        if (log === undefined || log.startOffset > range.fromOffset) {
          throw new RecordsMovedError(topic);
        }
      }
    }
  }
}

function holds({ manifest }: TopicHistoryPlace, range: SourceRange): boolean {
  const kept = partitionOf(manifest, range.partition);
  if (kept === undefined) return false;
  const from = BigInt(Math.max(kept.firstOffset, kept.deletedBefore));
  return from <= range.fromOffset && range.toOffset <= BigInt(kept.nextOffset);
}

function offsetsOf({ partition, fromOffset, toOffset }: SourceRange): OffsetRange {
  return { partition, fromOffset: String(fromOffset), toOffset: String(toOffset) };
}

function isWithin(range: OffsetRange, kept: OffsetRange): boolean {
  return (
    range.partition === kept.partition &&
    BigInt(range.fromOffset) >= BigInt(kept.fromOffset) &&
    BigInt(range.toOffset) <= BigInt(kept.toOffset)
  );
}
