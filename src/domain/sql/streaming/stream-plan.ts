/** A statement with its bound parameters, `$1` and so on; all of them are BIGINT. */
export interface PlanStatement {
  readonly sql: string;
  readonly parameters: readonly bigint[];
}

/** A stream of records that a plan reads. A self-join has the same topic twice, with two aliases. */
export interface StreamSource {
  readonly topic: string;
  readonly alias: string;
  /** Columns of the source's relation that the plan uses. */
  readonly columns: readonly string[];
  /** An expression over the relation's columns; NULL where a row has no time. */
  readonly eventTime: string;
  /** How much older than the newest row of its partition a row may be. */
  readonly outOfOrdernessMs: number;
}

/** `final` tells each result once, when its window is closed; `changes` also each step of the way. */
export type EmitMode = 'changes' | 'final';

/**
 * What becomes of a row whose windows are all closed: it is dropped, goes to a topic of its own, or is added to its window,
 * whose result is then told again.
 */
export type LatePolicy = 'drop' | 'topic' | 'reemit';

export type PlannedWindow =
  | { readonly kind: 'none' }
  | { readonly kind: 'hopping'; readonly sizeMs: number; readonly advanceMs: number }
  | { readonly kind: 'session'; readonly gapMs: number }
  | { readonly kind: 'sliding'; readonly sizeMs: number };

export interface OutputColumn {
  readonly name: string;
  /** Whether it is one of those that identify a row: the window and what was grouped by. */
  readonly key: boolean;
}

/** Up to when windows are closed, in ms since 1970; undefined before there is a watermark. Whole milliseconds. */
export interface ClosedRange {
  readonly before: number | undefined;
  readonly after: number | undefined;
}

/**
 * What runs for a continuous query. Each micro-batch is: `stage` its rows; read `measure`; move the watermarks and take
 * from them up to when windows are closed (`closedRange`); `apply`; read `emitted` when there is an output topic; `trim`; all in
 * one transaction, together with the source offsets and the watermarks. The statements write temporary tables and tables
 * of one database only.
 *
 * The order of the batches and how rows are spread over them change nothing in the results, except which rows are late.
 */
export interface StreamPlan {
  readonly sources: readonly StreamSource[];
  /** Names of tables that the statements read as they are at that moment. */
  readonly tables: readonly string[];
  readonly window: PlannedWindow;
  readonly graceMs: number;
  readonly emit: EmitMode;
  readonly late: LatePolicy;
  /** In the order of `view` and `emitted`. */
  readonly outputColumns: readonly OutputColumn[];
  /** Whether the state has bytes that only the version of the engine that wrote them reads: other versions start anew. */
  readonly engineBound: boolean;
  /** What is kept, in words, for EXPLAIN. */
  readonly explanation: readonly string[];

  /**
   * Makes the tables of state and results where they are not there yet. A relation is what may stand after FROM and
   * has the source's columns, one for each source, with any rows or none.
   */
  setUp(relations: readonly string[]): readonly PlanStatement[];
  /** Takes the rows of a micro-batch over into temporary tables; the relations are read once. */
  stage(relations: readonly string[]): readonly PlanStatement[];
  /**
   * One SELECT over what was staged, with a row for each source and partition of the batch: `source` (index, INTEGER),
   * `kafka_partition`, `row_count`, `untimed` (rows without event time, which windows leave out), `late`, and `max_time_ms`,
   * NULL where no row has a time; all but the first two BIGINT.
   */
  measure(closedUntil: number | undefined): PlanStatement;
  /**
   * Of the staged rows, those that are late: `source`, `kafka_partition`, `kafka_offset`. Only where late rows go to a
   * topic: the offsets are not staged otherwise.
   */
  lateRows(closedUntil: number | undefined): PlanStatement;
  /** Takes the staged rows into the state, and what is closed now out of it into the results. */
  apply(closed: ClosedRange): readonly PlanStatement[];
  /**
   * After `apply`, with the same range: a SELECT of the output columns and `kawa_deleted`, of the results that were new, or
   * with `changes` those that changed. `kawa_deleted` tells of a result that HAVING lets through no more. Undefined when
   * there can be none.
   */
  emitted(closed: ClosedRange): PlanStatement | undefined;
  /** Removes results that are older than what is to be kept. */
  trim(closed: ClosedRange): readonly PlanStatement[];
  /** Merges the state, which grows with each batch; every twenty batches or so, in a transaction of a batch. */
  compact(): readonly PlanStatement[];
  /** A SELECT of the results as they are, the body of the view that users read. */
  readonly view: string;
  /**
   * One SELECT that gives of relations what the plan gives once it has taken all of their rows, as one with EMIT CHANGES
   * would show it and without any of them late. It reads no tables of the plan.
   */
  query(relations: readonly string[]): string;
  readonly tearDown: readonly PlanStatement[];
}
