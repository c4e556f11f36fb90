import type { Offset, TopicIdPartition } from '../../domain/topic-partition.ts';
import type { JournalCut } from './journal-cut.ts';
import { folderName } from './log-directory.ts';
import type { LogSegment } from './log-segment.ts';
import type { Touchable } from './summary-keeper.ts';

/** A log's segments in order of their offsets; the last one is the active one. */
export class SegmentList implements Touchable {
  readonly id: TopicIdPartition;
  readonly directory: string;
  startOffset: Offset;
  sizeBytes = 0;
  /** Changes with every cut, so that who remembers positions knows that they are of no use. */
  cuts = 0;
  /** Since the store was opened. */
  journalCut: JournalCut | undefined;
  appendedAt = 0;
  changedAt = 0;
  changedDurablyAt = 0;
  #segments: LogSegment[] = [];

  constructor(id: TopicIdPartition, directory: string, startOffset: Offset) {
    this.id = id;
    this.directory = directory;
    this.startOffset = startOffset;
  }

  get folder(): string {
    return folderName(this.id);
  }

  get segments(): readonly LogSegment[] {
    return this.#segments;
  }

  get active(): LogSegment {
    return this.#segments[this.#segments.length - 1]!;
  }

  get endOffset(): Offset {
    const { endOffset } = this.active;
    if (endOffset < this.startOffset) return this.startOffset;
    return endOffset;
  }

  push(segment: LogSegment): void {
    const last = this.#segments.at(-1);
    if (last !== undefined) last.active = false;
    segment.active = true;
    this.#segments.push(segment);
    this.sizeBytes += segment.sizeBytes;
  }

  /** Takes out the last segment. */
  pop(): LogSegment {
    const segment = this.#segments.pop()!;
    this.#takenOut(segment);
    const last = this.#segments.at(-1);
    if (last !== undefined) last.active = true;
    return segment;
  }

  /** Takes out the first segment. */
  shift(): LogSegment {
    const segment = this.#segments.shift()!;
    this.#takenOut(segment);
    return segment;
  }

  /** Puts a segment in the place of others that follow one another; none of them is the active one. */
  replace(replaced: readonly LogSegment[], segment: LogSegment): void {
    const place = this.#segments.indexOf(replaced[0]!);
    this.#segments = this.#segments.toSpliced(place, replaced.length, segment);
    for (const old of replaced) this.#takenOut(old);
    this.sizeBytes += segment.sizeBytes;
  }

  /** The place of the segment that would hold `offset`. */
  indexOf(offset: Offset): number {
    let low = 0;
    let high = this.#segments.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#segments[middle]!.baseOffset <= offset) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? 0 : low - 1;
  }

  #takenOut(segment: LogSegment): void {
    segment.removed = true;
    segment.active = false;
    this.sizeBytes -= segment.sizeBytes;
    this.cuts += 1;
  }
}
