import { expect, test } from 'vitest';
import { startTestBroker } from '../../../../src/testing/index.ts';

const SEED = `SELECT user_id, COUNT(*) as event_count, AVG(value) as avg_value
  FROM stream
  GROUP BY user_id
  WINDOW TUMBLING (INTERVAL 1 MINUTE)`;

test("the seed's example", async () => {
  await using broker = await startTestBroker({ topics: ['user-events'] });
  const at = (minute: number, user: number, value: number) => ({
    timestampMs: Date.UTC(2024, 0, 1, 0, minute),
    value: JSON.stringify({ user_id: user, value }),
  });
  await broker.produceBatch('user-events', [at(0, 1, 2), at(0, 1, 4.5), at(0, 2, 1), at(1, 1, 8)]);
  await broker.processStream('user-events', SEED, 'user-analytics');
  const rows = () =>
    broker.sql(
      'SELECT window_start, user_id, event_count, avg_value FROM user_analytics ORDER BY ALL',
    );
  const minute = (n: number) => new Date(Date.UTC(2024, 0, 1, 0, n));
  expect(await rows()).toEqual([
    { window_start: minute(0), user_id: 1n, event_count: 2n, avg_value: 3.25 },
    { window_start: minute(0), user_id: 2n, event_count: 1n, avg_value: 1 },
    { window_start: minute(1), user_id: 1n, event_count: 1n, avg_value: 8 },
  ]);
  await broker.produce('user-events', at(1, 2, 3));
  await broker.streamCaughtUp('user-analytics');
  expect(await rows()).toHaveLength(4);
});
