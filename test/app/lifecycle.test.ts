import { expect, test } from 'vitest';
import { Lifecycle } from '../../src/app/lifecycle.ts';

test('stops in reverse order of starting, once', async () => {
  const events: string[] = [];
  const lifecycle = new Lifecycle();
  for (const name of ['store', 'logs', 'network']) {
    await lifecycle.start(
      name,
      () => void events.push(`+${name}`),
      () => void events.push(`-${name}`),
    );
  }
  await Promise.all([lifecycle.stop(), lifecycle.stop()]);
  expect(events).toEqual(['+store', '+logs', '+network', '-network', '-logs', '-store']);
});

test('a failed start stops what already runs and reports the failure', async () => {
  const events: string[] = [];
  const lifecycle = new Lifecycle();
  await lifecycle.start(
    'store',
    () => {},
    () => void events.push('-store'),
  );
  const failing = lifecycle.start(
    'network',
    () => Promise.reject(new Error('port in use')),
    () => {},
  );
  await expect(failing).rejects.toThrow('port in use');
  expect(events).toEqual(['-store']);
});

test('one part that fails to stop does not keep the others running', async () => {
  const events: string[] = [];
  const lifecycle = new Lifecycle();
  await lifecycle.start(
    'store',
    () => {},
    () => void events.push('-store'),
  );
  await lifecycle.start(
    'network',
    () => {},
    () => Promise.reject(new Error('stuck')),
  );
  await expect(lifecycle.stop()).rejects.toThrow('did not stop cleanly');
  expect(events).toEqual(['-store']);
});
