import { readMaxTimestamp } from '../../domain/record/record-batch-header.ts';
import type { StoredLogConfig } from '../../ports/log-store.ts';
import { relativeLastOffset, type SplitOffset, splitOffset } from './batch-header.ts';
import type { OpenFile } from './file-cache.ts';
import type { IndexHolder } from './index-cache.ts';
import { segmentName } from './log-directory.ts';
import { OffsetIndex } from './offset-index.ts';
import { TimeIndex } from './time-index.ts';

/** Offsets within a segment and positions in its file are int32 in the index files. */
export const MAX_INT32 = 0x7fffffff;

export interface SegmentIndexes {
  readonly offsets: OffsetIndex;
  readonly times: TimeIndex;
}

/** What an append that fails has to put back. */
export interface SegmentMark {
  readonly sizeBytes: number;
  readonly nextRelative: number;
  readonly firstTimestampMs: bigint;
  readonly maxTimestampMs: bigint;
  readonly relativeOfMax: number;
  readonly bytesSinceIndexEntry: number;
  readonly offsetEntries: number;
  readonly timeEntries: number;
}

/** A segment's file and what is known of it (Kafka's LogSegment). Knows when to roll; does no I/O. */
export class LogSegment implements IndexHolder {
  readonly baseOffset: bigint;
  readonly base: SplitOffset;
  readonly directory: string;
  readonly #createdMs: number;
  sizeBytes = 0;
  /** The offset after the last batch, from the base offset on. */
  nextRelative = 0;
  /** The first batch's maximum timestamp. */
  firstTimestampMs = -1n;
  maxTimestampMs = -1n;
  relativeOfMax = -1;
  bytesSinceIndexEntry = 0;
  /** Undefined while they are only on disk. */
  indexes: SegmentIndexes | undefined = { offsets: new OffsetIndex(), times: new TimeIndex() };
  /** Whether index files exist that say what `indexes` says. */
  indexesOnDisk = false;
  /** Whether there may be index files that say something else. */
  indexesStale = false;
  /** Where it stood when a sync of all before began: what is known to survive power loss. */
  synced: SegmentMark | undefined;
  /** Open for writing from the first unsynced byte to the sync. */
  file: OpenFile | undefined;
  unsynced = false;
  /** Whether it is the log's last segment, which needs its indexes in memory. */
  active = false;
  removed = false;
  /** Of its files' names, while it takes the place of others. */
  suffix = '';
  /** Offsets below may be missing, here and up to the next segment: its batches took the place of others. */
  compactedTo = 0n;

  constructor(directory: string, baseOffset: bigint, createdMs: number) {
    this.directory = directory;
    this.baseOffset = baseOffset;
    this.base = splitOffset(baseOffset);
    this.#createdMs = createdMs;
  }

  get logPath(): string {
    return `${this.pathOf('log')}${this.suffix}`;
  }

  get indexPath(): string {
    return this.pathOf('index');
  }

  get timeIndexPath(): string {
    return this.pathOf('timeindex');
  }

  get compactedMarkPath(): string {
    return this.pathOf('compacted');
  }

  get endOffset(): bigint {
    return this.baseOffset + BigInt(this.nextRelative);
  }

  relative(offset: bigint): number {
    return Number(offset - this.baseOffset);
  }

  /** Whether the index files have room for the batch's offset and position. */
  canHold(batchBytes: number, relativeLast: number): boolean {
    return relativeLast <= MAX_INT32 && this.sizeBytes + batchBytes <= MAX_INT32;
  }

  /** Whether the config wants the batch in a new segment (Kafka's LogSegment.shouldRoll). */
  shouldRoll(
    batchBytes: number,
    maxTimestampMs: bigint,
    config: StoredLogConfig,
    nowMs: () => number,
  ): boolean {
    if (this.sizeBytes === 0) return false;
    if (this.sizeBytes + batchBytes > config.segmentBytes) return true;
    const waitedMs =
      this.firstTimestampMs >= 0n
        ? Number(maxTimestampMs - this.firstTimestampMs)
        : nowMs() - this.#createdMs;
    return waitedMs > config.segmentMs;
  }

  /** Notes a batch that follows the last one (Kafka's LogSegment.append). */
  add(
    batchBytes: number,
    relativeLast: number,
    maxTimestampMs: bigint,
    indexIntervalBytes: number,
  ): void {
    if (this.sizeBytes === 0) this.firstTimestampMs = maxTimestampMs;
    if (maxTimestampMs > this.maxTimestampMs) {
      this.maxTimestampMs = maxTimestampMs;
      this.relativeOfMax = relativeLast;
    }
    if (this.bytesSinceIndexEntry > indexIntervalBytes) {
      const { offsets, times } = this.indexes!;
      offsets.append(relativeLast, this.sizeBytes);
      times.append(this.maxTimestampMs, this.relativeOfMax);
      this.bytesSinceIndexEntry = 0;
    }
    this.bytesSinceIndexEntry += batchBytes;
    this.sizeBytes += batchBytes;
    this.nextRelative = relativeLast + 1;
  }

  addFrom(view: DataView, at: number, batchBytes: number, indexIntervalBytes: number): void {
    const relativeLast = relativeLastOffset(view, at, this.base);
    this.add(batchBytes, relativeLast, readMaxTimestamp(view, at), indexIntervalBytes);
  }

  /** The time index ends with the largest timestamp once nothing follows. */
  completeTimeIndex(): void {
    this.indexes!.times.append(this.maxTimestampMs, this.relativeOfMax);
  }

  mark(): SegmentMark {
    return {
      sizeBytes: this.sizeBytes,
      nextRelative: this.nextRelative,
      firstTimestampMs: this.firstTimestampMs,
      maxTimestampMs: this.maxTimestampMs,
      relativeOfMax: this.relativeOfMax,
      bytesSinceIndexEntry: this.bytesSinceIndexEntry,
      offsetEntries: this.indexes!.offsets.count,
      timeEntries: this.indexes!.times.count,
    };
  }

  /** Once a sync of what there was at `mark` has ended; by itself for what is synced as it is. */
  noteSynced(mark = this.indexes && this.mark()): void {
    this.synced = mark;
  }

  rewind(mark: SegmentMark): void {
    if (this.synced !== undefined && this.synced.sizeBytes > mark.sizeBytes)
      this.synced = undefined;
    this.sizeBytes = mark.sizeBytes;
    this.nextRelative = mark.nextRelative;
    this.firstTimestampMs = mark.firstTimestampMs;
    this.maxTimestampMs = mark.maxTimestampMs;
    this.relativeOfMax = mark.relativeOfMax;
    this.bytesSinceIndexEntry = mark.bytesSinceIndexEntry;
    this.indexes!.offsets.rewind(mark.offsetEntries);
    this.indexes!.times.rewind(mark.timeEntries);
  }

  get indexBytes(): number {
    if (this.indexes === undefined) return 0;
    return this.indexes.offsets.count * 8 + this.indexes.times.count * 12;
  }

  dropIndexes(): boolean {
    if (this.active || !this.indexesOnDisk) return false;
    this.indexes = undefined;
    return true;
  }

  pathOf(extension: string): string {
    return `${this.directory}/${segmentName(this.baseOffset)}.${extension}`;
  }
}
