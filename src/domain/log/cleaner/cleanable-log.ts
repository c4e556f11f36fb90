import type { Offset } from '../../topic-partition.ts';
import type { LogConfig } from '../log-config.ts';

/** A closed run of batches that can be replaced, in order (a segment). */
export interface CleanableRun {
  readonly fromOffset: Offset;
  readonly toOffset: Offset;
  readonly sizeBytes: number;
  readonly maxTimestampMs: bigint;
}

export interface LogToConsider {
  readonly config: LogConfig;
  readonly runs: readonly CleanableRun[];
  readonly logStartOffset: Offset;
  readonly logEndOffset: Offset;
  readonly lastStableOffset: Offset;
  /** Up to where the log was cleaned; undefined where it never was. */
  readonly cleanedTo: Offset | undefined;
  /** The time of a run's first batch, as far as it is known. */
  firstTimestampMs(run: CleanableRun): bigint | undefined;
}

/** What a cleaner can do for a log (Kafka's LogToClean). */
export interface CleanableLog {
  /** Nothing from here on was cleaned yet. */
  readonly firstDirtyOffset: Offset;
  /** Nothing from here on may be. */
  readonly firstUncleanableOffset: Offset;
  readonly cleanableBytes: number;
  /** Of the bytes up to the first uncleanable offset. */
  readonly dirtyRatio: number;
  /** Whether something waits for longer than max.compaction.lag.ms. */
  readonly mustCompactNow: boolean;
}

/** As Kafka's LogCleanerManager.cleanableOffsets and LogToClean work it out. */
export function cleanableLog(log: LogToConsider, nowMs: number): CleanableLog {
  const { runs } = log;
  const firstDirtyOffset = firstDirty(log);
  const firstUncleanableOffset = firstUncleanable(log, firstDirtyOffset, nowMs);
  let cleanBytes = 0;
  let cleanableBytes = 0;
  for (const { toOffset, sizeBytes } of runs) {
    if (toOffset > firstUncleanableOffset) break;
    if (toOffset <= firstDirtyOffset) cleanBytes += sizeBytes;
    else cleanableBytes += sizeBytes;
  }
  const totalBytes = cleanBytes + cleanableBytes;
  return {
    firstDirtyOffset,
    firstUncleanableOffset,
    cleanableBytes,
    dirtyRatio: totalBytes === 0 ? 0 : cleanableBytes / totalBytes,
    mustCompactNow: isOverdue(log, firstDirtyOffset, nowMs),
  };
}

/** Whether it is worth while (Kafka's grabFilthiestCompactedLog). */
export function isDirtyEnough(
  { cleanableBytes, dirtyRatio, mustCompactNow }: CleanableLog,
  { minCleanableDirtyRatio }: LogConfig,
): boolean {
  if (cleanableBytes === 0) return false;
  return mustCompactNow || dirtyRatio > minCleanableDirtyRatio;
}

/** A log that lost its start or its end since is cleaned from its start. */
function firstDirty({ cleanedTo, logStartOffset, logEndOffset }: LogToConsider): Offset {
  if (cleanedTo === undefined || cleanedTo > logEndOffset) return logStartOffset;
  return cleanedTo < logStartOffset ? logStartOffset : cleanedTo;
}

/** The start of the run from which on nothing is stable, closed and old enough. */
function firstUncleanable(
  { config, runs, lastStableOffset, logStartOffset }: LogToConsider,
  firstDirtyOffset: Offset,
  nowMs: number,
): Offset {
  const { minCompactionLagMs } = config;
  for (const { fromOffset, toOffset, maxTimestampMs } of runs) {
    if (toOffset > lastStableOffset) return fromOffset;
    if (toOffset <= firstDirtyOffset || minCompactionLagMs <= 0) continue;
    if (Number(maxTimestampMs) > nowMs - minCompactionLagMs) return fromOffset;
  }
  return runs.at(-1)?.toOffset ?? logStartOffset;
}

function isOverdue(
  { config, runs, firstTimestampMs }: LogToConsider,
  firstDirtyOffset: Offset,
  nowMs: number,
): boolean {
  const cleanUntilMs = nowMs - Math.max(config.maxCompactionLagMs, 0);
  if (cleanUntilMs <= 0) return false;
  return runs.some((run) => {
    if (run.toOffset <= firstDirtyOffset) return false;
    const timestampMs = firstTimestampMs(run);
    return timestampMs !== undefined && timestampMs > 0n && Number(timestampMs) < cleanUntilMs;
  });
}
