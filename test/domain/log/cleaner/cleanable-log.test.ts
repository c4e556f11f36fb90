import { describe, expect, it } from 'vitest';
import {
  cleanableLog,
  isDirtyEnough,
  type LogToConsider,
} from '../../../../src/domain/log/cleaner/cleanable-log.ts';
import { groupRuns } from '../../../../src/domain/log/cleaner/segment-groups.ts';
import { DEFAULT_LOG_CONFIG } from '../../../../src/domain/log/log-config.ts';

const NOW_MS = 1_700_000_000_000;

/** Five closed runs of ten offsets and 100 bytes, a minute apart, and ten offsets that are open. */
function logWith(changes: Partial<LogToConsider> = {}, config = {}): LogToConsider {
  const runs = [0, 1, 2, 3, 4].map((i) => ({
    fromOffset: BigInt(i * 10),
    toOffset: BigInt(i * 10 + 10),
    sizeBytes: 100,
    maxTimestampMs: BigInt(NOW_MS - (5 - i) * 60_000),
  }));
  return {
    config: { ...DEFAULT_LOG_CONFIG, cleanupPolicy: ['compact'], ...config },
    runs,
    logStartOffset: 0n,
    logEndOffset: 60n,
    lastStableOffset: 60n,
    cleanedTo: undefined,
    firstTimestampMs: ({ maxTimestampMs }) => maxTimestampMs - 1000n,
    ...changes,
  };
}

describe('what of a log can be cleaned', () => {
  it('is all that is closed, where nothing was cleaned', () => {
    expect(cleanableLog(logWith(), NOW_MS)).toEqual({
      firstDirtyOffset: 0n,
      firstUncleanableOffset: 50n,
      cleanableBytes: 500,
      dirtyRatio: 1,
      mustCompactNow: false,
    });
  });

  it.each([
    ['after what was cleaned', { cleanedTo: 40n }, { firstDirtyOffset: 40n, dirtyRatio: 0.2 }],
    ['all of a log that lost its end', { cleanedTo: 70n }, { firstDirtyOffset: 0n }],
    [
      'from the start of one that lost more than was cleaned',
      { cleanedTo: 5n, logStartOffset: 13n },
      { firstDirtyOffset: 13n },
    ],
    [
      'before what is not stable',
      { lastStableOffset: 34n },
      { firstUncleanableOffset: 30n, cleanableBytes: 300 },
    ],
    [
      'nothing where all of it is open',
      { runs: [] },
      { cleanableBytes: 0, dirtyRatio: 0, firstUncleanableOffset: 0n },
    ],
  ])('begins %s', (_name, changes, expected) => {
    expect(cleanableLog(logWith(changes), NOW_MS)).toMatchObject(expected);
  });

  it('ends before what is younger than min.compaction.lag.ms', () => {
    const log = logWith({ cleanedTo: 10n }, { minCompactionLagMs: 150_000 });
    expect(cleanableLog(log, NOW_MS)).toMatchObject({
      firstUncleanableOffset: 30n,
      cleanableBytes: 200,
    });
  });

  it('has to be cleaned once something is older than max.compaction.lag.ms', () => {
    const config = { maxCompactionLagMs: 200_000, minCleanableDirtyRatio: 0.9 };
    const overdue = cleanableLog(logWith({ cleanedTo: 10n }, config), NOW_MS);
    expect(overdue.mustCompactNow).toBe(true);
    expect(isDirtyEnough(overdue, logWith({}, config).config)).toBe(true);
    const young = cleanableLog(logWith({ cleanedTo: 20n }, config), NOW_MS);
    expect(young.mustCompactNow).toBe(false);
    expect(isDirtyEnough(young, logWith({}, config).config)).toBe(false);
  });

  it('is enough above min.cleanable.dirty.ratio', () => {
    const { config } = logWith();
    expect(isDirtyEnough(cleanableLog(logWith({ cleanedTo: 20n }), NOW_MS), config)).toBe(true);
    expect(isDirtyEnough(cleanableLog(logWith({ cleanedTo: 30n }), NOW_MS), config)).toBe(false);
    const every = { ...config, minCleanableDirtyRatio: 0 };
    expect(isDirtyEnough(cleanableLog(logWith({ cleanedTo: 50n }), NOW_MS), every)).toBe(false);
  });
});

describe('runs that become one', () => {
  it('are not larger together than a segment may be', () => {
    const { runs } = logWith();
    const sizes = (bytes: number) => groupRuns(runs, bytes).map((group) => group.length);
    expect(sizes(1 << 30)).toEqual([5]);
    expect(sizes(250)).toEqual([2, 2, 1]);
    expect(sizes(50)).toEqual([1, 1, 1, 1, 1]);
    expect(groupRuns([], 100)).toEqual([]);
  });

  it('do not span more offsets than a segment can', () => {
    const runs = [0n, 1n << 30n, 1n << 31n, 3n << 30n].map((fromOffset) => {
      return { fromOffset, toOffset: fromOffset + (1n << 30n), sizeBytes: 1, maxTimestampMs: 0n };
    });
    expect(groupRuns(runs, 1 << 20).map((group) => group.length)).toEqual([1, 1, 1, 1]);
  });
});
