import {
  RECORD_BATCH_OVERHEAD,
  readBatchSize,
  viewOf,
} from '../../domain/record/record-batch-header.ts';
import type { BatchPlace } from './batch-chain.ts';
import { isPlausibleHeader, relativeBaseOffset, relativeLastOffset } from './batch-header.ts';
import { readFullySync, walkBatches } from './batch-walk.ts';
import type { LogSegment } from './log-segment.ts';
import type { OffsetIndex } from './offset-index.ts';
import type { SegmentContext } from './segment-context.ts';

const scratch = new Uint8Array(4096);
const scratchView = viewOf(scratch);

/**
 * The place of the first batch that ends at or after `relative`, by headers alone. Undefined where they are not what
 * they were written as, as far as headers can tell.
 */
export async function seekBatch(
  context: SegmentContext,
  segment: LogSegment,
  offsets: OffsetIndex,
  relative: number,
): Promise<BatchPlace | undefined> {
  // A file of its name would be another's, or made anew.
  if (segment.removed) return undefined;
  const seek = new Seek(segment, offsets, relative);
  const file = context.cache.acquire(segment.logPath);
  try {
    const { position, broken } = await walkBatches(context.files, context.buffers, {
      fd: file.fd,
      from: seek.from,
      to: segment.sizeBytes,
      whole: false,
      visit: (_bytes, view, at) => seek.isBefore(view, at),
    });
    return broken ? undefined : seek.endAt(position);
  } finally {
    context.cache.release(file);
  }
}

/** The same for bytes in the page cache. */
export function seekBatchSync(
  { cache, files }: SegmentContext,
  segment: LogSegment,
  offsets: OffsetIndex,
  relative: number,
): BatchPlace | undefined {
  const seek = new Seek(segment, offsets, relative);
  const file = cache.acquire(segment.logPath);
  try {
    let position = seek.from;
    let start = position;
    let count = 0;
    while (position < segment.sizeBytes) {
      let at = position - start;
      if (at + RECORD_BATCH_OVERHEAD > count) {
        start = position;
        at = 0;
        const length = Math.min(scratch.length, segment.sizeBytes - position);
        count = readFullySync(files, file.fd, scratch, length, position);
        if (count < RECORD_BATCH_OVERHEAD) return undefined;
      }
      if (!isPlausibleHeader(scratchView, at)) return undefined;
      if (!seek.isBefore(scratchView, at)) break;
      position += readBatchSize(scratchView, at);
    }
    return position > segment.sizeBytes ? undefined : seek.endAt(position);
  } finally {
    cache.release(file);
  }
}

/** Goes from an index entry, or from the segment's start, to the batch with an offset. */
class Seek {
  readonly from: number;
  readonly #segment: LogSegment;
  readonly #relative: number;
  /** The last offset the index gives for the first batch, where it has an entry for it. */
  readonly #indexed: number;
  #isFirst = true;
  #isBroken = false;
  #follows = 0;

  constructor(segment: LogSegment, offsets: OffsetIndex, relative: number) {
    this.#segment = segment;
    this.#relative = relative;
    const entry = offsets.entryOf(relative);
    this.from = offsets.positionAt(entry);
    this.#indexed = offsets.lastOffsetAt(entry);
  }

  /** Whether the batch ends before the wanted offset. */
  isBefore(view: DataView, at: number): boolean {
    const { base } = this.#segment;
    const first = relativeBaseOffset(view, at, base);
    const last = relativeLastOffset(view, at, base);
    if (this.#isFirst && this.#indexed >= 0) {
      this.#isBroken = last !== this.#indexed;
      this.#follows = first;
    }
    this.#isFirst = false;
    if (first < this.#follows) this.#isBroken = true;
    if (this.#isBroken || last >= this.#relative) return false;
    this.#follows = last + 1;
    return true;
  }

  endAt(position: number): BatchPlace | undefined {
    return this.#isBroken ? undefined : { position, follows: this.#follows };
  }
}
