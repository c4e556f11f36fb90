import { describe, expect, it } from 'vitest';
import { LeaderEpochCache } from '../../../src/domain/log/leader-epoch-cache.ts';

function cacheOf(...entries: readonly (readonly [number, bigint])[]): LeaderEpochCache {
  const cache = new LeaderEpochCache();
  for (const [epoch, startOffset] of entries) cache.assign(epoch, startOffset);
  return cache;
}

describe('leader epochs', () => {
  it('end where the next one begins', () => {
    const cache = cacheOf([0, 0n], [2, 4n], [5, 6n]);
    expect(cache.endOffsetFor(0, 10n)).toEqual({ epoch: 0, endOffset: 4n });
    expect(cache.endOffsetFor(1, 10n)).toEqual({ epoch: 0, endOffset: 4n });
    expect(cache.endOffsetFor(5, 10n)).toEqual({ epoch: 5, endOffset: 10n });
    expect(cache.endOffsetFor(6, 10n)).toBeUndefined();
    expect(cache.endOffsetFor(-1, 10n)).toBeUndefined();
    expect(cacheOf([3, 0n]).endOffsetFor(1, 10n)).toEqual({ epoch: 1, endOffset: 0n });
  });

  it('only rise, and leave no trace when nothing was written', () => {
    const cache = cacheOf([1, 0n], [3, 5n], [2, 7n], [4, 5n]);
    expect(cache.entries).toEqual([
      { epoch: 1, startOffset: 0n },
      { epoch: 4, startOffset: 5n },
    ]);
  });

  it('follow the start and the end of the log', () => {
    const cache = cacheOf([0, 0n], [1, 4n], [2, 8n]);
    cache.truncateFromStart(5n);
    expect(cache.entries.map(({ startOffset }) => startOffset)).toEqual([5n, 8n]);
    expect(cache.epochForOffset(7n)).toBe(1);
    expect(cache.epochForOffset(4n)).toBeUndefined();
    cache.truncateFromEnd(8n);
    expect(cache.latestEpoch).toBe(1);
  });
});
