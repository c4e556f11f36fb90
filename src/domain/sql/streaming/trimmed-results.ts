import { quoteIdentifier } from '../quote.ts';
import { at, timed } from './plan-time.ts';
import type { OperatorParts } from './stream-operator.ts';
import type { ClosedRange, PlanStatement } from './stream-plan.ts';

/** Windows that ended by then are gone; undefined where all are kept. */
export function trimmedUntil(
  retentionMs: number | undefined,
  closedUntil: number | undefined,
): number | undefined {
  if (retentionMs === undefined || closedUntil === undefined) return undefined;
  return closedUntil - retentionMs;
}

/** Removes results by their windows' end. */
export function trimmedResults(
  { names, endName, retentionMs }: OperatorParts,
  { after }: ClosedRange,
): readonly PlanStatement[] {
  const until = trimmedUntil(retentionMs, after);
  if (until === undefined) return [];
  const { results } = names.tables;
  return [timed(`DELETE FROM ${results} WHERE ${quoteIdentifier(endName)} <= ${at(1)}`, until)];
}
