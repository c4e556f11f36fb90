import { passedBounds } from './passed-bounds.ts';
import { type ScanBound, scanBounds } from './scan-bounds.ts';
import { isNode, nodesOf, type SyntaxNode, textsOf } from './syntax-tree.ts';

/** Where a query names a topic as a table. */
export interface TopicReference {
  /** The node of the table, to be replaced in place. */
  readonly node: SyntaxNode;
  readonly topic: string;
  readonly alias: string;
  readonly bounds: readonly ScanBound[];
  /** Whether nothing in the result depends on the order of the rows. */
  readonly unordered: boolean;
  /** Names of common table expressions where it stands, in lower case. */
  readonly hidden: ReadonlySet<string>;
}

interface SelectContext {
  readonly where: unknown;
  readonly onlyTable: boolean;
  readonly unordered: boolean;
  /** What the query around this one says of its rows. */
  readonly around: Around;
}

interface Around {
  readonly bounds: readonly ScanBound[];
  readonly unordered: boolean;
}

const NOTHING_AROUND: Around = { bounds: [], unordered: false };

const ORDERED_FUNCTIONS = new Set([
  ...['first', 'last', 'any_value', 'arbitrary', 'list', 'array_agg', 'string_agg', 'group_concat'],
  ...['listagg', 'arg_min', 'arg_max', 'min_by', 'max_by', 'mode', 'histogram', 'json_group_array'],
]);
const AGGREGATES = new Set([
  ...['count', 'count_star', 'sum', 'avg', 'mean', 'min', 'max', 'approx_count_distinct', 'median'],
  ...[
    'stddev',
    'stddev_samp',
    'stddev_pop',
    'variance',
    'var_samp',
    'var_pop',
    'bool_and',
    'bool_or',
  ],
]);

/** Finds the topics, or the views, a query reads; names of common table expressions hide topics. */
export function topicReferences(
  statement: unknown,
  topicOf: (name: string) => string | undefined,
): TopicReference[] {
  const found: TopicReference[] = [];
  visit(statement, new Set(), undefined, topicOf, found, NOTHING_AROUND);
  return found;
}

function visit(
  value: unknown,
  hidden: ReadonlySet<string>,
  context: SelectContext | undefined,
  topicOf: (name: string) => string | undefined,
  found: TopicReference[],
  around: Around,
): void {
  if (Array.isArray(value)) {
    for (const each of value) visit(each, hidden, context, topicOf, found, NOTHING_AROUND);
    return;
  }
  if (!isNode(value)) return;
  if (value.type === 'BASE_TABLE') {
    const reference = referenceOf(value, hidden, context, topicOf);
    if (reference !== undefined) found.push(reference);
    return;
  }
  const names = commonTables(value);
  const inside = names.length === 0 ? hidden : new Set([...hidden, ...names]);
  if (value.type === 'SUBQUERY' && value.class === undefined && isNode(value.subquery)) {
    const node = value.subquery.node;
    visit(node, inside, undefined, topicOf, found, aroundOf(value, node, context));
    return;
  }
  const within = value.type === 'SELECT_NODE' ? contextOf(value, around) : context;
  for (const each of Object.values(value)) {
    visit(each, inside, within, topicOf, found, NOTHING_AROUND);
  }
}

/** What a query's conditions say of the rows of a sub-query it reads. */
function aroundOf(table: SyntaxNode, query: unknown, context: SelectContext | undefined): Around {
  if (context === undefined || isNode(table.sample)) return NOTHING_AROUND;
  if (textsOf(table.column_name_alias).length > 0) return NOTHING_AROUND;
  const { where, onlyTable, around } = context;
  const own = scanBounds(where, String(table.alias), onlyTable);
  return passedBounds(query, {
    bounds: onlyTable ? [...own, ...around.bounds] : own,
    unordered: context.unordered,
  });
}

function commonTables(node: SyntaxNode): string[] {
  const own = node.type === 'RECURSIVE_CTE_NODE' ? [String(node.cte_name).toLowerCase()] : [];
  if (!isNode(node.cte_map) || !Array.isArray(node.cte_map.map)) return own;
  const keys = node.cte_map.map.map((entry) => String((entry as SyntaxNode).key).toLowerCase());
  return [...own, ...keys];
}

function contextOf(select: SyntaxNode, around: Around): SelectContext {
  const from = select.from_table;
  const functions = new Set<string>();
  for (const node of nodesOf([select.select_list, select.having])) {
    if (node.class === 'FUNCTION') functions.add(String(node.function_name).toLowerCase());
  }
  const groups = Array.isArray(select.group_expressions) && select.group_expressions.length > 0;
  const aggregates = [...functions].some((name) => AGGREGATES.has(name));
  const ordered = [...functions].some((name) => ORDERED_FUNCTIONS.has(name));
  return {
    where: select.where_clause,
    onlyTable: isNode(from) && (from.type === 'BASE_TABLE' || from.type === 'SUBQUERY'),
    unordered: (groups || aggregates || around.unordered) && !ordered,
    around,
  };
}

function referenceOf(
  node: SyntaxNode,
  hidden: ReadonlySet<string>,
  context: SelectContext | undefined,
  topicOf: (name: string) => string | undefined,
): TopicReference | undefined {
  const name = String(node.table_name);
  const qualified = textsOf([node.catalog_name, node.schema_name]).some((part) => part !== '');
  if (qualified || hidden.has(name.toLowerCase())) return undefined;
  // Samples and renamed columns are left to the topic's view.
  if (isNode(node.sample) || textsOf(node.column_name_alias).length > 0) return undefined;
  const topic = topicOf(name);
  if (topic === undefined) return undefined;
  const alias = typeof node.alias === 'string' && node.alias !== '' ? node.alias : name;
  const onlyTable = context?.onlyTable ?? false;
  const own = scanBounds(context?.where, alias, onlyTable);
  const bounds = onlyTable ? [...own, ...(context?.around.bounds ?? [])] : own;
  return { node, topic, alias, bounds, unordered: context?.unordered ?? false, hidden };
}

/** Which fields a query may use; undefined for all of them. */
export function usedNames(
  statement: unknown,
  aliases: readonly string[],
): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  for (const node of nodesOf(statement)) {
    if (node.class === 'STAR' || node.class === 'POSITIONAL_REFERENCE') return undefined;
    if (node.type === 'JOIN' && node.ref_type === 'NATURAL') return undefined;
    for (const name of [...textsOf(node.column_names), ...textsOf(node.using_columns)]) {
      names.add(name.toLowerCase());
    }
  }
  // A table's own name as a value is the whole row.
  return aliases.some((alias) => isRowUsed(statement, alias.toLowerCase())) ? undefined : names;
}

function isRowUsed(statement: unknown, alias: string): boolean {
  for (const node of nodesOf(statement)) {
    if (node.class === 'COLUMN_REF' && textsOf(node.column_names).at(-1)?.toLowerCase() === alias) {
      return true;
    }
  }
  return false;
}
