import type { SourcePosition, SourceRange } from '../../../ports/stream-engine.ts';

/**
 * A view that computes anew what it had, since its state was of another version of the engine. What it finds on the way
 * was told before, and is not told again.
 */
export interface ViewReplay {
  /** Where it was. */
  readonly until: readonly SourcePosition[];
  readonly closedUntilMs: number | undefined;
}

/** The part of the ranges that was read before; empty when there is nothing of it left. */
export function replayedRanges(
  { until }: ViewReplay,
  ranges: readonly SourceRange[],
): readonly SourceRange[] {
  return ranges.flatMap((range) => {
    const end = endOf(until, range)?.nextOffset ?? 0n;
    if (range.fromOffset >= end) return [];
    return [{ ...range, toOffset: range.toOffset < end ? range.toOffset : end }];
  });
}

/** Undefined once the view is where it was. */
export function replayAfter(
  replay: ViewReplay,
  positions: readonly SourcePosition[],
): ViewReplay | undefined {
  const isBehind = positions.some((position) => {
    const end = endOf(replay.until, position);
    return end?.topicId === position.topicId && position.nextOffset < end.nextOffset;
  });
  return isBehind ? replay : undefined;
}

function endOf(
  until: readonly SourcePosition[],
  place: { readonly topic: string; readonly partition: number },
): SourcePosition | undefined {
  return until.find(
    ({ topic, partition }) => topic === place.topic && partition === place.partition,
  );
}
