import type { Offset } from '../../domain/topic-partition.ts';
import type {
  AppendEntry,
  DroppablePrefix,
  ReplaceableRun,
  StoredLogConfig,
} from '../../ports/log-store.ts';
import type { SwappedBatches } from './log-values.ts';

/** Batches that are dropped as one, as a segment file would be; here no more than marks in the log. */
export interface LogSegment {
  readonly baseOffset: Offset;
  readonly startPosition: number;
  readonly firstTimestampMs: bigint;
  maxTimestampMs: bigint;
  /** Of one whose batches took the place of others. */
  readonly swapped?: SwappedBatches | undefined;
}

/** Where a log starts or ends: the offset, and the bytes of batches before it. */
export interface LogPoint {
  readonly offset: Offset;
  readonly position: number;
}

/** Batches that lie together: those whose last offset is in a range, by the number in their keys. */
export interface LogPiece {
  readonly data: number;
  readonly from: Offset;
  /** Undefined up to the end. */
  readonly to: Offset | undefined;
}

/** A log's segments in order, with what is being written already. */
export class LogSegments {
  readonly #segments: LogSegment[];
  #anySwapped: boolean;

  constructor(segments: readonly LogSegment[] = []) {
    this.#segments = [...segments];
    this.#anySwapped = segments.some(isSwapped);
  }

  get all(): readonly LogSegment[] {
    return this.#segments;
  }

  get active(): LogSegment | undefined {
    return this.#segments.at(-1);
  }

  /** Positions at which no batch is, because fewer bytes took the place of more. */
  get missingBytes(): number {
    let bytes = 0;
    for (const [i, { swapped }] of this.#segments.entries()) {
      const next = this.#segments[i + 1];
      if (swapped && next) bytes += next.startPosition - swapped.endPosition;
    }
    return bytes;
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
    return this.#segments.slice(Math.max(0, this.placeOf(offset)));
  }

  /** The place of the segment that holds `offset`; -1 before the first. */
  placeOf(offset: Offset): number {
    let low = 0;
    let high = this.#segments.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#segments[middle]!.baseOffset <= offset) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** The piece that holds `offset`, of a log whose own keys have the number `data`. */
  pieceOf(offset: Offset, data: number): LogPiece {
    const segments = this.#segments;
    if (!this.#anySwapped) return { data, from: 0n, to: undefined };
    const place = this.placeOf(offset);
    const swapped = segments[place]?.swapped;
    let last = place;
    let first = place;
    if (swapped === undefined) {
      while (last + 1 < segments.length && segments[last + 1]!.swapped === undefined) last += 1;
      while (first > 0 && segments[first - 1]!.swapped === undefined) first -= 1;
    }
    const from = first <= 0 && swapped === undefined ? 0n : segments[first]!.baseOffset;
    return { data: swapped?.data ?? data, from, to: segments[last + 1]?.baseOffset };
  }

  /** All pieces from the one on that holds `offset`. */
  pieces(offset: Offset, data: number): LogPiece[] {
    const pieces = [this.pieceOf(offset, data)];
    for (let next = pieces[0]!.to; next !== undefined; next = pieces.at(-1)!.to) {
      pieces.push(this.pieceOf(next, data));
    }
    return pieces;
  }

  /** What may be dropped of the part of the log between two points. */
  droppable(start: LogPoint, end: LogPoint): DroppablePrefix[] {
    return this.#segments.flatMap((segment, index) => {
      if (segment.baseOffset >= end.offset) return [];
      const next = this.#segments[index + 1];
      const isLast = next === undefined || next.baseOffset >= end.offset;
      const endPosition = isLast ? end.position : endOf(segment, next);
      const from = index === 0 ? Math.max(segment.startPosition, start.position) : undefined;
      const sizeBytes = endPosition - (from ?? segment.startPosition);
      if (sizeBytes <= 0) return [];
      return [
        {
          nextOffset: isLast ? end.offset : next.baseOffset,
          sizeBytes,
          maxTimestampMs: segment.maxTimestampMs,
        },
      ];
    });
  }

  replaceable(end: LogPoint): ReplaceableRun[] {
    const runs: ReplaceableRun[] = [];
    for (const [index, segment] of this.#segments.entries()) {
      const next = this.#segments[index + 1];
      // The next one has a batch that can be read, so that its mark is stored.
      if (next === undefined || next.baseOffset >= end.offset) break;
      runs.push({
        fromOffset: segment.baseOffset,
        toOffset: next.baseOffset,
        sizeBytes: endOf(segment, next) - segment.startPosition,
        maxTimestampMs: segment.maxTimestampMs,
      });
    }
    return runs;
  }

  /** Puts a segment in the place of others. */
  replace(place: number, count: number, segment: LogSegment): void {
    this.#segments.splice(place, count, segment);
    this.#anySwapped = this.#segments.some(isSwapped);
  }

  dropFirst(count: number): void {
    this.#segments.splice(0, count);
    this.#anySwapped = this.#segments.some(isSwapped);
  }

  startingFrom(offset: Offset): readonly LogSegment[] {
    return this.#segments.filter(({ baseOffset }) => baseOffset >= offset);
  }

  /** Ends at `offset`, where the last segment's largest timestamp is the one given. */
  truncate({ offset, position }: LogPoint, maxTimestampMs: bigint): void {
    while ((this.active?.baseOffset ?? -1n) >= offset) this.#segments.pop();
    const { active } = this;
    if (active === undefined) return;
    active.maxTimestampMs = maxTimestampMs;
    const cut = cutAt(active, position);
    if (cut !== active) this.#segments.splice(-1, 1, cut);
  }
}

/** The segment as a log's last one: where its batches took the place of others, it ends where they do. */
export function cutAt(segment: LogSegment, position: number): LogSegment {
  const { swapped } = segment;
  if (swapped === undefined || swapped.endPosition === position) return segment;
  return { ...segment, swapped: { data: swapped.data, endPosition: position } };
}

function isSwapped({ swapped }: LogSegment): boolean {
  return swapped !== undefined;
}

function endOf({ swapped }: LogSegment, next: LogSegment): number {
  return swapped?.endPosition ?? next.startPosition;
}

function isFull(
  segment: LogSegment,
  entry: AppendEntry,
  position: number,
  config: StoredLogConfig,
): boolean {
  const { startPosition, firstTimestampMs, swapped } = segment;
  return (
    swapped !== undefined ||
    position - startPosition + entry.batch.length > config.segmentBytes ||
    (firstTimestampMs >= 0n && entry.maxTimestampMs - firstTimestampMs > BigInt(config.segmentMs))
  );
}
