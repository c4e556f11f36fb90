import type { ScanSpec } from '../../domain/sql/topic-schema.ts';
import type { PartitionRange } from '../../ports/topic-source.ts';
import type { LogBridge } from './log-bridge.ts';

/** What a query fails with whose history was looked up before records went from the log to there: it has to look again. */
export const HISTORY_MOVED = 'records went from the log to history while the query began';

/** What of the ranges a scan has to read in the log, as history has the rest. */
export function outsideOfHistory(
  bridge: LogBridge,
  { topic, covered }: ScanSpec,
  ranges: readonly PartitionRange[],
): PartitionRange[] {
  if (covered === undefined) return [...ranges];
  if (hasMoved(bridge, topic, covered, ranges)) throw new Error(HISTORY_MOVED);
  return ranges.flatMap((range) => outsideOf(range, covered[range.partition] ?? [0, 0]));
}

/** Whether there may be records that the log has no longer, and that history did not have yet when the query looked. */
function hasMoved(
  bridge: LogBridge,
  topic: string,
  covered: NonNullable<ScanSpec['covered']>,
  ranges: readonly PartitionRange[],
): boolean {
  const end = (partition: number): number => covered[partition]?.[1] ?? 0;
  const late = ranges.filter(({ partition, startOffset }) => startOffset > BigInt(end(partition)));
  if (late.length === 0) return false;
  const partitions = bridge.history(topic)?.manifest.partitions ?? [];
  return partitions.some(({ partition, nextOffset }) => {
    return nextOffset > end(partition) && late.some((range) => range.partition === partition);
  });
}

function outsideOf(range: PartitionRange, [from, to]: readonly [number, number]): PartitionRange[] {
  if (from >= to) return [range];
  const { startOffset, endOffset } = range;
  const before = { ...range, endOffset: endOffset < BigInt(from) ? endOffset : BigInt(from) };
  const after = { ...range, startOffset: startOffset > BigInt(to) ? startOffset : BigInt(to) };
  return [before, after].filter((part) => part.startOffset < part.endOffset);
}
