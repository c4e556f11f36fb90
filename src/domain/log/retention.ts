import type { Offset } from '../topic-partition.ts';
import type { LogConfig } from './log-config.ts';

/** A run of batches at the log's start that goes as one: a segment. */
export interface RetentionCandidate {
  /** Where the log would start without it. */
  readonly nextOffset: Offset;
  readonly sizeBytes: number;
  readonly maxTimestampMs: bigint;
}

export interface RetentionState {
  readonly nowMs: bigint;
  readonly sizeBytes: number;
  readonly highWatermark: Offset;
}

/**
 * The offset the log should start at, or undefined when everything may stay (Kafka's
 * UnifiedLog.deleteOldSegments): from the start, segments whose newest record is too old, or
 * without which the log is still as large as it may be. Nothing above the high watermark goes.
 */
export function retentionOffset(
  candidates: readonly RetentionCandidate[],
  config: LogConfig,
  state: RetentionState,
): Offset | undefined {
  if (!config.cleanupPolicy.includes('delete')) return undefined;
  let sizeBytes = state.sizeBytes;
  let offset: Offset | undefined;
  for (const candidate of candidates) {
    if (candidate.nextOffset > state.highWatermark) break;
    const tooLarge =
      config.retentionBytes >= 0 && sizeBytes - candidate.sizeBytes >= config.retentionBytes;
    if (!tooLarge && !isExpired(candidate, config, state.nowMs)) break;
    sizeBytes -= candidate.sizeBytes;
    offset = candidate.nextOffset;
  }
  return offset;
}

/** Without timestamps nothing is known of the age. */
function isExpired(candidate: RetentionCandidate, config: LogConfig, nowMs: bigint): boolean {
  if (config.retentionMs < 0 || candidate.maxTimestampMs < 0n) return false;
  return Number(nowMs - candidate.maxTimestampMs) > config.retentionMs;
}
