import { clampOffset, type LogRange } from './offset-position.ts';

export type SeekTarget =
  | { readonly kind: 'to'; readonly offset: bigint }
  | { readonly kind: 'shift'; readonly by: bigint };

/** Where a group goes on in a partition: always within the log. Undefined when there is nothing to shift from. */
export function planSeek(
  current: bigint | undefined,
  target: SeekTarget,
  range: LogRange,
): bigint | undefined {
  if (target.kind === 'to') return clampOffset(target.offset, range);
  return current === undefined ? undefined : clampOffset(current + target.by, range);
}
