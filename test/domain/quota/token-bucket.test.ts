import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenBucket } from '../../../src/domain/quota/token-bucket.ts';

const WINDOW = { samples: 11, sampleMs: 1000 };

describe('the bucket of tokens', () => {
  it('allows a burst of a whole window, then makes a debt', () => {
    const bucket = new TokenBucket(WINDOW, 10, 0);
    bucket.take(110, 0);
    expect(bucket.throttleMs(0)).toBe(0);
    bucket.take(20, 0);
    expect(bucket.throttleMs(0)).toBe(2_000);
    expect(bucket.throttleMs(1_500)).toBe(500);
    expect(bucket.throttleMs(2_000)).toBe(0);
    expect(bucket.isFull(2_000)).toBe(false);
    expect(bucket.isFull(13_000)).toBe(true);
  });

  it('keeps a debt when the rate changes', () => {
    const bucket = new TokenBucket(WINDOW, 10, 0);
    bucket.take(130, 0);
    bucket.setRate(5, 0);
    expect(bucket.throttleMs(0)).toBe(4_000);
  });

  it('gives no more than the burst and the rate over any time', () => {
    const steps = fc.array(fc.record({ tokens: fc.nat(200), gapMs: fc.nat(20_000) }));
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 50 }), (list, perSecond) => {
        const bucket = new TokenBucket(WINDOW, perSecond, 0);
        let [nowMs, given] = [0, 0];
        for (const { tokens, gapMs } of list) {
          nowMs += gapMs;
          if (bucket.throttleMs(nowMs) > 0) continue;
          bucket.take(tokens, nowMs);
          // One request may go beyond; the next one pays for it.
          expect(given).toBeLessThanOrEqual(perSecond * 11 + (nowMs / 1000) * perSecond + 0.001);
          given += tokens;
        }
      }),
    );
  });
});
