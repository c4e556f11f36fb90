import type { Offset } from '../topic-partition.ts';

export function later(a: Offset, b: Offset): Offset {
  return a < b ? b : a;
}

export function earlier(a: Offset, b: Offset): Offset {
  return a < b ? a : b;
}
