import { expect, test } from 'vitest';
import { afterTurn } from '../../../src/adapters/node/after-turn.ts';

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}

test('what is asked for while a turn ends still belongs to it', async () => {
  const seen: string[] = [];
  afterTurn(() => {
    seen.push('first');
    setImmediate(() => seen.push('next turn'));
    afterTurn(() => seen.push('asked for by the first'));
  });
  afterTurn(() => seen.push('second'));
  expect(seen).toEqual([]);
  await nextTurn();
  await nextTurn();
  expect(seen).toEqual(['first', 'second', 'asked for by the first', 'next turn']);
});

test('one that throws takes none of the others with it', async () => {
  const seen: string[] = [];
  const thrown = new Promise<unknown>((resolve) => {
    const known = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.once('uncaughtException', (error) => {
      for (const listener of known) process.on('uncaughtException', listener);
      resolve(error);
    });
  });
  afterTurn(() => {
    afterTurn(() => seen.push('asked for before'));
    throw new Error('broken');
  });
  afterTurn(() => seen.push('second'));
  expect(await thrown).toEqual(new Error('broken'));
  await nextTurn();
  await nextTurn();
  expect(seen).toEqual(['second', 'asked for before']);
  afterTurn(() => seen.push('later'));
  await nextTurn();
  await nextTurn();
  expect(seen.at(-1)).toBe('later');
});
