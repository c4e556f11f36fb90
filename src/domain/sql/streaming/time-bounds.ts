import { isNode, type SyntaxNode } from '../syntax-tree.ts';
import { intervalOfNode } from './interval.ts';
import { columnNames, sameName } from './query-columns.ts';

/** How far the right row's time may be from the left one's, in ms; undefined where nothing bounds it. */
export interface TimeBounds {
  readonly from: number | undefined;
  readonly to: number | undefined;
}

/** The column with the event time of one side of a join, `alias.column`. */
export interface TimeColumn {
  readonly alias: string;
  readonly column: string;
}

/** An expression as times of left and right, counted, and an interval. */
interface Linear {
  readonly left: number;
  readonly right: number;
  readonly offsetMs: number;
}

/**
 * What the conjuncts of a condition say of right time less left time. A strict bound counts as one that lets the bound itself
 * through: the condition stays where it is, so bounds have to be no narrower than it.
 */
export function timeBounds(condition: unknown, left: TimeColumn, right: TimeColumn): TimeBounds {
  const linear = (node: unknown): Linear | undefined => linearOf(node, left, right);
  let from: number | undefined;
  let to: number | undefined;
  const bound = (lower: unknown, upper: unknown): void => {
    const difference = differenceOf(linear(lower), linear(upper));
    if (difference === undefined) return;
    // lower <= upper, so their difference is at most zero.
    if (difference.right === 1) to = least(to, 0 - difference.offsetMs, Math.min);
    else from = least(from, difference.offsetMs, Math.max);
  };
  for (const node of conjunctsOf(condition)) {
    const { type } = node;
    if (type === 'COMPARE_BETWEEN') {
      bound(node.lower, node.input);
      bound(node.input, node.upper);
    }
    const isLess = type === 'COMPARE_LESSTHAN' || type === 'COMPARE_LESSTHANOREQUALTO';
    const isGreater = type === 'COMPARE_GREATERTHAN' || type === 'COMPARE_GREATERTHANOREQUALTO';
    if (isLess || type === 'COMPARE_EQUAL') bound(node.left, node.right);
    if (isGreater || type === 'COMPARE_EQUAL') bound(node.right, node.left);
  }
  return { from, to };
}

function conjunctsOf(condition: unknown): SyntaxNode[] {
  if (!isNode(condition)) return [];
  if (condition.type !== 'CONJUNCTION_AND' || !Array.isArray(condition.children))
    return [condition];
  return condition.children.flatMap(conjunctsOf);
}

function least(
  present: number | undefined,
  value: number,
  choose: (a: number, b: number) => number,
): number {
  return present === undefined ? value : choose(present, value);
}

/** One that has one time of each side, with opposite signs. */
function differenceOf(a: Linear | undefined, b: Linear | undefined): Linear | undefined {
  if (a === undefined || b === undefined) return undefined;
  const difference = combined(a, b, -1);
  const isUseful = Math.abs(difference.left) === 1 && difference.left === -difference.right;
  return isUseful ? difference : undefined;
}

function linearOf(node: unknown, left: TimeColumn, right: TimeColumn): Linear | undefined {
  if (!isNode(node)) return undefined;
  if (node.class === 'COLUMN_REF') {
    const [alias = '', column = '', further] = columnNames(node);
    if (further !== undefined) return undefined;
    const is = (time: TimeColumn): boolean =>
      sameName(time.alias, alias) && sameName(time.column, column);
    if (is(left)) return { left: 1, right: 0, offsetMs: 0 };
    return is(right) ? { left: 0, right: 1, offsetMs: 0 } : undefined;
  }
  const length = intervalOfNode(node);
  if (typeof length === 'number') return { left: 0, right: 0, offsetMs: length };
  const sign = node.function_name === '+' ? 1 : -1;
  const isSum = node.class === 'FUNCTION' && (sign === 1 || node.function_name === '-');
  if (!isSum || !Array.isArray(node.children) || node.children.length !== 2) return undefined;
  const [first, second] = node.children.map((child) => linearOf(child, left, right));
  if (first === undefined || second === undefined) return undefined;
  return combined(first, second, sign);
}

function combined(a: Linear, b: Linear, sign: number): Linear {
  return {
    left: a.left + sign * b.left,
    right: a.right + sign * b.right,
    offsetMs: a.offsetMs + sign * b.offsetMs,
  };
}
