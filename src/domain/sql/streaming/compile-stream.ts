import type { SyntaxNode } from '../syntax-tree.ts';
import { BatchPanes } from './batch-panes.ts';
import { Grouping, type GroupingParts } from './grouping.ts';
import { HoppingWindow } from './hopping-window.ts';
import { MappedRows } from './mapped-rows.ts';
import { streamNames } from './plan-names.ts';
import { timed } from './plan-time.ts';
import { type QueryShape, queryShapeOf } from './query-shape.ts';
import { refuse } from './query-text.ts';
import { RunningGroups } from './running-groups.ts';
import { SessionWindow } from './session-window.ts';
import { SlidingWindow } from './sliding-window.ts';
import { errorAt } from './sql-place.ts';
import {
  lateStatement,
  measureStatement,
  type StagedSource,
  stagedRows,
  stagedSources,
  stageStatements,
} from './staged-sources.ts';
import type { StreamCatalog } from './stream-catalog.ts';
import { type StreamInput, streamInputOf } from './stream-input.ts';
import type { OperatorParts, StreamOperator } from './stream-operator.ts';
import type {
  ClosedRange,
  EmitMode,
  LatePolicy,
  PlannedWindow,
  PlanStatement,
  StreamPlan,
} from './stream-plan.ts';
import type { LiftedQuery, WindowClause } from './streaming-clauses.ts';
import type { SyntaxPrinter } from './syntax-printer.ts';

export interface StreamRequest {
  /** As `liftStreamingClauses` gave it. */
  readonly query: LiftedQuery;
  /** The SELECT's own node in the tree of `query.sql`, as `json_serialize_sql` has it; it is changed. */
  readonly select: SyntaxNode;
  readonly catalog: StreamCatalog;
  readonly printer: SyntaxPrinter;
  /** Stands in the tables' names. */
  readonly stream: string;
  /** The schema of stored tables, as SQL has it: `"kawadb"."streams"`. */
  readonly schema: string;
  readonly late: LatePolicy;
  /** As the window's own RETENTION, which may stand in the query instead. */
  readonly retentionMs?: number | undefined;
  /** Whether the results go somewhere beside the table: then `emitted` is read, and only what is final by default. */
  readonly hasOutput: boolean;
}

/** Makes a plan of a continuous query. What cannot be computed exactly is refused: SqlError with the place and a hint. */
export async function compileStream(request: StreamRequest): Promise<StreamPlan> {
  const { query, select, catalog, printer } = request;
  const shape = await queryShapeOf(query, select, catalog, printer);
  const names = streamNames(request.schema, request.stream);
  const sources = await stagedSources(
    shape.from.sources,
    shape.resolver,
    names,
    printer,
    request.late,
  );
  const emit = emitOf(request, shape);
  const retentionMs = retentionOf(request, shape);
  const input = await streamInputOf(query, shape, sources, names, printer);
  const common = { names, emit, retentionMs };
  const compiled = await operatorOf(request, shape, { sources, input }, common);
  return planOf(request, shape, { sources, emit, input, ...compiled });
}

/** Sliding windows need the rows themselves, whatever the aggregates are. */
function groupingOf(grouping: GroupingParts, { window }: QueryShape): Grouping {
  return new Grouping({ ...grouping, whole: window?.kind === 'sliding' });
}

async function operatorOf(
  request: StreamRequest,
  shape: QueryShape,
  { sources, input }: Pick<Compiled, 'sources' | 'input'>,
  common: Pick<OperatorParts, 'names' | 'emit' | 'retentionMs'>,
): Promise<Pick<Compiled, 'operator' | 'engineBound' | 'panes'>> {
  const { hasOutput, late, printer } = request;
  const { window, grouping: parts, outputs, startName, endName } = shape;
  const { from, time, place } = input;
  const where = input.where === undefined ? undefined : await printer.expression(input.where);
  if (parts === undefined) {
    const { names } = common;
    const operator = new MappedRows({ names, from, where, outputs, place, hasOutput });
    return { operator, engineBound: false, panes: undefined };
  }
  const grouping = groupingOf({ ...parts, where }, shape);
  const panes = BatchPanes.of(shape, sources, input, grouping, late);
  const all: OperatorParts = {
    ...{
      ...common,
      from: panes?.table ?? from,
      time,
      grouping,
      late,
      hasOutput,
      startName,
      endName,
    },
    panes: panes !== undefined,
  };
  refuseLost(request, shape, grouping);
  return { operator: windowOperator(window, all), engineBound: grouping.engineBound, panes };
}

function windowOperator(window: WindowClause | undefined, parts: OperatorParts): StreamOperator {
  if (window === undefined) return new RunningGroups(parts);
  if (window.kind === 'hopping') return new HoppingWindow(parts, window.sizeMs, window.advanceMs);
  if (window.kind === 'session') return new SessionWindow(parts, window.gapMs);
  return new SlidingWindow(parts, window.sizeMs);
}

