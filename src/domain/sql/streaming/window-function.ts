import { isNode, type SyntaxNode } from '../syntax-tree.ts';
import { intervalOfNode } from './interval.ts';
import { columnNames } from './query-columns.ts';
import { type QueryText, refuse } from './query-text.ts';
import type { WindowClause } from './streaming-clauses.ts';

/** TUMBLE, HOP or SESSION in a FROM clause. */
export interface WindowFunction {
  readonly table: string;
  /** The column with the event time. */
  readonly time: SyntaxNode;
  readonly window: WindowClause;
}

const FORMS: Readonly<Record<string, string>> = {
  tumble: 'TUMBLE(stream, time, INTERVAL 1 MINUTE)',
  hop: 'HOP(stream, time, hop, size), as in HOP(stream, time, INTERVAL 10 SECONDS, INTERVAL 1 MINUTE)',
  session: 'SESSION(stream, time, INTERVAL 20 SECONDS)',
};
/** Names that arguments may be given with `=>`, in the places they have without. */
const PLACES: Readonly<Record<string, number>> = {
  ...{ data: 0, table: 0, timecol: 1, time: 1 },
  ...{ size: 2, gap: 2, slide: 2, hop: 2 },
};

export function isWindowFunction(node: SyntaxNode): boolean {
  return nameOf(node) in FORMS || nameOf(node) === 'cumulate';
}

function nameOf(node: SyntaxNode): string {
  return isNode(node.function) ? String(node.function.function_name).toLowerCase() : '';
}

export function windowFunctionOf(node: SyntaxNode, text: QueryText): WindowFunction {
  const name = nameOf(node);
  const hint = FORMS[name];
  if (hint === undefined) {
    const other = 'TUMBLE, HOP and SESSION are';
    throw refuse(text, node, 'CUMULATE windows are not supported', other);
  }
  const given = placed(name, (node.function as SyntaxNode).children as SyntaxNode[]);
  const wanted = name === 'hop' ? 4 : 3;
  const [table, time, first, second, ...others] = given;
  const missing = given.length < wanted || given.includes(undefined) || others.length > 0;
  if (missing || (name !== 'hop' && second !== undefined)) {
    throw refuse(text, node, `${name.toUpperCase()} takes ${wanted} arguments`, hint);
  }
  const tableName = columnNames(table as SyntaxNode).at(-1);
  if (tableName === undefined) throw refuse(text, node, 'the first argument names a stream', hint);
  const lengths = [first, second].map((each) => lengthOf(each, text, hint));
  const [size = 0, last = 0] = lengths;
  return {
    table: tableName,
    time: descriptorColumn(time as SyntaxNode),
    window: windowOf(name, size, last, () =>
      refuse(text, first ?? second, 'the hop has to be no longer than the size', hint),
    ),
  };
}

function windowOf(name: string, first: number, second: number, tooLong: () => Error): WindowClause {
  if (name === 'session') return { kind: 'session', gapMs: first };
  if (name === 'tumble') return { kind: 'hopping', sizeMs: first, advanceMs: first };
  if (first > second) throw tooLong();
  return { kind: 'hopping', sizeMs: second, advanceMs: first };
}

/** Arguments in their places; those with names go where the name tells. */
function placed(name: string, children: readonly SyntaxNode[]): (SyntaxNode | undefined)[] {
  const result: (SyntaxNode | undefined)[] = [];
  for (const [index, child] of children.entries()) {
    const label = typeof child.alias === 'string' ? child.alias.toLowerCase() : '';
    const place = name === 'hop' && label === 'size' ? 3 : (PLACES[label] ?? index);
    result[place] = child;
  }
  return Array.from(result);
}

function descriptorColumn(node: SyntaxNode): SyntaxNode {
  const isDescriptor =
    node.class === 'FUNCTION' && String(node.function_name).toLowerCase() === 'descriptor';
  const [column] = isDescriptor ? (node.children as SyntaxNode[]) : [node];
  return { ...(column ?? node), alias: '' };
}

function lengthOf(node: SyntaxNode | undefined, text: QueryText, hint: string): number | undefined {
  if (node === undefined) return undefined;
  const length = intervalOfNode(node);
  if (length === 'calendar') {
    const other = 'use days, as in INTERVAL 30 DAYS';
    throw refuse(text, node, 'months and years have no fixed length', other);
  }
  if (typeof length !== 'number' || length <= 0) {
    throw refuse(text, node, 'a constant interval longer than nothing is expected here', hint);
  }
  return length;
}
