import { isNode, type SyntaxNode, textsOf } from '../syntax-tree.ts';
import { ColumnResolver, type SelectAlias, WINDOW_END, WINDOW_START } from './column-resolver.ts';
import { type FromClause, fromClauseOf } from './from-clause.ts';
import { GroupedQuery, holdsAggregate, isOfWindow } from './grouped-query.ts';
import type { GroupingParts, NamedExpression } from './grouping.ts';
import { columnReference } from './query-columns.ts';
import { type QueryText, refuse } from './query-text.ts';
import { type SelectItem, selectItems, sharedColumns } from './select-list.ts';
import type { StreamCatalog } from './stream-catalog.ts';
import type { OutputColumn } from './stream-plan.ts';
import type { LiftedQuery, WindowClause } from './streaming-clauses.ts';
import type { SyntaxPrinter } from './syntax-printer.ts';

/** What a query asks for, taken apart. */
export interface QueryShape {
  readonly from: FromClause;
  readonly resolver: ColumnResolver;
  readonly window: WindowClause | undefined;
  readonly where: SyntaxNode | undefined;
  /** Undefined for a query that only filters and maps rows. */
  readonly grouping: Omit<GroupingParts, 'where'> | undefined;
  readonly outputs: readonly (NamedExpression & OutputColumn)[];
  readonly startName: string;
  readonly endName: string;
}

interface Output extends SelectItem {
  readonly key: boolean;
}

/** The parts of a query with all names resolved, before it is told what is computed per row and what above the groups. */
interface ResolvedQuery {
  readonly common: Pick<QueryShape, 'from' | 'resolver' | 'window' | 'where'>;
  readonly items: readonly SelectItem[];
  readonly having: SyntaxNode | undefined;
  readonly groups: readonly SyntaxNode[];
}

export async function queryShapeOf(
  query: LiftedQuery,
  select: SyntaxNode,
  catalog: StreamCatalog,
  printer: SyntaxPrinter,
): Promise<QueryShape> {
  const isDistinct = refuseUnfit(select, query);
  const resolved = resolvedQuery(query, select, catalog);
  const { common, items, having, groups } = resolved;
  const expressions = items.map(({ expression }) => expression);
  const isGrouped =
    groups.length > 0 ||
    select.aggregate_handling === 'FORCE_AGGREGATES' ||
    [...expressions, having].some(holdsAggregate);
  if (isDistinct && isGrouped) refuseDistinct(query, select);
  if (isGrouped || isDistinct) {
    const keys = isDistinct ? expressions : groups;
    if (common.from.sources.some((source) => source.window !== undefined)) {
      refuseOpenWindow(keys, query, select);
    }
    return groupedShape(query, resolved, keys, printer);
  }
  if (common.window !== undefined || having !== undefined) throw nothingGrouped(query, select);
  const mapped = items.map((item) => ({ ...item, key: false }));
  const outputs = await named(mapped, printer);
  return { ...common, grouping: undefined, outputs, startName: '', endName: '' };
}

function resolvedQuery(
  query: LiftedQuery,
  select: SyntaxNode,
  catalog: StreamCatalog,
): ResolvedQuery {
  const from = fromClauseOf(select.from_table, catalog, query);
  const window = windowOf(query, from);
  const resolver = new ColumnResolver({
    ...{ sources: from.sources, catalog, text: query, hasWindow: window !== undefined },
    shared: sharedColumns(from),
  });
  resolveJoins(from.tree, resolver);
  const aliases: SelectAlias[] = [];
  const items = selectItems(select.select_list, from, query).map((item): SelectItem => {
    const expression = resolver.resolve(item.expression, aliases);
    if (item.name !== undefined) aliases.push({ name: item.name, expression });
    return { ...item, expression };
  });
  const where = whereOf(select, resolver, aliases, query);
  return {
    ...{ common: { from, resolver, window, where }, items },
    having: isNode(select.having) ? resolver.resolve(select.having, aliases) : undefined,
    groups: groupsOf(select, items, resolver, aliases, query),
  };
}

