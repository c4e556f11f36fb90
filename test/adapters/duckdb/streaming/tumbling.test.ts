import { expect, test } from 'vitest';
import { memoryConnection, StreamRun } from './stream-run.ts';

const SEED = `SELECT user_id, COUNT(*) AS event_count, AVG(amount) AS avg_value
  FROM events
  GROUP BY user_id
  WINDOW TUMBLING (INTERVAL 1 MINUTE)`;

test("the seed's query gives each user's windows, those that are open among them", async () => {
  const connection = await memoryConnection();
  const stream = await StreamRun.open(connection, SEED);
  const at = (timeMs: number, user: number, amount: number) => ({
    ...{ partition: 0, timeMs, user, amount, item: null },
  });
  await stream.feed([at(0, 1, 2), at(59_999, 1, 4), at(30_000, 2, 1)]);
  await stream.feed([at(60_000, 1, 8), at(58_000, 2, 3)]);
  await stream.feed([at(61_500, 3, 1)]);
  await stream.feed([at(10_000, 3, 1)]);
  const rows = (await stream.results()).map(({ window_start, user_id, event_count, avg_value }) =>
    [String(window_start).slice(11, 16), user_id, event_count, avg_value].join(' '),
  );
  expect(rows.sort()).toEqual(['00:00 1 2 3', '00:00 2 2 2', '00:01 1 1 8', '00:01 3 1 1']);
  expect(stream.late).toBe(1);
  expect(stream.plan.outputColumns.filter(({ key }) => key).map(({ name }) => name)).toEqual([
    ...['window_start', 'window_end', 'user_id'],
  ]);
});
