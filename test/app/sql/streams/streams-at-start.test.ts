import { expect, test } from 'vitest';
import type { StreamService } from '../../../../src/app/services/sql/streams/stream-service.ts';
import { StreamStatements } from '../../../../src/app/services/sql/streams/stream-statements.ts';

test('a statement waits until the streams that a start found are loaded', async () => {
  let finish = (): void => undefined;
  const loading = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const service = { started: () => loading, has: async () => undefined };
  const statements = new StreamStatements(service as unknown as StreamService);
  let isDone = false;
  const { signal } = new AbortController();
  const carried = statements.carryOut('SELECT * FROM kawadb_streams', signal).then(() => {
    isDone = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(isDone).toBe(false);
  finish();
  await carried;
  expect(isDone).toBe(true);
});
