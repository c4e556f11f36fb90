import { isNode, nodesOf, type SyntaxNode } from '../syntax-tree.ts';
import { isAggregate, mergeable, takesFrame } from './aggregate-functions.ts';
import { WINDOW_END, WINDOW_START } from './column-resolver.ts';
import type { GroupedAggregate, NamedExpression } from './grouping.ts';
import { isHidden, withParameters } from './lambda-parameters.ts';
import { canonical, columnNames, columnReference } from './query-columns.ts';
import { type QueryText, refuse } from './query-text.ts';

/** Gives an expression of the engine's tree back as SQL text. */
type ExpressionText = (expression: SyntaxNode) => Promise<string>;

interface FoundAggregate {
  readonly name: string;
  readonly node: SyntaxNode;
}

export function isAggregateCall(node: SyntaxNode): boolean {
  return (
    node.class === 'FUNCTION' &&
    node.is_operator !== true &&
    isAggregate(String(node.function_name))
  );
}

export function holdsAggregate(expression: unknown): boolean {
  return [...nodesOf(expression)].some(isAggregateCall);
}

/** Whether an expression depends on nothing of a row but its window. */
export function isOfWindow(expression: unknown): boolean {
  const columns = [...nodesOf(expression)].filter((node) => node.class === 'COLUMN_REF');
  return columns.length > 0 && columns.every(isWindowColumn);
}

function isWindowColumn(node: SyntaxNode): boolean {
  const [name, second] = columnNames(node);
  return second === undefined && (name === WINDOW_START || name === WINDOW_END);
}

/**
 * Divides expressions into what is computed per row (keys, arguments of aggregates) and what is computed above the
 * grouping: `overGroups` puts names in place of keys and aggregates, and collects the aggregates.
 */
export class GroupedQuery {
  readonly #text: QueryText;
  readonly #keys: readonly { name: string; node: SyntaxNode; canonical: string }[];
  readonly #aggregates = new Map<string, FoundAggregate>();
  readonly #columns = new Map<string, { name: string; node: SyntaxNode }>();

  constructor(keys: readonly SyntaxNode[], text: QueryText) {
    this.#text = text;
    this.#keys = keys.map((node, index) => ({
      ...{ name: `kawa_key${index}`, node, canonical: canonical(node) },
    }));
  }

  /** The index of the key that an expression is. */
  keyOf(expression: SyntaxNode): number {
    const own = canonical(expression);
    return this.#keys.findIndex((key) => key.canonical === own);
  }

  /** Whether keys and arguments of aggregates are columns as they are; complete once `overGroups` was called for all. */
  get isOfColumns(): boolean {
    const isColumn = (node: unknown): boolean => isNode(node) && node.class === 'COLUMN_REF';
    const calls = [...this.#aggregates.values()].map(({ node }) => node);
    return (
      this.#keys.every(({ node }) => isColumn(node)) &&
      calls.every(({ children, filter }) => {
        return !isNode(filter) && (!Array.isArray(children) || children.every(isColumn));
      })
    );
  }

  overGroups(expression: SyntaxNode): SyntaxNode {
    return this.#visit(expression, new Set()) as SyntaxNode;
  }

  #visit(value: unknown, hidden: ReadonlySet<string>): unknown {
    if (Array.isArray(value)) return value.map((each) => this.#visit(each, hidden));
    if (!isNode(value)) return value;
    const key = typeof value.class === 'string' ? this.#keys[this.keyOf(value)] : undefined;
    if (key !== undefined) return { ...columnReference(key.name), alias: value.alias };
    if (isAggregateCall(value)) return this.#aggregate(value);
    if (isHidden(value, hidden)) return value;
    if (value.class === 'COLUMN_REF' && !isWindowColumn(value)) {
      const name = columnNames(value).at(-1);
      const hint = `put ${name} into GROUP BY, or into an aggregate such as any_value(${name})`;
      const message = `${name} is neither grouped by nor in an aggregate`;
      throw refuse(this.#text, value, message, hint);
    }
    if (value.class === 'SUBQUERY') {
      const hint = 'it can stand in WHERE, or be a table that is joined';
      throw refuse(this.#text, value, 'a sub-query cannot stand above the grouping', hint);
    }
    const inner = withParameters(value, hidden);
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [name, this.#visit(each, inner)]),
    );
  }

  #aggregate(node: SyntaxNode): SyntaxNode {
    for (const inner of nodesOf([node.children, node.filter, node.order_bys])) {
      if (isAggregateCall(inner)) {
        throw refuse(this.#text, inner, 'an aggregate cannot hold another one');
      }
      if (inner.class === 'COLUMN_REF' && isWindowColumn(inner)) {
        const hint = 'use it outside, as in max(time) - window_start';
        throw refuse(this.#text, inner, 'the window is not known inside an aggregate', hint);
      }
      if (inner.class === 'SUBQUERY') {
        throw refuse(this.#text, inner, 'a sub-query cannot stand in an aggregate');
      }
    }
    const own = canonical(node);
    const known = this.#aggregates.get(own);
    const found = known ?? { name: `kawa_agg${this.#aggregates.size}`, node };
    this.#aggregates.set(own, found);
    return { ...columnReference(found.name), alias: node.alias };
  }

  async keys(textOf: ExpressionText): Promise<readonly NamedExpression[]> {
    return Promise.all(
      this.#keys.map(async ({ name, node }) => ({ name, text: await textOf(node) })),
    );
  }

  async aggregates(textOf: ExpressionText): Promise<readonly GroupedAggregate[]> {
    return Promise.all(
      [...this.#aggregates.values()].map(async ({ name, node }) => ({
        name,
        whole: await textOf(this.#overColumns(node, new Set()) as SyntaxNode),
        mergeable: await mergeableOf(node, textOf),
        takesFrame: takesFrame(String(node.function_name)),
      })),
    );
  }

  /** The columns that whole rows are kept in; complete once `aggregates` was called. */
  async columns(textOf: ExpressionText): Promise<readonly NamedExpression[]> {
    return Promise.all(
      [...this.#columns.values()].map(async ({ name, node }) => ({
        ...{ name, text: await textOf(node) },
      })),
    );
  }

  /** An aggregate's call with the names of kept columns in place of the rows' own. */
  #overColumns(value: unknown, hidden: ReadonlySet<string>): unknown {
    if (Array.isArray(value)) return value.map((each) => this.#overColumns(each, hidden));
    if (!isNode(value)) return value;
    if (value.class === 'COLUMN_REF') {
      if (isHidden(value, hidden)) return value;
      const own = canonical(value);
      const known = this.#columns.get(own);
      const column = known ?? {
        ...{ name: `kawa_col${this.#columns.size}`, node: { ...value, alias: '' } },
      };
      this.#columns.set(own, column);
      return { ...columnReference(column.name), alias: value.alias };
    }
    const inner = withParameters(value, hidden);
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [name, this.#overColumns(each, inner)]),
    );
  }
}

async function mergeableOf(
  node: SyntaxNode,
  textOf: ExpressionText,
): Promise<GroupedAggregate['mergeable']> {
  const children = Array.isArray(node.children) ? (node.children as SyntaxNode[]) : [];
  const orders = isNode(node.order_bys) ? node.order_bys.orders : undefined;
  return mergeable({
    name: String(node.function_name).toLowerCase(),
    arguments: await Promise.all(children.map((child) => textOf({ ...child, alias: '' }))),
    condition: isNode(node.filter) ? await textOf(node.filter) : undefined,
    distinct: node.distinct === true,
    ordered: Array.isArray(orders) && orders.length > 0,
  });
}
