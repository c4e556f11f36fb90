import type { Offset } from '../../domain/topic-partition.ts';

export function earlierOf(one: Offset, other: Offset): Offset {
  return one < other ? one : other;
}

export function laterOf(one: Offset, other: Offset): Offset {
  return one < other ? other : one;
}
