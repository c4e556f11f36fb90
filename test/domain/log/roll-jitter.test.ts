import { expect, test } from 'vitest';
import { withRollJitter } from '../../../src/domain/log/roll-jitter.ts';

const TOPIC_ID = 'VW5rbm93blRvcGljSWQhIQ';
const logOf = (partition: number) => ({ topic: 't', topicId: TOPIC_ID, partition });

test('segments of one log always end as much sooner, those of many logs all over the time that is allowed', () => {
  const config = { segmentMs: 10_000, segmentJitterMs: 1_000 };
  const sooner = Array.from({ length: 500 }, (_, partition) => {
    const { segmentMs } = withRollJitter(config, logOf(partition));
    expect(withRollJitter(config, logOf(partition)).segmentMs).toBe(segmentMs);
    return config.segmentMs - segmentMs;
  });
  expect(Math.min(...sooner)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...sooner)).toBeLessThan(1_000);
  for (let from = 0; from < 1_000; from += 100) {
    expect(sooner.some((ms) => ms >= from && ms < from + 100)).toBe(true);
  }
});

test('never before it begins, and not at all by default', () => {
  const config = { segmentMs: 50, segmentJitterMs: 2 ** 63 };
  expect(withRollJitter(config, logOf(3)).segmentMs).toBeGreaterThan(0);
  const none = { segmentMs: 50, segmentJitterMs: 0 };
  expect(withRollJitter(none, logOf(3))).toBe(none);
});
