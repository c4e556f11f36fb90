import type { ScanBound } from './scan-bounds.ts';
import { isNode, nodesOf, type SyntaxNode, textsOf } from './syntax-tree.ts';

export interface RowUse {
  readonly bounds: readonly ScanBound[];
  /** Whether the order of the rows matters to nobody. */
  readonly unordered: boolean;
}

const NOTHING: RowUse = { bounds: [], unordered: false };

/**
 * What holds within a query of the rows of its result: the bounds of columns that it gives as it reads them. Only of a
 * query that gives a row for each it reads, so that a row left out early is one left out late.
 */
export function passedBounds(query: unknown, { bounds, unordered }: RowUse): RowUse {
  if (!isNode(query) || query.type !== 'SELECT_NODE' || !givesRowsAsTheyAre(query)) return NOTHING;
  return { bounds: bounds.filter(({ column }) => passes(query.select_list, column)), unordered };
}

function givesRowsAsTheyAre(select: SyntaxNode): boolean {
  const { modifiers, group_expressions: groups, group_sets: sets } = select;
  if (select.aggregate_handling !== 'STANDARD_HANDLING') return false;
  if ([select.having, select.qualify, select.sample].some(isNode)) return false;
  if ([groups, sets].some((each) => !Array.isArray(each) || each.length > 0)) return false;
  const sorted = Array.isArray(modifiers) ? modifiers : [undefined];
  if (!sorted.every((each) => isNode(each) && each.type === 'ORDER_MODIFIER')) return false;
  for (const { class: kind } of nodesOf(select.select_list)) if (kind === 'WINDOW') return false;
  return true;
}

/** Whether exactly one column of the result has the name, and is the column that is read. */
function passes(selectList: unknown, column: string): boolean {
  if (!Array.isArray(selectList)) return false;
  const named = selectList.filter((item) => isNode(item) && mayBeNamed(item, column));
  const [item] = named as SyntaxNode[];
  if (named.length !== 1 || item === undefined) return false;
  if (item.class === 'STAR') return isWholeStar(item);
  return item.class === 'COLUMN_REF' && lastName(item) === column;
}

function mayBeNamed(item: SyntaxNode, column: string): boolean {
  if (item.class === 'STAR') return true;
  if (typeof item.alias === 'string' && item.alias !== '')
    return item.alias.toLowerCase() === column;
  return item.class === 'COLUMN_REF' && lastName(item) === column;
}

function lastName(item: SyntaxNode): string | undefined {
  return textsOf(item.column_names).at(-1)?.toLowerCase();
}

function isWholeStar(star: SyntaxNode): boolean {
  const lists = [
    star.exclude_list,
    star.replace_list,
    star.qualified_exclude_list,
    star.rename_list,
  ];
  const plain = lists.every((list) => Array.isArray(list) && list.length === 0);
  return plain && star.columns === false && !isNode(star.expr);
}