/** Refuses results that could not be told apart where one takes the place of another. */
function refuseLost(
  { query, select, late, hasOutput }: StreamRequest,
  { from, window, outputs }: QueryShape,
  grouping: Grouping,
): void {
  if (late === 'reemit' && from.streamJoin !== undefined) {
    const hint = "use late = 'drop' or 'topic', and GRACE PERIOD to wait longer";
    throw refuse(query, select, 'late rows cannot be taken into a join of streams', hint);
  }
  if (late === 'reemit' && window !== undefined && window.kind !== 'hopping') {
    const hint = "use late = 'drop' or 'topic', and GRACE PERIOD to wait longer";
    throw refuse(query, select, `late rows cannot be taken into ${window.kind} windows`, hint);
  }
  if (!hasOutput && late !== 'reemit') return;
  const told = outputs.map(({ text }) => text);
  const missing = grouping.parts.keys.find(({ name }) => !told.includes(name));
  if (missing === undefined) return;
  const message = `${missing.text} is grouped by, but not in the results: they could not be told apart`;
  throw refuse(query, select, message, `add ${missing.text} to the select list`);
}

function emitOf(
  { query, hasOutput, select }: StreamRequest,
  { window, grouping }: QueryShape,
): EmitMode {
  if (query.emit === 'final' && window === undefined && grouping !== undefined) {
    const hint = 'EMIT CHANGES, or a window such as WINDOW TUMBLING (INTERVAL 1 MINUTE)';
    throw refuse(query, select, 'without a window no result is ever final', hint);
  }
  const byDefault = hasOutput && window !== undefined ? 'final' : 'changes';
  return query.emit ?? byDefault;
}

function retentionOf(request: StreamRequest, { window }: QueryShape): number | undefined {
  const { query, select } = request;
  const { retentionMs = request.retentionMs, retentionAt = 0 } = query;
  if (query.retentionMs !== undefined && request.retentionMs !== undefined) {
    const hint = "either RETENTION in the window or WITH (retention = '…')";
    throw errorAt(query.original, retentionAt, 'the retention is given twice', hint);
  }
  if (retentionMs === undefined || window !== undefined) return retentionMs;
  const hint = 'leave retention out, or group by a window such as WINDOW TUMBLING (INTERVAL 1 DAY)';
  throw refuse(query, select, 'without a window no result is ever old', hint);
}

interface Compiled {
  readonly sources: readonly StagedSource[];
  readonly emit: EmitMode;
  readonly operator: StreamOperator;
  readonly engineBound: boolean;
  readonly input: StreamInput;
  /** Where rows are aggregated while they are read. */
  readonly panes: BatchPanes | undefined;
}

function planOf(
  { query, late }: StreamRequest,
  { from, window, outputs }: QueryShape,
  { sources, emit, operator, engineBound, input, panes }: Compiled,
): StreamPlan {
  const { join } = input;
  const planned: PlannedWindow = window ?? { kind: 'none' };
  const empty = (relation: string): string => `(SELECT * FROM ${relation} LIMIT 0)`;
  // Of two streams, what is older than what is closed is late, whatever is made of the joined rows.
  const lateBefore = (closedUntil: number | undefined): number | undefined =>
    join === undefined ? operator.lateBefore(closedUntil) : closedUntil;
  const usesTime = join !== undefined || operator.usesTime;
  const stage = (relations: readonly string[]): readonly PlanStatement[] =>
    panes?.stage(relations) ?? stageStatements(sources, relations);
  const within = (closed: ClosedRange): ClosedRange => join?.range(closed) ?? closed;
  return {
    ...{ tables: from.tables, window: planned, graceMs: query.graceMs ?? 0, emit, late },
    ...{ sources, engineBound, view: operator.view },
    outputColumns: outputs.map(({ name, key }) => ({ name, key })),
    explanation: [...(join?.explanation ?? []), ...operator.explanation],
    setUp: (relations) => [
      ...stage(relations.map(empty)),
      ...(join?.setUp() ?? []),
      ...operator.setUp(),
    ],
    stage,
    measure: (closedUntil) =>
      panes?.measure(lateBefore(closedUntil)) ??
      measureStatement(sources, lateBefore(closedUntil), usesTime),
    lateRows: (closedUntil) => lateStatement(sources, lateBefore(closedUntil)),
    apply: (closed) => [...(join?.apply(closed) ?? []), ...operator.apply(within(closed))],
    emitted: (closed) => operator.emitted(within(closed)),
    trim: (closed) => operator.trim(within(closed)),
    compact: () => operator.compact(),
    query: (relations) =>
      operator.query(
        input.fromOf(
          sources.map((source, index) => `(${stagedRows(source, relations[index] ?? '')})`),
        ),
      ),
    tearDown: [...(join?.tables ?? []), ...operator.tables].map((table) =>
      timed(`DROP TABLE IF EXISTS ${table}`),
    ),
  };
}