async function groupedShape(
  query: LiftedQuery,
  { common, items, having }: ResolvedQuery,
  keys: readonly SyntaxNode[],
  printer: SyntaxPrinter,
): Promise<QueryShape> {
  const grouped = new GroupedQuery(
    keys.filter((key) => !isOfWindow(key)),
    query,
  );
  const list = items.map(
    ({ name, expression, written }): Output => ({
      name,
      written,
      expression: grouped.overGroups(expression),
      key: grouped.keyOf(expression) !== -1 || isOfWindow(expression),
    }),
  );
  const all = common.window === undefined ? list : withWindow(list);
  const outputs = await named(all, printer);
  const textOf = (node: SyntaxNode): Promise<string> => printer.expression(node);
  const grouping: Omit<GroupingParts, 'where'> = {
    ...{ outputs, keys: await grouped.keys(textOf) },
    having: having === undefined ? undefined : await textOf(grouped.overGroups(having)),
    aggregates: await grouped.aggregates(textOf),
    columns: await grouped.columns(textOf),
    ofColumns: grouped.isOfColumns,
  };
  const nameOf = (column: string): string =>
    outputs[all.findIndex(({ expression }) => isWindow(expression, column))]?.name ?? '';
  return {
    ...{ ...common, grouping, outputs },
    ...{ startName: nameOf(WINDOW_START), endName: nameOf(WINDOW_END) },
  };
}

/** Refuses what has no meaning in a query that never ends; tells whether it is a SELECT DISTINCT. */
function refuseUnfit(select: SyntaxNode, text: QueryText): boolean {
  const no = (node: unknown, message: string, hint: string): never => {
    throw refuse(text, node, message, hint);
  };
  if (select.type !== 'SELECT_NODE') {
    const hint = 'make a stream of each part, with the same output topic';
    no(select, 'a continuous query is one SELECT, without UNION and the like', hint);
  }
  if (
    isNode(select.cte_map) &&
    Array.isArray(select.cte_map.map) &&
    select.cte_map.map.length > 0
  ) {
    no(
      select,
      'WITH cannot stand in a continuous query',
      'write its query into FROM, or as a view over tables',
    );
  }
  if (isNode(select.qualify)) no(select.qualify, 'QUALIFY cannot be kept up to date', 'use HAVING');
  if (isNode(select.sample))
    no(select.sample, 'a stream cannot be sampled', 'use WHERE random() < 0.1');
  if (Array.isArray(select.group_sets) && select.group_sets.length > 1) {
    no(
      select,
      'GROUPING SETS, CUBE and ROLLUP cannot be kept up to date',
      'make a stream for each grouping',
    );
  }
  let isDistinct = false;
  for (const modifier of Array.isArray(select.modifiers)
    ? (select.modifiers as SyntaxNode[])
    : []) {
    const targets = modifier.distinct_on_targets;
    if (modifier.type === 'DISTINCT_MODIFIER' && Array.isArray(targets) && targets.length === 0) {
      isDistinct = true;
    } else if (modifier.type === 'DISTINCT_MODIFIER') {
      no(
        modifier,
        'DISTINCT ON cannot be kept up to date',
        'use arg_max(value, time) with GROUP BY',
      );
    } else {
      const what = modifier.type === 'ORDER_MODIFIER' ? 'ORDER BY' : 'LIMIT';
      no(
        modifier,
        `${what} has no meaning in a query that never ends`,
        `use ${what} when you read its results`,
      );
    }
  }
  return isDistinct;
}

function windowOf(query: LiftedQuery, from: FromClause): WindowClause | undefined {
  const source = from.sources.find(({ window }) => window !== undefined);
  if (source === undefined) return query.window;
  if (query.window !== undefined) {
    throw refuse(query, source.node, 'the query has two windows', 'leave one of them out');
  }
  return source.window?.window;
}

function resolveJoins(node: SyntaxNode, resolver: ColumnResolver): void {
  // A function such as unnest, or a sub-query, may take columns of what stands before it.
  if (node.type === 'TABLE_FUNCTION' || node.type === 'SUBQUERY') resolver.useWithin(node);
  if (node.type !== 'JOIN') return;
  if (isNode(node.condition)) node.condition = resolver.resolve(node.condition);
  for (const column of textsOf(node.using_columns)) {
    resolver.resolve({ ...columnReference(column) });
  }
  for (const side of [node.left, node.right]) if (isNode(side)) resolveJoins(side, resolver);
}

