import { isNode, nodesOf, type SyntaxNode } from '../syntax-tree.ts';
import { type FromSource, streamWithin } from './from-clause.ts';
import { isHidden, withParameters } from './lambda-parameters.ts';
import {
  columnNames,
  columnReference,
  type FoundColumn,
  findColumn,
  sameName,
} from './query-columns.ts';
import { type QueryText, refuse } from './query-text.ts';
import type { StreamCatalog } from './stream-catalog.ts';

export const WINDOW_START = 'kawa_start';
export const WINDOW_END = 'kawa_end';

const WINDOW_NAMES: Readonly<Record<string, string>> = {
  ...{ window_start: WINDOW_START, windowstart: WINDOW_START },
  ...{ window_end: WINDOW_END, windowend: WINDOW_END },
};

/** A name of the select list, and what it stands for. */
export interface SelectAlias {
  readonly name: string;
  readonly expression: SyntaxNode;
}

export interface ResolverParts {
  readonly sources: readonly FromSource[];
  readonly catalog: StreamCatalog;
  readonly text: QueryText;
  /** Whether the query has a window, and with it window_start and window_end. */
  readonly hasWindow: boolean;
  /** Columns that joins have from both sides by USING. */
  readonly shared: readonly string[];
}

/**
 * Rewrites expressions so that each column of a stream or table is `alias.column`, whatever way it was written, and notes
 * which columns of the streams are used. Names of the select list are replaced by what they stand for.
 */
export class ColumnResolver {
  readonly #parts: ResolverParts;
  readonly #used = new Map<FromSource, Set<string>>();

  constructor(parts: ResolverParts) {
    this.#parts = parts;
  }

  usedColumns(source: FromSource): readonly string[] {
    return [...(this.#used.get(source) ?? [])];
  }

  use(source: FromSource, column: string): void {
    const used = this.#used.get(source) ?? new Set();
    this.#used.set(source, used.add(column));
  }

  /** Notes the columns that something uses which stays as it was written. */
  useWithin(value: unknown): void {
    for (const node of nodesOf(value)) {
      if (node.class !== 'COLUMN_REF') continue;
      for (const { source, column } of findColumn(columnNames(node), this.#parts.sources)) {
        this.use(source as FromSource, column);
      }
    }
  }

  /** A copy of an expression in which all names are resolved. */
  resolve(expression: SyntaxNode, aliases: readonly SelectAlias[] = []): SyntaxNode {
    return this.#visit(expression, aliases, new Set()) as SyntaxNode;
  }

  #visit(value: unknown, aliases: readonly SelectAlias[], hidden: ReadonlySet<string>): unknown {
    if (Array.isArray(value)) return value.map((each) => this.#visit(each, aliases, hidden));
    if (!isNode(value)) return value;
    if (value.class === 'COLUMN_REF') return this.#column(value, aliases, hidden);
    if (value.class === 'SUBQUERY') return this.#subquery(value, aliases, hidden);
    this.#refuseUnfit(value);
    const inner = withParameters(value, hidden);
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [name, this.#visit(each, aliases, inner)]),
    );
  }

  #refuseUnfit(node: SyntaxNode): void {
    const { text } = this.#parts;
    if (node.class === 'WINDOW') {
      const hint = 'WINDOW SLIDING (INTERVAL …) has a result for each row over those before it';
      throw refuse(text, node, 'OVER cannot be kept up to date with a stream', hint);
    }
    if (node.class === 'PARAMETER') {
      const hint = 'write the value itself';
      throw refuse(
        text,
        node,
        'a query with a window, or one that never ends, has no parameters',
        hint,
      );
    }
    if (node.class === 'STAR' || node.class === 'POSITIONAL_REFERENCE') {
      throw refuse(text, node, 'columns are named here one by one', 'write their names');
    }
  }

  #column(
    node: SyntaxNode,
    aliases: readonly SelectAlias[],
    hidden: ReadonlySet<string>,
  ): SyntaxNode {
    const names = columnNames(node);
    const [first = '', second] = names;
    if (isHidden(node, hidden)) return node;
    const found = findColumn(names, this.#parts.sources);
    for (const { source, column } of found) this.use(source as FromSource, column);
    const [only] = found;
    if (only !== undefined && found.length === 1) {
      const { source, column, fields } = only;
      return { ...node, column_names: [source.alias, column, ...fields] };
    }
    if (found.length > 1) return this.#shared(node, found);
    const special = WINDOW_NAMES[(names.at(-1) ?? '').toLowerCase()];
    if (this.#parts.hasWindow && special !== undefined && names.length <= 2) {
      return { ...columnReference(special), alias: node.alias };
    }
    const alias = aliases.find(({ name }) => sameName(name, first));
    if (alias !== undefined && second === undefined) {
      return { ...alias.expression, alias: node.alias };
    }
    return this.#unknown(node, names);
  }

  /** Of a column that USING made one of, the side that is always there. */
  #shared(node: SyntaxNode, found: readonly FoundColumn[]): SyntaxNode {
    const { shared, text } = this.#parts;
    const [{ source: first, column: name, fields } = {}] = found;
    if (!shared.some((each) => sameName(each, name ?? ''))) {
      const hint = `write ${first?.alias}.${name} or the like`;
      throw refuse(text, node, `${name} is a column of several tables of the query`, hint);
    }
    const sure = found.find(({ source }) => !(source as FromSource).optional);
    const alias = (sure?.source ?? first)?.alias ?? '';
    return { ...node, column_names: [alias, name, ...(fields ?? [])] };
  }

  /** What is not known may be a column of a table whose columns are not known. */
  #unknown(node: SyntaxNode, names: readonly string[]): SyntaxNode {
    const { sources, text } = this.#parts;
    if (sources.some(({ columns }) => columns === undefined)) return node;
    const [first = '', second] = names;
    const owner = sources.find(({ alias }) => sameName(alias, first));
    const name = owner === undefined ? names.join('.') : second;
    const all = (owner === undefined ? sources : [owner]).flatMap(({ columns }) => columns ?? []);
    const isWindow = first.toLowerCase() in WINDOW_NAMES;
    const hint = isWindow
      ? 'window_start and window_end are there where the query has a window'
      : `there are ${all.slice(0, 12).join(', ')}`;
    throw refuse(text, node, `there is no column ${name}`, hint);
  }

  /** A sub-query over tables stays as it is; what it may take of the stream outside is kept. */
  #subquery(
    node: SyntaxNode,
    aliases: readonly SelectAlias[],
    hidden: ReadonlySet<string>,
  ): SyntaxNode {
    const { catalog, text } = this.#parts;
    const stream = streamWithin(node, catalog);
    if (stream !== undefined) {
      const hint = 'it may read tables and views; join two streams in FROM';
      throw refuse(text, stream, 'a sub-query cannot read a stream', hint);
    }
    this.useWithin(node.subquery);
    // `x IN (SELECT …)`: x is the stream's.
    return { ...node, child: this.#visit(node.child, aliases, hidden) };
  }
}
