import type { LeaderEpochCache } from '../../../domain/log/leader-epoch-cache.ts';
import { firstRecordAtOrAfter } from '../../../domain/log/timestamp-search.ts';
import {
  NO_TIMESTAMP,
  readLastOffset,
  readMaxTimestamp,
  viewOf,
} from '../../../domain/record/record-batch-header.ts';
import { batchesOf } from '../../../domain/record/record-batches.ts';
import type { Offset } from '../../../domain/topic-partition.ts';
import type { Compression } from '../../../ports/compression.ts';
import type { StoredLog } from '../../../ports/log-store.ts';
import type { OffsetAndTimestamp } from './log-types.ts';

const CHUNK_BYTES = 256 * 1024;

// The special values of ListOffsets (Kafka's ListOffsetsRequest).
const LATEST = -1n;
const EARLIEST = -2n;
const MAX_TIMESTAMP = -3n;
const EARLIEST_LOCAL = -4n;
const LATEST_TIERED = -5n;
const EARLIEST_PENDING_UPLOAD = -6n;

/** The part of a log to look into. */
export interface SearchRange {
  readonly stored: StoredLog;
  readonly logStartOffset: Offset;
  readonly upTo: Offset;
  readonly leaderEpochs: LeaderEpochCache;
  readonly compression: Compression;
}

/** Kafka's ListOffsets: one of its special values, or the first record not older than a time. */
export async function lookUpOffset(
  timestampMs: bigint,
  range: SearchRange,
): Promise<OffsetAndTimestamp | undefined> {
  const { logStartOffset, upTo, leaderEpochs } = range;
  switch (timestampMs) {
    case LATEST:
      return offsetOnly(upTo, leaderEpochs.latestEpoch);
    case EARLIEST:
    case EARLIEST_LOCAL:
      return offsetOnly(logStartOffset, leaderEpochs.epochForOffset(logStartOffset));
    // Nothing is tiered.
    case LATEST_TIERED:
    case EARLIEST_PENDING_UPLOAD:
      return offsetOnly(-1n, undefined);
    case MAX_TIMESTAMP:
      return findOffsetOfMaxTimestamp(range);
    default:
      return findOffsetByTimestamp(timestampMs, range);
  }
}

function offsetOnly(offset: Offset, leaderEpoch = -1): OffsetAndTimestamp {
  return { offset, timestampMs: NO_TIMESTAMP, leaderEpoch };
}

/** The first record in offset order that is not older than `timestampMs`. */
async function findOffsetByTimestamp(
  timestampMs: bigint,
  range: SearchRange,
): Promise<OffsetAndTimestamp | undefined> {
  const position = await range.stored.findByTimestamp(timestampMs);
  if (position === undefined) return undefined;
  return scan(position.baseOffset, timestampMs, range);
}

/** The first record that has the largest timestamp of the log. */
async function findOffsetOfMaxTimestamp(
  range: SearchRange,
): Promise<OffsetAndTimestamp | undefined> {
  const position = await range.stored.findMaxTimestamp();
  if (position === undefined || position.maxTimestampMs < 0n) return undefined;
  return scan(position.baseOffset, position.maxTimestampMs, range);
}

/**
 * Mostly the first batch has the record. It may only have had it before the log's start, which can
 * be inside a batch, so that the search goes on.
 */
async function scan(
  fromOffset: Offset,
  timestampMs: bigint,
  { stored, logStartOffset, upTo, compression }: SearchRange,
): Promise<OffsetAndTimestamp | undefined> {
  let offset = fromOffset;
  while (offset < upTo) {
    const request = { fromOffset: offset, maxBytes: CHUNK_BYTES, minOneBatch: true, upTo };
    const result = await stored.read(request);
    const before = offset;
    try {
      for (const slice of result.slices) {
        for (const { bytes } of batchesOf(slice)) {
          const view = viewOf(bytes);
          offset = readLastOffset(view, 0) + 1n;
          if (readMaxTimestamp(view, 0) < timestampMs) continue;
          const found = firstRecordAtOrAfter(bytes, timestampMs, logStartOffset, compression);
          if (found !== undefined) return found.offset < upTo ? found : undefined;
        }
      }
    } finally {
      result.release();
    }
    if (offset === before) return undefined;
  }
  return undefined;
}