function whereOf(
  select: SyntaxNode,
  resolver: ColumnResolver,
  aliases: readonly SelectAlias[],
  text: QueryText,
): SyntaxNode | undefined {
  if (!isNode(select.where_clause)) return undefined;
  const where = resolver.resolve(select.where_clause, aliases);
  if (holdsAggregate(where)) {
    throw refuse(text, select.where_clause, 'an aggregate cannot stand in WHERE', 'use HAVING');
  }
  if (
    JSON.stringify(where).includes(`["${WINDOW_START}"]`) ||
    JSON.stringify(where).includes(`["${WINDOW_END}"]`)
  ) {
    throw refuse(text, select.where_clause, 'the window is not known in WHERE', 'use HAVING');
  }
  return where;
}

/** What the query groups by, with the numbers and names of the select list replaced. */
function groupsOf(
  select: SyntaxNode,
  items: readonly SelectItem[],
  resolver: ColumnResolver,
  aliases: readonly SelectAlias[],
  text: QueryText,
): SyntaxNode[] {
  if (select.aggregate_handling === 'FORCE_AGGREGATES') {
    return items.map(({ expression }) => expression).filter((each) => !holdsAggregate(each));
  }
  const groups = Array.isArray(select.group_expressions)
    ? (select.group_expressions as SyntaxNode[])
    : [];
  return groups.map((group) => {
    const ordinal =
      isNode(group.value) && group.class === 'CONSTANT' ? group.value.value : undefined;
    const item = typeof ordinal === 'number' ? items[ordinal - 1] : undefined;
    if (typeof ordinal === 'number' && item === undefined) {
      throw refuse(text, group, `GROUP BY ${ordinal}: the select list has ${items.length} items`);
    }
    const expression = item?.expression ?? resolver.resolve({ ...group, alias: '' }, aliases);
    if (holdsAggregate(expression)) {
      throw refuse(text, group, 'an aggregate cannot be grouped by');
    }
    return expression;
  });
}

function refuseDistinct(text: QueryText, select: SyntaxNode): void {
  const hint = 'a result has each group once; leave DISTINCT out';
  throw refuse(text, select, 'DISTINCT cannot stand beside GROUP BY or aggregates', hint);
}

function nothingGrouped(text: LiftedQuery, select: SyntaxNode): Error {
  const hint = 'add GROUP BY or an aggregate such as count(*)';
  return refuse(text, select, 'a window needs something that is grouped in it', hint);
}

/** As in Flink, a window function only adds columns: it is GROUP BY window_start that groups by the window. */
function refuseOpenWindow(keys: readonly SyntaxNode[], text: QueryText, select: SyntaxNode): void {
  if (keys.some(isOfWindow)) return;
  const hint = 'add window_start, window_end to GROUP BY';
  throw refuse(
    text,
    select,
    'a query over TUMBLE, HOP or SESSION has to group by the window',
    hint,
  );
}

/** The window's columns come first, where they do not stand in the list. */
function withWindow(outputs: readonly Output[]): readonly Output[] {
  const missing = [
    { name: 'window_start', column: WINDOW_START },
    { name: 'window_end', column: WINDOW_END },
  ].filter(({ column }) => !outputs.some(({ expression }) => isWindow(expression, column)));
  const added = missing.map(({ name, column }) => ({
    ...{ name, expression: columnReference(column), written: columnReference(column), key: true },
  }));
  return [...added, ...outputs];
}

function isWindow(expression: SyntaxNode, column: string): boolean {
  const names = textsOf(expression.column_names);
  return expression.class === 'COLUMN_REF' && names.length === 1 && names[0] === column;
}

/** Each output with its text and a name of its own. */
async function named(
  outputs: readonly Output[],
  printer: SyntaxPrinter,
): Promise<readonly (NamedExpression & OutputColumn)[]> {
  const taken = new Set<string>();
  const result: (NamedExpression & OutputColumn)[] = [];
  for (const { name, expression, written, key } of outputs) {
    const text = await printer.expression(expression);
    const wanted = name ?? (await printer.expression(written));
    let free = wanted;
    for (let count = 1; taken.has(free.toLowerCase()); count++) free = `${wanted}_${count}`;
    taken.add(free.toLowerCase());
    result.push({ name: free, text, key });
  }
  return result;
}
