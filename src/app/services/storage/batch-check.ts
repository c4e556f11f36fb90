import { validateRecordBatch } from '../../../domain/record/batch-validation.ts';
import * as header from '../../../domain/record/record-batch-header.ts';
import type { Offset } from '../../../domain/topic-partition.ts';
import type { Checksum } from '../../../ports/checksum.ts';
import type { Compression } from '../../../ports/compression.ts';
import type { FoundBatch } from '../../../ports/store-inspector.ts';

/** What a topic that allows it may hold, decompressed. */
export const MAX_DECOMPRESSED_BYTES = 512 * 1024 * 1024;

export interface BatchTools {
  readonly checksum: Checksum;
  readonly compression: Compression;
}

/** A batch and what is known of its place. */
export type PlacedBatch = Pick<FoundBatch, 'view' | 'offset' | 'mayFollowGap' | 'position'>;

/** What is wrong with a batch by itself: checksum, header, or records that are not what the header says. */
export function damageOf(bytes: Uint8Array, view: DataView, tools: BatchTools): string | undefined {
  try {
    const maxDecompressedBytes = MAX_DECOMPRESSED_BYTES;
    validateRecordBatch(bytes, { ...tools, origin: 'log', maxDecompressedBytes }, view);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Whether a log's batches follow one another: a broker gives offsets without a gap, and only compaction takes some away. */
export class OffsetOrder {
  readonly #startOffset: Offset;
  readonly #isCompacted: boolean;
  #next: Offset | undefined;
  #isFirst = true;

  constructor(startOffset: Offset, isCompacted = false) {
    this.#startOffset = startOffset;
    this.#isCompacted = isCompacted;
  }

  /** The offset the next batch should have, as far as is known. */
  get next(): Offset | undefined {
    return this.#next;
  }

  /** What is wrong with a batch's place, if something is. `offset` is its offset by where it lies, if that tells. */
  check({ view, offset, mayFollowGap, position }: PlacedBatch): string | undefined {
    const isGapLegal = this.#isCompacted || mayFollowGap === true;
    const base = header.readBaseOffset(view, 0);
    // A file is named after where the one before it ends, which is before its first batch where some are missing.
    const isBeforeGap =
      this.#isCompacted && position === 0 && offset !== undefined && base > offset;
    const named = isBeforeGap ? undefined : offset;
    const next = this.#next;
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    this.#next = (named ?? base) + BigInt(header.readLastOffsetDelta(view, 0)) + 1n;
    const isLaterLegally = isGapLegal && named !== undefined && base > named;
    if (named !== undefined && base !== named && !isLaterLegally) {
      return `the batch says that it begins at ${base}, what it lies in says ${named}`;
    }
    if (isFirst && base > this.#startOffset && !isGapLegal) {
      return `the log starts at ${this.#startOffset}, its first batch at ${base}: batches are missing`;
    }
    if (next === undefined || base === next) return undefined;
    if (base < next) return `the batch begins at ${base}, though the one before it ends at ${next}`;
    if (isGapLegal) return undefined;
    return `the batch begins at ${base}, the one before it ends at ${next}: batches are missing`;
  }

  /** After damage nobody knows what comes next. */
  lost(): void {
    this.#isFirst = false;
    this.#next = undefined;
  }
}
