import type { SourcePosition, SourceRange } from '../../../../ports/stream-engine.ts';
import type { SourcePartition } from './source-topics.ts';

export interface BatchLimits {
  readonly rowsMax: number;
  readonly bytesMax: number;
}

interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export interface NextRanges {
  readonly ranges: readonly SourceRange[];
  /** Partitions that have more than their range, be it that nobody can read it yet. */
  readonly behind: readonly TopicPartition[];
  /** Whether there is more to be read than the ranges. */
  readonly hasMore: boolean;
  /** Positions that are not where the view left them, with what happened. */
  readonly moved: readonly SourcePosition[];
  readonly events: readonly string[];
}

/**
 * What the next batch reads: of each partition its share of the limit, by how much it is behind, so that the partitions of
 * a topic come along together.
 */
export function nextRanges(
  partitions: readonly SourcePartition[],
  positions: readonly SourcePosition[],
  limits: BatchLimits,
): NextRanges {
  const moved: SourcePosition[] = [];
  const events: string[] = [];
  const backlogs = partitions.map((source) => {
    const known = positions.find((each) => sameAs(each, source));
    const { position, event } = placed(known, source);
    if (position !== known) moved.push(position);
    if (event !== undefined) events.push(event);
    return { source, from: position.nextOffset, records: source.endOffset - position.nextOffset };
  });
  const waiting = backlogs.filter(({ records }) => records > 0n);
  const total = waiting.reduce((sum, { records }) => sum + Number(records), 0);
  const bytes = waiting.reduce(
    (sum, { records, source }) => sum + Number(records) * source.bytesPerRecord,
    0,
  );
  const share = Math.min(1, limits.rowsMax / total, limits.bytesMax / bytes);
  const ranges = waiting.map(({ source, from, records }) => {
    const taken = BigInt(Math.max(1, Math.floor(Number(records) * share)));
    return rangeFrom(source, from, from + taken);
  });
  const behind = partitions
    .filter((source) => {
      const range = ranges.find((each) => sameAs(each, source));
      // Records of open transactions are there, though they cannot be read yet.
      return (range?.toOffset ?? source.endOffset) < source.logEndOffset;
    })
    .map(({ topic, partition }) => ({ topic, partition }));
  const hasMore = waiting.some(
    ({ source }, index) => (ranges[index]?.toOffset ?? 0n) < source.endOffset,
  );
  return { ranges, behind, moved, events, hasMore };
}

/** Where to go on: the log may have begun anew, lost its beginning to retention, or its end to a power loss. */
function placed(
  known: SourcePosition | undefined,
  source: SourcePartition,
): { readonly position: SourcePosition; readonly event?: string } {
  const { topic, topicId, partition, startOffset, logEndOffset } = source;
  if (known === undefined) return { position: firstPosition(source) };
  const name = `${topic}-${partition}`;
  if (known.topicId !== topicId) {
    return {
      position: { ...known, topicId, nextOffset: earliestOf(source) },
      event: `${name} was created anew: it is read from its start`,
    };
  }
  if (known.nextOffset < startOffset && !isKept(source, known.nextOffset)) {
    const earliest = earliestOf(source);
    const nextOffset = known.nextOffset < earliest ? earliest : startOffset;
    return {
      position: { ...known, nextOffset, lost: known.lost + nextOffset - known.nextOffset },
      event: `${name} lost its records up to offset ${nextOffset} before they were read`,
    };
  }
  if (known.nextOffset > logEndOffset) {
    return {
      position: { ...known, nextOffset: logEndOffset },
      event: `${name} ends at ${logEndOffset}, before ${known.nextOffset}, where it was read to: what was read stays in the view`,
    };
  }
  return { position: known };
}

/** Of what the log has no longer the range ends where history or the log's own begins. */
function rangeFrom(source: SourcePartition, fromOffset: bigint, toOffset: bigint): SourceRange {
  const { topic, partition, startOffset, history } = source;
  if (history === undefined) return { topic, partition, fromOffset, toOffset };
  if (fromOffset >= startOffset) return { topic, partition, fromOffset, toOffset, kept: 'log' };
  const ends = [toOffset, startOffset, history.toOffset];
  const end = ends.reduce((least, each) => (each < least ? each : least));
  return { topic, partition, fromOffset, toOffset: end, kept: 'history' };
}

function isKept({ history }: SourcePartition, offset: bigint): boolean {
  return history !== undefined && offset >= history.fromOffset && offset < history.toOffset;
}

function earliestOf({ startOffset, history }: SourcePartition): bigint {
  if (history === undefined || history.fromOffset > startOffset) return startOffset;
  return history.fromOffset;
}

/** The start of history, or else of the log. */
export function firstPosition(source: SourcePartition): SourcePosition {
  const { topic, topicId, partition } = source;
  return {
    ...{ topic, topicId, partition, nextOffset: earliestOf(source), maxEventTimeMs: undefined },
    ...{ rows: 0n, errors: 0n, late: 0n, lost: 0n },
  };
}

function sameAs(position: TopicPartition, source: SourcePartition): boolean {
  return position.topic === source.topic && position.partition === source.partition;
}
