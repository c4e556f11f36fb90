import { quoteIdentifier } from '../quote.ts';
import { isNode, type SyntaxNode, textsOf } from '../syntax-tree.ts';
import type { FromClause, FromSource } from './from-clause.ts';
import { IntervalJoin, LEFT_SIDE, RIGHT_SIDE, withinCondition } from './interval-join.ts';
import { columnReference, conjunction, equality } from './query-columns.ts';
import type { QueryShape } from './query-shape.ts';
import { refuse } from './query-text.ts';
import { replaceSource, type StagedSource } from './staged-sources.ts';
import type { StreamNames } from './stream-operator.ts';
import type { LiftedQuery } from './streaming-clauses.ts';
import type { SyntaxPrinter } from './syntax-printer.ts';
import { type TimeBounds, timeBounds } from './time-bounds.ts';

/** Where the rows of a batch are read from, once they are staged. */
export interface StreamInput {
  /** What stands after FROM to read the staged rows, or the joined ones. */
  readonly from: string;
  /** The same over other relations than the staged ones, one for each source. */
  readonly fromOf: (relations: readonly string[]) => string;
  /** Over `from`: a row's event time. */
  readonly time: string;
  /** Over `from`: a column of each row. */
  readonly place: string;
  /** Of two streams. */
  readonly join: IntervalJoin | undefined;
  /** The query's condition, where `from` has not taken it in. */
  readonly where: SyntaxNode | undefined;
}

const WITHIN_NAME = 'kawa_within';
/** Stands in texts for where rows are read from. */
const ROWS = 'kawa_rows';
const HINT =
  'JOIN … WITHIN 30 SECONDS ON …, or a condition such as b.kafka_timestamp BETWEEN a.kafka_timestamp AND a.kafka_timestamp + INTERVAL 30 SECONDS';

export async function streamInputOf(
  query: LiftedQuery,
  { from, where }: QueryShape,
  sources: readonly StagedSource[],
  names: StreamNames,
  printer: SyntaxPrinter,
): Promise<StreamInput> {
  const streams = from.sources.filter(({ stream }) => stream !== undefined);
  const [only] = sources;
  if (only !== undefined && sources.length === 1) {
    if (query.within !== undefined) {
      throw refuse(query, from.tree, 'WITHIN is for joins of two streams', 'leave it out');
    }
    const [source] = streams as [FromSource];
    replaceSource(source.node, ROWS, only.alias);
    const text = await printer.from(from.tree);
    const alias = quoteIdentifier(only.alias);
    const fromOf = ([rows = '']: readonly string[]): string => text.replace(ROWS, () => rows);
    return {
      ...{ from: fromOf([only.table]), fromOf },
      ...{ time: `${alias}.kawa_time`, place: `${alias}.kafka_partition`, join: undefined, where },
    };
  }
  return joinInput(query, from, where, sources, names, printer);
}

async function joinInput(
  query: LiftedQuery,
  from: FromClause,
  where: SyntaxNode | undefined,
  sources: readonly StagedSource[],
  names: StreamNames,
  printer: SyntaxPrinter,
): Promise<StreamInput> {
  const node = from.streamJoin as SyntaxNode;
  const [left, right] = sources as readonly [StagedSource, StagedSource];
  const [leftSource, rightSource] = from.sources.filter(({ stream }) => stream !== undefined) as [
    ...[FromSource, FromSource],
  ];
  if (node.left !== leftSource.node || node.right !== rightSource.node) {
    const hint = 'join the two streams first, then the tables: a JOIN b ON … JOIN table ON …';
    throw refuse(query, node, 'tables stand between the two streams', hint);
  }
  const windowed = [leftSource, rightSource].find(({ window }) => window !== undefined);
  if (windowed !== undefined) {
    const hint = 'join the streams, and put WINDOW TUMBLING (…) or the like behind it';
    throw refuse(query, node, 'TUMBLE, HOP and SESSION cannot stand in a join of streams', hint);
  }
  const isOuter = node.join_type === 'LEFT';
  const isWhole = node === from.tree;
  const taken = isWhole && !isOuter ? where : undefined;
  const { fromMs, toMs } = boundsOf(query, node, where, isOuter, [left, right]);
  rewriteCondition(node, leftSource, rightSource, query.within !== undefined);
  const condition = withinCondition(left.alias, right.alias, fromMs, toMs);
  const textOf = async (type: string): Promise<string> => {
    node.join_type = type;
    return (await printer.from(node)).replace(WITHIN_NAME, () => condition);
  };
  replaceSource(leftSource.node, LEFT_SIDE, left.alias);
  replaceSource(rightSource.node, RIGHT_SIDE, right.alias);
  const join = new IntervalJoin({
    ...{ names, left, right, fromMs, toMs },
    inner: await textOf('INNER'),
    outer: isOuter ? await textOf('LEFT') : undefined,
    where: taken === undefined ? undefined : await printer.expression(taken),
  });
  replaceSource(node, ROWS, 'kawa_joined');
  const text = await printer.from(from.tree);
  return {
    from: text.replace(ROWS, () => join.joined),
    fromOf: ([leftRows = '', rightRows = '']) =>
      text.replace(ROWS, () => `(${join.query(leftRows, rightRows)})`),
    ...{ time: 'kawa_joined.kawa_time', place: 'kawa_joined.kawa_time', join },
    where: taken === undefined ? where : undefined,
  };
}

/** Conditions in WHERE bound an inner join as those in ON do. */
function boundsOf(
  query: LiftedQuery,
  node: SyntaxNode,
  where: SyntaxNode | undefined,
  isOuter: boolean,
  [left, right]: readonly [StagedSource, StagedSource],
): { fromMs: number; toMs: number } {
  const { within } = query;
  if (within !== undefined) return { fromMs: -within.beforeMs, toMs: within.afterMs };
  const time = ({ alias, eventTime }: StagedSource): { alias: string; column: string } => ({
    ...{ alias, column: eventTime.replace(/^"(.*)"$/, '$1').replaceAll('""', '"') },
  });
  const conditions = [node.condition, ...(isOuter ? [] : [where])];
  const bounds = conditions.map((each) => timeBounds(each, time(left), time(right)));
  const { from, to } = bounds.reduce(narrower);
  if (from === undefined || to === undefined) {
    const message = 'a join of two streams has to bound how far apart in time its rows are';
    throw refuse(query, node, message, HINT);
  }
  if (from > to) throw refuse(query, node, 'no two rows fulfil the bounds on their times', HINT);
  return { fromMs: from, toMs: to };
}

function narrower(a: TimeBounds, b: TimeBounds): TimeBounds {
  return {
    from: a.from === undefined ? b.from : Math.max(a.from, b.from ?? a.from),
    to: a.to === undefined ? b.to : Math.min(a.to, b.to ?? a.to),
  };
}

/** One ON condition instead of USING, WITHIN and none. */
function rewriteCondition(
  node: SyntaxNode,
  left: FromSource,
  right: FromSource,
  isWithin: boolean,
): void {
  const parts = [
    ...(isNode(node.condition) ? [node.condition] : []),
    ...textsOf(node.using_columns).map((column) =>
      equality(columnReference(left.alias, column), columnReference(right.alias, column)),
    ),
    ...(isWithin ? [columnReference(WITHIN_NAME)] : []),
  ];
  node.using_columns = [];
  if (parts.length === 0) return;
  node.ref_type = 'REGULAR';
  node.condition = conjunction(parts);
}
