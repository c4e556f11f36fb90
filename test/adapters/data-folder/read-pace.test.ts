import { expect, test } from 'vitest';
import { ReadPace } from '../../../src/adapters/data-folder/read-pace.ts';

const MEBIBYTE = 1024 * 1024;

function restsAfter(pace: ReadPace): number {
  let rests = 0;
  while (!pace.mayReadSync()) rests += 1;
  return rests;
}

test('fast reads stay on the event loop', () => {
  const pace = new ReadPace();
  for (let n = 0; n < 1000; n++) {
    expect(pace.mayReadSync()).toBe(true);
    pace.took(MEBIBYTE, 0.4);
  }
});

test('slow reads leave it, for longer each time, and come back once reads are fast', () => {
  const pace = new ReadPace();
  const rests = Array.from({ length: 8 }, () => {
    pace.took(MEBIBYTE, 20);
    return restsAfter(pace);
  });
  expect(rests).toEqual([64, 128, 256, 512, 1024, 2048, 4096, 4096]);
  for (let n = 0; n < 8; n++) pace.took(MEBIBYTE, 0.4);
  pace.took(MEBIBYTE, 20);
  expect(restsAfter(pace)).toBe(64);
});
