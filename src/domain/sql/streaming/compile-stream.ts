import { quoteIdentifier } from '../quote.ts';
import type { SyntaxNode } from '../syntax-tree.ts';
import { Grouping } from './grouping.ts';
import { HoppingWindow } from './hopping-window.ts';
import { streamNames } from './plan-names.ts';
import { timed } from './plan-time.ts';
import { type QueryShape, queryShapeOf } from './query-shape.ts';
import { refuse } from './query-text.ts';
import {
  lateStatement,
  measureStatement,
  replaceSource,
  type StagedSource,
  stagedSources,
  stageStatements,
} from './staged-sources.ts';
import type { StreamCatalog } from './stream-catalog.ts';
import type { OperatorParts, StreamOperator } from './stream-operator.ts';
import type { EmitMode, LatePolicy, PlannedWindow, StreamPlan } from './stream-plan.ts';
import type { LiftedQuery } from './streaming-clauses.ts';
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
  /** Whether the results go somewhere beside the table: then `emitted` is read, and only what is final by default. */
  readonly hasOutput: boolean;
}

/** Makes a plan of a continuous query. What cannot be computed exactly is refused: SqlError with the place and a hint. */
export async function compileStream(request: StreamRequest): Promise<StreamPlan> {
  const { query, select, catalog, printer, late } = request;
  const shape = await queryShapeOf(query, select, catalog, printer);
  const names = streamNames(request.schema, request.stream);
  const sources = await stagedSources(shape.from.sources, shape.resolver, names, printer);
  const emit = emitOf(request, shape);
  const from = await fromText(shape, sources, printer);
  const [source] = sources as readonly [StagedSource];
  const time = `${quoteIdentifier(source.alias)}.kawa_time`;
  const parts: OperatorParts = {
    ...{ names, from, time, emit, late, hasOutput: request.hasOutput },
    ...{ startName: shape.startName, endName: shape.endName },
    grouping: groupingOf(shape),
  };
  const operator = operatorOf(request, shape, parts);
  return planOf(request, shape, { sources, emit, operator, grouping: parts.grouping });
}

function groupingOf({ grouping }: QueryShape): Grouping {
  if (grouping === undefined) throw new Error('not yet');
  return new Grouping(grouping);
}

function operatorOf(
  { query, select }: StreamRequest,
  { window }: QueryShape,
  parts: OperatorParts,
): StreamOperator {
  if (window?.kind === 'hopping') {
    return new HoppingWindow(parts, window.sizeMs, window.advanceMs);
  }
  throw refuse(query, select, 'this window is not supported');
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

async function fromText(
  { from }: QueryShape,
  sources: readonly StagedSource[],
  printer: SyntaxPrinter,
): Promise<string> {
  const streams = from.sources.filter(({ stream }) => stream !== undefined);
  for (const [index, { node, alias }] of streams.entries()) {
    replaceSource(node, sources[index]?.table ?? '', alias);
  }
  return printer.from(from.tree);
}

interface Compiled {
  readonly sources: readonly StagedSource[];
  readonly emit: EmitMode;
  readonly operator: StreamOperator;
  readonly grouping: Grouping;
}

function planOf(
  { query, late }: StreamRequest,
  { from, window, outputs }: QueryShape,
  { sources, emit, operator, grouping }: Compiled,
): StreamPlan {
  const planned: PlannedWindow = window ?? { kind: 'none' };
  const empty = (relation: string): string => `(SELECT * FROM ${relation} LIMIT 0)`;
  return {
    ...{ tables: from.tables, window: planned, graceMs: query.graceMs ?? 0, emit, late },
    sources,
    outputColumns: outputs.map(({ name, key }) => ({ name, key })),
    engineBound: grouping.engineBound,
    explanation: operator.explanation,
    setUp: (relations) => [...stageStatements(sources, relations.map(empty)), ...operator.setUp()],
    stage: (relations) => stageStatements(sources, relations),
    measure: (closedUntil) => measureStatement(sources, operator.lateBefore(closedUntil)),
    lateRows: (closedUntil) => lateStatement(sources, operator.lateBefore(closedUntil)),
    apply: (closed) => operator.apply(closed),
    emitted: (closed) => operator.emitted(closed),
    compact: () => operator.compact(),
    view: operator.view,
    tearDown: operator.tables.map((table) => timed(`DROP TABLE IF EXISTS ${table}`)),
  };
}
