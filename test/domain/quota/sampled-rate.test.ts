import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SampledRate } from '../../../src/domain/quota/sampled-rate.ts';

const WINDOW = { samples: 11, sampleMs: 1000 };

describe('the rate over samples', () => {
  it('spreads a first burst over the whole window, as Kafka does', () => {
    const rate = new SampledRate(WINDOW);
    rate.record(1000, 5_000);
    expect(rate.rate(5_000)).toBe(100);
    expect(rate.throttleMs(50, 5_000)).toBe(10_000);
    expect(rate.throttleMs(100, 5_000)).toBe(0);
  });

  it('counts what falls into one sample together, and forgets old samples', () => {
    const rate = new SampledRate(WINDOW);
    rate.record(10, 0);
    rate.record(20, 999);
    rate.record(30, 1_000);
    expect(rate.rate(1_000)).toBeCloseTo(6);
    expect(rate.rate(11_000)).toBeCloseTo(3);
    expect(rate.isIdle(11_999)).toBe(false);
    expect(rate.isIdle(12_000)).toBe(true);
  });

  it('takes back what was recorded in vain', () => {
    const rate = new SampledRate(WINDOW);
    rate.record(500, 0);
    rate.record(-500, 10);
    expect(rate.rate(10)).toBe(0);
  });

  it('bounds what a client uses that waits as long as it is told', () => {
    const uses = fc.array(fc.record({ amount: fc.nat({ max: 5_000 }), gapMs: fc.nat(3_000) }), {
      ...{ minLength: 1, maxLength: 60 },
    });
    fc.assert(
      fc.property(uses, fc.integer({ min: 1, max: 2_000 }), (list, bound) => {
        const rate = new SampledRate(WINDOW);
        const used: { atMs: number; amount: number }[] = [];
        let nowMs = 1_000_000;
        for (const { amount, gapMs } of list) {
          nowMs += gapMs;
          // What came before in a window is at most what the window and the time since allow.
          const before = used.filter(({ atMs }) => atMs > nowMs - 11_000).slice(0, -1);
          const sum = before.reduce((total, one) => total + one.amount, 0);
          expect(sum).toBeLessThanOrEqual(bound * 22 + 1);
          used.push({ atMs: nowMs, amount });
          rate.record(amount, nowMs);
          nowMs += rate.throttleMs(bound, nowMs);
        }
      }),
    );
  });

  it('never throttles who uses less than the bound in each sample', () => {
    const amounts = fc.array(fc.nat({ max: 100 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(amounts, (list) => {
        const rate = new SampledRate(WINDOW);
        for (const [second, amount] of list.entries()) {
          rate.record(amount, second * 1000);
          // Ten whole samples and a part of one: what fills them is at most a tenth above the bound.
          expect(rate.throttleMs(110, second * 1000)).toBe(0);
        }
      }),
    );
  });
});
