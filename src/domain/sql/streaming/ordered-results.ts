import { isNode, type SyntaxNode } from '../syntax-tree.ts';
import { columnReference } from './query-columns.ts';

const RESULTS = 'kawa_results';

/** Takes ORDER BY and LIMIT off a SELECT that is made into a plan: they are for reading its results. */
export function takeOrder(select: SyntaxNode): readonly SyntaxNode[] {
  const all = Array.isArray(select.modifiers) ? (select.modifiers as SyntaxNode[]) : [];
  const isOrder = ({ type }: SyntaxNode): boolean => type !== 'DISTINCT_MODIFIER';
  select.modifiers = all.filter((modifier) => !isOrder(modifier));
  return all.filter(isOrder);
}

/**
 * A SELECT of results with what was taken off. `listed` are the result's columns that the user's own list has: `ORDER BY 1`
 * is the first of them, though the window's columns may stand before it.
 */
export async function orderedResults(
  results: string,
  modifiers: readonly SyntaxNode[],
  listed: readonly string[],
  textOf: (modifiers: readonly SyntaxNode[], table: string) => Promise<string>,
): Promise<string> {
  if (modifiers.length === 0) return results;
  const named = modifiers.map((modifier) => ({
    ...modifier,
    ...(Array.isArray(modifier.orders) && {
      orders: (modifier.orders as SyntaxNode[]).map((order) => ({
        ...order,
        expression: namedOrdinal(order.expression, listed),
      })),
    }),
  }));
  const text = await textOf(named, RESULTS);
  return text.replace(RESULTS, () => `(${results}) AS ${RESULTS}`);
}

function namedOrdinal(expression: unknown, listed: readonly string[]): unknown {
  if (!isNode(expression) || expression.class !== 'CONSTANT' || !isNode(expression.value)) {
    return expression;
  }
  const name = listed[Number(expression.value.value) - 1];
  return name === undefined ? expression : columnReference(name);
}
