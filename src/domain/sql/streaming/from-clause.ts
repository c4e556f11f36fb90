import { isNode, nodesOf, type SyntaxNode, textsOf } from '../syntax-tree.ts';
import { type QueryText, refuse } from './query-text.ts';
import type { KnownStream, StreamCatalog } from './stream-catalog.ts';
import { isWindowFunction, type WindowFunction, windowFunctionOf } from './window-function.ts';

/** A table or stream that a query reads. */
export interface FromSource {
  /** The node of it, to be replaced in place. */
  readonly node: SyntaxNode;
  readonly alias: string;
  readonly columns: readonly string[] | undefined;
  readonly stream?: KnownStream;
  /** Of a stream in TUMBLE, HOP or SESSION. */
  readonly window?: WindowFunction;
  /** Whether its rows may be missing from the join's: the other side of an outer join. */
  readonly optional: boolean;
}

export interface FromClause {
  readonly tree: SyntaxNode;
  readonly sources: readonly FromSource[];
  readonly tables: readonly string[];
  /** The join of the two streams, where there are two. */
  readonly streamJoin: SyntaxNode | undefined;
}

const HINT_NESTED =
  'make a stream or view of the inner query first (CREATE MATERIALIZED VIEW …), and read its topic or table here';

export function fromClauseOf(tree: unknown, catalog: StreamCatalog, text: QueryText): FromClause {
  const sources: FromSource[] = [];
  const tables: string[] = [];
  const joins: SyntaxNode[] = [];
  const visit = (node: SyntaxNode, optional: boolean): void => {
    if (node.type === 'JOIN') {
      const sides = sidesOf(node, text);
      visit(node.left as SyntaxNode, optional || sides.left);
      visit(node.right as SyntaxNode, optional || sides.right);
      joins.push(node);
      return;
    }
    sources.push(sourceOf(node, optional, catalog, text, tables));
  };
  if (!isNode(tree) || tree.type === 'EMPTY') {
    throw refuse(text, tree, 'the query reads no stream', 'FROM names a topic or a stream');
  }
  visit(tree, false);
  const streams = sources.filter(({ stream }) => stream !== undefined);
  const [first, second, third] = streams;
  if (first === undefined) {
    throw refuse(
      text,
      tree,
      'the query reads tables only, no stream',
      'FROM names a topic or a stream; a query over tables is an ordinary SELECT or a view',
    );
  }
  if (third !== undefined) {
    const hint = 'join two of them into a topic first (CREATE MATERIALIZED VIEW … WITH (topic=…))';
    throw refuse(text, third.node, 'at most two streams can be joined', hint);
  }
  const streamJoin =
    second === undefined ? undefined : joins.find((join) => holdsBoth(join, first, second));
  refuseMissing(streams, streamJoin, text);
  return { tree, sources, tables, streamJoin };
}

/** Which sides of a join may be missing from its rows. */
function sidesOf(join: SyntaxNode, text: QueryText): { left: boolean; right: boolean } {
  if (join.ref_type === 'NATURAL') {
    const hint = 'name the columns: JOIN … USING (…)';
    throw refuse(text, join, 'a NATURAL join depends on all columns of a stream', hint);
  }
  if (join.ref_type === 'POSITIONAL' || join.ref_type === 'DEPENDENT') {
    throw refuse(text, join, `a ${join.ref_type} join cannot be kept up to date with a stream`);
  }
  const type = String(join.join_type);
  if (!['INNER', 'LEFT', 'RIGHT', 'FULL', 'SEMI', 'ANTI'].includes(type)) {
    throw refuse(text, join, `a ${type} join cannot be kept up to date with a stream`);
  }
  return {
    left: type === 'RIGHT' || type === 'FULL',
    right: type !== 'INNER' && type !== 'RIGHT',
  };
}

function refuseMissing(
  streams: readonly FromSource[],
  streamJoin: SyntaxNode | undefined,
  text: QueryText,
): void {
  const [first, second] = streams;
  const isLeft = streamJoin?.join_type === 'LEFT' || streamJoin?.join_type === 'INNER';
  const refused =
    second === undefined ? first?.optional === true : !isLeft || first?.optional === true;
  if (!refused) return;
  const message =
    second === undefined
      ? 'a stream cannot stand on the side of an outer join that may be missing: whether a row is missing is never certain'
      : 'two streams can be joined by JOIN and LEFT JOIN';
  throw refuse(
    text,
    streamJoin ?? first?.node,
    message,
    'put the stream on the left, as in stream LEFT JOIN …',
  );
}

function sourceOf(
  node: SyntaxNode,
  optional: boolean,
  catalog: StreamCatalog,
  text: QueryText,
  tables: string[],
): FromSource {
  const given = typeof node.alias === 'string' && node.alias !== '' ? node.alias : undefined;
  if (isNode(node.sample)) throw refuse(text, node, 'a stream cannot be sampled');
  if (node.type === 'TABLE_FUNCTION' && isWindowFunction(node)) {
    const window = windowFunctionOf(node, text);
    const stream = catalog.find(window.table);
    if (stream?.kind !== 'stream') throw unknown(node, window.table, stream !== undefined, text);
    const alias = given ?? window.table;
    return { ...{ node, alias, optional, stream, window }, columns: stream.columns };
  }
  if (node.type === 'BASE_TABLE') {
    const name = String(node.table_name);
    const isQualified = textsOf([node.catalog_name, node.schema_name]).some((part) => part !== '');
    const known = isQualified ? undefined : catalog.find(name);
    const alias = given ?? name;
    if (isQualified) return { ...{ node, alias, optional }, columns: undefined };
    if (known === undefined) throw unknown(node, name, false, text);
    if (textsOf(node.column_name_alias).length > 0) {
      throw refuse(
        text,
        node,
        'columns of a stream cannot be renamed here',
        'use AS in the select list',
      );
    }
    if (known.kind === 'table') tables.push(name);
    const { columns } = known;
    return { node, alias, optional, columns, ...(known.kind === 'stream' && { stream: known }) };
  }
  const inner = streamWithin(node, catalog);
  if (inner !== undefined) {
    throw refuse(text, inner, 'a stream cannot be read in a sub-query', HINT_NESTED);
  }
  const columns = textsOf(node.column_name_alias);
  return { node, alias: given ?? '', optional, columns: columns.length > 0 ? columns : undefined };
}

/** A stream that something reads which is not the FROM clause itself. */
export function streamWithin(value: unknown, catalog: StreamCatalog): SyntaxNode | undefined {
  for (const node of nodesOf(value)) {
    if (node.type === 'TABLE_FUNCTION' && isWindowFunction(node)) return node;
    if (node.type !== 'BASE_TABLE') continue;
    if (catalog.find(String(node.table_name))?.kind === 'stream') return node;
  }
  return undefined;
}

function unknown(node: SyntaxNode, name: string, isTable: boolean, text: QueryText): Error {
  if (isTable) {
    const hint = 'name a topic or a stream';
    return refuse(text, node, `${name} is a table, and windows are over streams`, hint);
  }
  const hint = 'SHOW TABLES and SHOW STREAMS list what there is';
  return refuse(text, node, `there is no topic, stream or table ${name}`, hint);
}

function holdsBoth(join: SyntaxNode, first: FromSource, second: FromSource): boolean {
  const holds = (side: unknown, source: FromSource): boolean =>
    [...nodesOf(side)].includes(source.node);
  return (
    (holds(join.left, first) && holds(join.right, second)) ||
    (holds(join.left, second) && holds(join.right, first))
  );
}
