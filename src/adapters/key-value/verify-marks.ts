import { readLastOffset, readMaxTimestamp } from '../../domain/record/record-batch-header.ts';
import type { Offset } from '../../domain/topic-partition.ts';
import type { LogFinding } from '../../ports/store-inspector.ts';
import type { BatchKey } from './log-keys.ts';
import type { LogEnd, SegmentRecord } from './log-values.ts';

export interface MarkedSegment extends SegmentRecord {
  readonly baseOffset: Offset;
}

/** What the keys and the marks of segments say, by which times are found, against the batches as they pass by. */
export class SegmentMarksCheck {
  readonly #segments: readonly MarkedSegment[];
  readonly #report: (finding: LogFinding) => void;
  readonly #markedEnd: LogEnd | undefined;
  #place = 0;
  #lastOffset: Offset | undefined;
  #wasDamaged = false;
  #position: number | undefined;
  /** Of the segment that the last batch is in; undefined where its beginning was not seen. */
  #maxTimestampMs: bigint | undefined;

  constructor(
    segments: readonly MarkedSegment[],
    /** As a clean stop noted it, for the next start to rely on. */
    markedEnd: LogEnd | undefined,
    report: (finding: LogFinding) => void,
  ) {
    this.#segments = segments;
    this.#markedEnd = markedEnd;
    this.#report = report;
  }

  batch(key: BatchKey, view: DataView): void {
    const { baseOffset: offset, position, sizeBytes } = key;
    const tell = (message: string) => this.#report({ kind: 'index', offset, message });
    const maxTimestampMs = readMaxTimestamp(view, 0);
    if (key.lastOffset !== readLastOffset(view, 0)) {
      tell(
        `the key says that the batch ends at ${key.lastOffset}, it ends at ${readLastOffset(view, 0)}`,
      );
    }
    if (key.maxTimestampMs !== maxTimestampMs) {
      tell(
        `the key says that the largest timestamp is ${key.maxTimestampMs}, it is ${maxTimestampMs}`,
      );
    }
    const expected = this.#positionBefore(key);
    if (expected !== undefined && position !== expected) {
      tell(`the key says that ${position} bytes are before it, there are ${expected}`);
    }
    this.#position = position + sizeBytes;
    this.#lastOffset = key.lastOffset;
    this.#enterSegment(key, maxTimestampMs, tell);
    if (this.#maxTimestampMs === undefined) this.#maxTimestampMs = key.segmentMaxTimestampMs;
    else if (maxTimestampMs > this.#maxTimestampMs) this.#maxTimestampMs = maxTimestampMs;
    if (key.segmentMaxTimestampMs !== this.#maxTimestampMs) {
      const says = `the key says that its segment's largest timestamp is ${key.segmentMaxTimestampMs}`;
      tell(`${says} so far, it is ${this.#maxTimestampMs}`);
    }
  }

  /** Where batches took the place of others, positions go on with the next segment's mark. */
  #positionBefore(key: BatchKey): number | undefined {
    const left = this.#segments[this.#place - 1];
    const entered = this.#segments[this.#place];
    if (entered === undefined || entered.baseOffset > key.baseOffset) return this.#position;
    return left?.swapped === undefined && entered.swapped === undefined
      ? this.#position
      : undefined;
  }

  /** After damage nobody knows what the next key should say. */
  passOver(): void {
    this.#wasDamaged = true;
    this.#lastOffset = undefined;
    this.#position = undefined;
    this.#maxTimestampMs = undefined;
  }

  end(startOffset: Offset): void {
    this.#checkEnd(startOffset);
    const segment = this.#segments[this.#place];
    if (segment === undefined) return;
    const message = 'a segment is marked to begin beyond the batches';
    this.#report({ kind: 'index', offset: segment.baseOffset, message });
  }

  #checkEnd(startOffset: Offset): void {
    const marked = this.#markedEnd;
    if (marked === undefined) return;
    const tell = (message: string) =>
      this.#report({ kind: 'index', offset: marked.offset, message });
    if (this.#lastOffset === undefined) {
      if (this.#wasDamaged || marked.offset === startOffset) return;
      tell(`the stop noted that the log ends at ${marked.offset}, it is empty`);
      return;
    }
    const end = this.#lastOffset + 1n;
    if (marked.offset !== end) {
      tell(`the stop noted that the log ends at ${marked.offset}, its last batch ends at ${end}`);
    } else if (marked.position !== this.#position) {
      tell(`the stop noted ${marked.position} bytes of batches, there are ${this.#position}`);
    } else if (marked.segmentMaxTimestampMs !== this.#maxTimestampMs) {
      const noted = `the stop noted the largest timestamp ${marked.segmentMaxTimestampMs}`;
      tell(`${noted} of the last segment, it is ${this.#maxTimestampMs}`);
    }
  }

  #enterSegment(key: BatchKey, maxTimestampMs: bigint, tell: (message: string) => void): void {
    for (;;) {
      const segment = this.#segments[this.#place];
      if (segment === undefined || segment.baseOffset > key.baseOffset) return;
      this.#place += 1;
      const before = this.#maxTimestampMs;
      this.#maxTimestampMs = undefined;
      // The log may start within it.
      if (segment.baseOffset < key.baseOffset) continue;
      this.#maxTimestampMs = -1n;
      if (segment.startPosition !== key.position) {
        tell(`its segment is marked to begin at ${segment.startPosition}, not ${key.position}`);
      }
      if (segment.firstTimestampMs !== maxTimestampMs) {
        tell(
          `its segment is marked with the time ${segment.firstTimestampMs}, not ${maxTimestampMs}`,
        );
      }
      if (before !== undefined && segment.previousMaxTimestampMs !== before) {
        const says = `the segment before is marked with the largest timestamp ${segment.previousMaxTimestampMs}`;
        tell(`${says}, it is ${before}`);
      }
    }
  }
}
