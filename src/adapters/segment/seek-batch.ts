import {
  RECORD_BATCH_OVERHEAD,
  readBatchSize,
  viewOf,
} from '../../domain/record/record-batch-header.ts';
import { isPlausibleHeader, relativeLastOffset } from './batch-header.ts';
import { readFullySync, walkBatches } from './batch-walk.ts';
import type { LogSegment } from './log-segment.ts';
import type { SegmentContext } from './segment-context.ts';

const scratch = new Uint8Array(4096);
const scratchView = viewOf(scratch);

/** The position of the first batch at or after `from` that ends at or after `relative`. */
export async function seekBatch(
  context: SegmentContext,
  segment: LogSegment,
  from: number,
  relative: number,
): Promise<number> {
  const file = context.cache.acquire(segment.logPath);
  try {
    const { position } = await walkBatches(context.files, context.buffers, {
      fd: file.fd,
      from,
      to: segment.sizeBytes,
      whole: false,
      visit: (_bytes, view, at) => relativeLastOffset(view, at, segment.base) < relative,
    });
    return position;
  } finally {
    context.cache.release(file);
  }
}

/** The same for bytes in the page cache. */
export function seekBatchSync(
  { cache, files }: SegmentContext,
  segment: LogSegment,
  from: number,
  relative: number,
): number {
  const file = cache.acquire(segment.logPath);
  try {
    let position = from;
    let start = from;
    let count = 0;
    for (;;) {
      let at = position - start;
      if (at + RECORD_BATCH_OVERHEAD > count) {
        start = position;
        at = 0;
        const length = Math.min(scratch.length, segment.sizeBytes - position);
        count = readFullySync(files, file.fd, scratch, length, position);
        if (count < RECORD_BATCH_OVERHEAD) return position;
      }
      if (!isPlausibleHeader(scratchView, at)) return position;
      if (relativeLastOffset(scratchView, at, segment.base) >= relative) return position;
      position += readBatchSize(scratchView, at);
      if (position >= segment.sizeBytes) return position;
    }
  } finally {
    cache.release(file);
  }
}
