import type { Grouping } from './grouping.ts';
import type { ClosedRange, EmitMode, LatePolicy, PlanStatement } from './stream-plan.ts';

/** The names of a stream's own tables, quoted. */
export interface StreamNames {
  /** Of a stored table. */
  table(part: string): string;
  temporary(part: string): string;
  /** Those that operators have in common. */
  readonly tables: OperatorTables;
}

export interface OperatorTables {
  readonly state: string;
  readonly results: string;
  /** How far windows are closed. */
  readonly closed: string;
  /** What the batch adds to the state. */
  readonly partial: string;
  readonly changed: string;
}

/** What an operator works with: rows that were staged, and the names of its tables. */
export interface OperatorParts {
  readonly names: StreamNames;
  readonly grouping: Grouping;
  /** What stands after FROM to read the batch's rows. */
  readonly from: string;
  /** Whether the batch's rows are read as partial aggregates of panes: see BatchPanes. */
  readonly panes: boolean;
  /** Over `from`: a row's event time. */
  readonly time: string;
  readonly emit: EmitMode;
  readonly late: LatePolicy;
  /** How long behind what is closed its results are kept; undefined: for ever. */
  readonly retentionMs: number | undefined;
  /** Whether anybody reads `emitted`. */
  readonly hasOutput: boolean;
  /** The result's column that has the window's start, and that with its end. */
  readonly startName: string;
  readonly endName: string;
}

/** The part of a plan that depends on the kind of window; see StreamPlan. */
export interface StreamOperator {
  /** Whether rows without event time are left out. */
  readonly usesTime: boolean;
  readonly explanation: readonly string[];
  /** All stored tables. */
  readonly tables: readonly string[];
  readonly view: string;
  /** Rows older than this are late. */
  lateBefore(closedUntil: number | undefined): number | undefined;
  /** Over staged tables, which may be empty. */
  setUp(): readonly PlanStatement[];
  apply(closed: ClosedRange): readonly PlanStatement[];
  emitted(closed: ClosedRange): PlanStatement | undefined;
  /** Removes the results of windows that are too old; after `emitted`. */
  trim(closed: ClosedRange): readonly PlanStatement[];
  compact(): readonly PlanStatement[];
  /** One SELECT of what the results would be of all rows at once. */
  query(from: string): string;
}
