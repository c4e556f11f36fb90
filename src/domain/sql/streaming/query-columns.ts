import { isNode, type SyntaxNode, textsOf } from '../syntax-tree.ts';

/** A table or stream of a FROM clause, with the columns it is known to have. */
export interface ColumnSource {
  readonly alias: string;
  /** Undefined when they are not known: of a sub-query. */
  readonly columns: readonly string[] | undefined;
}

export interface FoundColumn {
  readonly source: ColumnSource;
  readonly column: string;
  /** Fields within the column. */
  readonly fields: readonly string[];
}

export function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

export function columnNames(node: SyntaxNode): string[] {
  return textsOf(node.column_names);
}

/** Which column a reference means: `alias.column`, or a column that only one source has. Several are an ambiguity. */
export function findColumn(
  names: readonly string[],
  sources: readonly ColumnSource[],
): FoundColumn[] {
  const [first = '', second, ...rest] = names;
  if (second !== undefined) {
    const source = sources.find(({ alias }) => sameName(alias, first));
    const column = columnOf(source, second) ?? (source?.columns === undefined ? second : undefined);
    if (source !== undefined && column !== undefined) return [{ source, column, fields: rest }];
  }
  return sources.flatMap((source) => {
    const column = columnOf(source, first);
    return column === undefined ? [] : [{ source, column, fields: names.slice(1) }];
  });
}

function columnOf(source: ColumnSource | undefined, name: string): string | undefined {
  return source?.columns?.find((column) => sameName(column, name));
}

export function columnReference(...names: readonly string[]): SyntaxNode {
  return {
    ...{ class: 'COLUMN_REF', type: 'COLUMN_REF', alias: '', query_location: 0 },
    column_names: [...names],
  };
}

export function equality(left: SyntaxNode, right: SyntaxNode): SyntaxNode {
  return { class: 'COMPARISON', type: 'COMPARE_EQUAL', alias: '', query_location: 0, left, right };
}

export function conjunction(children: readonly SyntaxNode[]): SyntaxNode {
  const [only] = children;
  if (only !== undefined && children.length === 1) return only;
  const type = 'CONJUNCTION_AND';
  return { class: 'CONJUNCTION', type, alias: '', query_location: 0, children: [...children] };
}

/** A text that is the same for expressions that mean the same as written, whatever they are called. */
export function canonical(expression: SyntaxNode): string {
  return JSON.stringify({ ...expression, alias: '' }, (name, value: unknown) => {
    if (name === 'query_location') return undefined;
    if (name === 'column_names') return textsOf(value).map((each) => each.toLowerCase());
    return name === 'function_name' ? String(value).toLowerCase() : value;
  });
}

/** Where a node stands in the text the engine parsed, in bytes of UTF-8. */
export function locationOf(node: unknown): number | undefined {
  if (!isNode(node)) return undefined;
  const location = node.query_location;
  return typeof location === 'number' && Number.isSafeInteger(location) ? location : undefined;
}
