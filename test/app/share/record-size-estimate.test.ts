import { expect, test } from 'vitest';
import { RecordSizeEstimate } from '../../../src/app/services/share/record-size-estimate.ts';

test('goes by the records read before, with a margin', () => {
  const sizes = new RecordSizeEstimate();
  expect(sizes.bytesOf(1)).toBe(1024 * 1024);
  sizes.note(100_000, 100);
  expect(sizes.bytesOf(2_000)).toBe(2_500_000);
  sizes.note(0, 0);
  expect(sizes.bytesOf(2_000)).toBe(2_500_000);
  for (let read = 0; read < 30; read += 1) sizes.note(100, 100);
  expect(sizes.bytesOf(2_000)).toBe(2_501);
});
