import {
  CURRENT_MAGIC,
  readBaseSequence,
  readLastOffset,
  readLastOffsetDelta,
  readMagic,
  readProducerId,
  viewOf,
} from '../../../../domain/record/record-batch-header.ts';
import { nextBatchSize } from '../../../../domain/record/record-batches.ts';
import type { Offset } from '../../../../domain/topic-partition.ts';
import type { LedLog } from '../../partition/led-log.ts';

const SEQUENCES = 2n ** 31n;
const READ_BYTES = 1024 * 1024;

/** A sequence as batches have it: of 31 bits, 0 after the largest. */
export function batchSequence(sequence: bigint): number {
  return Number(sequence % SEQUENCES);
}

/**
 * The sequence after the last one that a producer appended at `fromOffset` or later: `nextSequence` when it appended
 * nothing there. The log itself is asked, since its memory of producers ends with producer.id.expiration.ms.
 */
export async function appendedSequence(
  log: LedLog,
  producerId: bigint,
  { nextSequence, fromOffset }: { readonly nextSequence: bigint; readonly fromOffset: Offset },
): Promise<bigint> {
  let next = nextSequence;
  let offset = fromOffset < log.logStartOffset ? log.logStartOffset : fromOffset;
  while (offset < log.logEndOffset) {
    const read = await log.read(offset, {
      ...{ maxBytes: READ_BYTES, minOneMessage: true, isolation: 'log_end' },
    });
    try {
      const after = lastOf(joined(read.slices), producerId, next);
      if (after === undefined || after.offset < offset) break;
      next = after.sequence;
      offset = after.offset + 1n;
    } finally {
      read.release();
    }
  }
  return next;
}

function lastOf(
  bytes: Uint8Array,
  producerId: bigint,
  nextSequence: bigint,
): { readonly offset: Offset; readonly sequence: bigint } | undefined {
  const view = viewOf(bytes);
  let last: Offset | undefined;
  let sequence = nextSequence;
  for (let at = 0; ; ) {
    const size = nextBatchSize(view, at, bytes.length);
    if (size < 0) return last === undefined ? undefined : { offset: last, sequence };
    last = readLastOffset(view, at);
    if (readMagic(view, at) === CURRENT_MAGIC && readProducerId(view, at) === producerId) {
      const after = BigInt(readBaseSequence(view, at)) + BigInt(readLastOffsetDelta(view, at) + 1);
      // The distance is below 2^31, as nothing was acknowledged in between.
      sequence += (after - (sequence % SEQUENCES) + SEQUENCES * 2n) % SEQUENCES;
    }
    at += size;
  }
}

function joined(slices: readonly Uint8Array[]): Uint8Array {
  const [only = new Uint8Array(0)] = slices;
  return slices.length <= 1 ? only : Buffer.concat(slices);
}
