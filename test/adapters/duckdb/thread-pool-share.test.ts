import { expect, test } from 'vitest';
import { ThreadPoolShare } from '../../../src/adapters/duckdb/thread-pool-share.ts';

const never = new AbortController().signal;

function work(): { readonly run: () => Promise<void>; readonly end: () => void; started: boolean } {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const one = {
    started: false,
    end: () => end(),
    run: () => {
      one.started = true;
      return ended;
    },
  };
  return one;
}

test('no more run at a time than there are threads, and the others in their order', async () => {
  const share = new ThreadPoolShare(2);
  const [a, b, c, d] = [work(), work(), work(), work()];
  const all = [a, b, c, d].map(({ run }) => share.run(run, never));
  expect([a, b, c, d].map(({ started }) => started)).toEqual([true, true, false, false]);
  b.end();
  await all[1];
  expect([c, d].map(({ started }) => started)).toEqual([true, false]);
  for (const one of [a, c, d]) one.end();
  await Promise.all(all);
  expect(d.started).toBe(true);
});

test('one that is cancelled while it waits leaves, and takes nobody’s turn', async () => {
  const share = new ThreadPoolShare(1);
  const [first, left, next] = [work(), work(), work()];
  const cancelling = new AbortController();
  const running = share.run(first.run, never);
  const leaving = share.run(left.run, cancelling.signal);
  const waiting = share.run(next.run, never);
  cancelling.abort(new Error('cancelled'));
  await expect(leaving).rejects.toThrow('cancelled');
  await expect(share.run(left.run, cancelling.signal)).rejects.toThrow('cancelled');
  first.end();
  next.end();
  await Promise.all([running, waiting]);
  expect([left.started, next.started]).toEqual([false, true]);
});

test('a thread is free again after work that failed', async () => {
  const share = new ThreadPoolShare(1);
  await expect(share.run(() => Promise.reject(new Error('wrong')), never)).rejects.toThrow('wrong');
  expect(await share.run(() => Promise.resolve(7), never)).toBe(7);
});
