import fc from 'fast-check';
import { expect, test } from 'vitest';
import { closedRange, Watermark } from '../../src/domain/sql/streaming/watermark.ts';

const RULES = { outOfOrdernessMs: 10, idleMs: 1000 };

test('it is as far as the slowest partition, less what may come out of order', () => {
  const start = Watermark.start(RULES, [0, 1], 0);
  expect(start.observe(0, 500, 0).advance(0).valueMs).toBeUndefined();
  const both = start.observe(0, 500, 0).observe(1, 300, 0).advance(0);
  expect(both.valueMs).toBe(290);
  expect(both.observe(1, undefined, 5).advance(5).valueMs).toBe(290);
  expect(both.observe(1, 900, 5).advance(5).valueMs).toBe(490);
});

test('a partition that brings nothing leaves after its idle time, and holds again when it brings something', () => {
  const one = Watermark.start(RULES, [0, 1], 0).observe(0, 500, 500);
  expect(one.advance(999).valueMs).toBeUndefined();
  const idle = one.advance(1000);
  expect(idle.valueMs).toBe(490);
  const back = idle.observe(1, 100, 1100).observe(0, 900, 1100).advance(1100);
  expect(back.valueMs).toBe(490);
  expect(back.observe(1, 700, 1200).advance(1200).valueMs).toBe(690);
});

test('where all are idle, what came so far counts', () => {
  const all = Watermark.start(RULES, [0, 1], 0).observe(0, 500, 0).observe(1, 300, 0);
  expect(all.advance(0).advance(5000).valueMs).toBe(490);
  expect(Watermark.start(RULES, [0], 0).advance(5000).valueMs).toBeUndefined();
});

test('what was stored goes on as it was, with its partitions active', () => {
  const before = Watermark.start(RULES, [0, 1], 0).observe(0, 500, 0).observe(1, 300, 0).advance(0);
  const after = Watermark.restore(RULES, before.partitions, before.valueMs, 9000);
  expect(after.advance(9000).valueMs).toBe(290);
  expect(after.assign([0, 1, 2], 9000).observe(1, 800, 9000).advance(9000).valueMs).toBe(290);
});

const steps = fc.array(
  fc.record({
    partition: fc.nat(3),
    time: fc.option(fc.nat(5000), { nil: undefined }),
    passedMs: fc.nat(700),
  }),
);

test('it never moves back, and stays behind the newest time of every partition that is not idle', () => {
  fc.assert(
    fc.property(steps, (all) => {
      let now = 0;
      let watermark = Watermark.start(RULES, [0, 1, 2, 3], now);
      let last: number | undefined;
      for (const { partition, time, passedMs } of all) {
        now += passedMs;
        watermark = watermark.observe(partition, time, now).advance(now);
        const { valueMs, partitions } = watermark;
        if (last !== undefined) expect(valueMs).toBeGreaterThanOrEqual(last);
        if (valueMs !== last) {
          const active = partitions.filter(({ activeAtMs }) => now - activeAtMs < RULES.idleMs);
          for (const { maxTimeMs } of active) {
            expect((maxTimeMs as number) - RULES.outOfOrdernessMs).toBeGreaterThanOrEqual(
              valueMs as number,
            );
          }
        }
        last = valueMs;
      }
    }),
  );
});

test('windows over several sources are closed as far as the slowest has come, less the grace', () => {
  const source = (time: number | undefined) =>
    Watermark.start({ outOfOrdernessMs: 0, idleMs: undefined }, [0], 0)
      .observe(0, time, 0)
      .advance(0);
  expect(closedRange([source(500), source(300)], 100, undefined, 0)).toEqual({ after: 200 });
  expect(closedRange([source(500), source(undefined)], 0, 7, 0)).toEqual({ before: 7, after: 7 });
  expect(closedRange([source(500)], 0, 800, 0)).toEqual({ before: 800, after: 800 });
  const idle = Watermark.start(RULES, [0], 0).observe(0, 500, 0).advance(0);
  const active = Watermark.start(RULES, [0], 0).observe(0, 900, 1500).advance(1500);
  expect(closedRange([idle, active], 0, undefined, 1500)).toEqual({ after: 890 });
});
