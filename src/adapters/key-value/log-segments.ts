import type { Offset } from '../../domain/topic-partition.ts';
import type { AppendEntry, DroppablePrefix, StoredLogConfig } from '../../ports/log-store.ts';

/** Batches that are dropped as one, as a segment file would be; here no more than marks in the log. */
export interface LogSegment {
  readonly baseOffset: Offset;
  readonly startPosition: number;
  readonly firstTimestampMs: bigint;
  maxTimestampMs: bigint;
}

/** Where a log starts or ends: the offset, and the bytes of batches before it. */
export interface LogPoint {
  readonly offset: Offset;
  readonly position: number;
}

/** A log's segments in order, with what is being written already. */
export class LogSegments {
  readonly #segments: LogSegment[];

  constructor(segments: readonly LogSegment[] = []) {
    this.#segments = [...segments];
  }

  get active(): LogSegment | undefined {
    return this.#segments.at(-1);
  }

  /** The segment a batch belongs to when it is at `position`. */
  add(entry: AppendEntry, position: number, config: StoredLogConfig): LogSegment {
    const { baseOffset, maxTimestampMs } = entry;
    const { active } = this;
    if (active !== undefined && !isFull(active, entry, position, config)) {
      if (maxTimestampMs > active.maxTimestampMs) active.maxTimestampMs = maxTimestampMs;
      return active;
    }
    const segment = {
      baseOffset,
      startPosition: position,
      firstTimestampMs: maxTimestampMs,
      maxTimestampMs,
    };
    this.#segments.push(segment);
    return segment;
  }

  /** Those from the one on that holds `offset`. */
  from(offset: Offset): readonly LogSegment[] {
    let low = 0;
    let high = this.#segments.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#segments[middle]!.baseOffset <= offset) low = middle + 1;
      else high = middle;
    }
    return this.#segments.slice(Math.max(0, low - 1));
  }

  /** What may be dropped of the part of the log between two points. */
  droppable(start: LogPoint, end: LogPoint): DroppablePrefix[] {
    return this.#segments.flatMap((segment, index) => {
      if (segment.baseOffset >= end.offset) return [];
      const next = this.#segments[index + 1];
      const isLast = next === undefined || next.baseOffset >= end.offset;
      const endPosition = isLast ? end.position : next.startPosition;
      return [
        {
          nextOffset: isLast ? end.offset : next.baseOffset,
          sizeBytes: endPosition - Math.max(segment.startPosition, start.position),
          maxTimestampMs: segment.maxTimestampMs,
        },
      ];
    });
  }

  /** Those that are wholly before a point. */
  endingBefore({ position }: LogPoint, end: LogPoint): readonly LogSegment[] {
    const { length } = this.#segments;
    let count = 0;
    while (count < length) {
      const nextPosition = this.#segments[count + 1]?.startPosition ?? end.position;
      if (nextPosition > position) break;
      count += 1;
    }
    return this.#segments.slice(0, count);
  }

  dropFirst(count: number): void {
    this.#segments.splice(0, count);
  }

  startingFrom(offset: Offset): readonly LogSegment[] {
    return this.#segments.filter(({ baseOffset }) => baseOffset >= offset);
  }

  /** Ends at `offset`, where the last segment's largest timestamp is the one given. */
  truncate(offset: Offset, maxTimestampMs: bigint): void {
    while ((this.active?.baseOffset ?? -1n) >= offset) this.#segments.pop();
    const { active } = this;
    if (active !== undefined) active.maxTimestampMs = maxTimestampMs;
  }
}

function isFull(
  segment: LogSegment,
  entry: AppendEntry,
  position: number,
  config: StoredLogConfig,
): boolean {
  const { startPosition, firstTimestampMs } = segment;
  return (
    position - startPosition + entry.batch.length > config.segmentBytes ||
    (firstTimestampMs >= 0n && entry.maxTimestampMs - firstTimestampMs > BigInt(config.segmentMs))
  );
}
