import { isNode, type SyntaxNode, textsOf } from '../syntax-tree.ts';
import type { FromClause, FromSource } from './from-clause.ts';
import { columnNames, columnReference, sameName } from './query-columns.ts';
import { type QueryText, refuse } from './query-text.ts';

/** An item of the select list; the name is undefined where the expression, as it was written, has to give it. */
export interface SelectItem {
  readonly name: string | undefined;
  readonly expression: SyntaxNode;
  readonly written: SyntaxNode;
}

/** The select list, with `*` and `alias.*` written out. */
export function selectItems(
  list: unknown,
  from: FromClause,
  text: QueryText,
): readonly SelectItem[] {
  const items = Array.isArray(list) ? (list as SyntaxNode[]) : [];
  return items.flatMap((item) =>
    item.class === 'STAR' ? starItems(item, from, text) : [itemOf(item)],
  );
}

function itemOf(expression: SyntaxNode): SelectItem {
  const alias = typeof expression.alias === 'string' ? expression.alias : '';
  const column = expression.class === 'COLUMN_REF' ? columnNames(expression).at(-1) : undefined;
  const own = { ...expression, alias: '' };
  return { name: alias === '' ? column : alias, expression: own, written: own };
}

function starItems(star: SyntaxNode, from: FromClause, text: QueryText): SelectItem[] {
  const isPlain =
    star.columns !== true &&
    !isNode(star.expr) &&
    [star.replace_list, star.rename_list].every(
      (each) => !Array.isArray(each) || each.length === 0,
    );
  if (!isPlain) {
    const hint = 'only * and * EXCLUDE (…) can be written out';
    throw refuse(text, star, 'this star cannot stand in a continuous query', hint);
  }
  const relation = typeof star.relation_name === 'string' ? star.relation_name : '';
  const named = from.sources.filter(({ alias }) => relation === '' || sameName(alias, relation));
  if (named.length === 0) throw refuse(text, star, `there is no table ${relation} in the query`);
  const excluded = textsOf(star.exclude_list);
  const seen: string[] = [];
  return named.flatMap((source) =>
    columnsOf(source, star, text).flatMap((column) => {
      const isShared =
        relation === '' && sharedColumns(from).some((each) => sameName(each, column));
      const isRepeated = isShared && seen.some((each) => sameName(each, column));
      seen.push(column);
      if (isRepeated || excluded.some((each) => sameName(each, column))) return [];
      const expression = columnReference(source.alias, column);
      return [{ name: column, expression, written: expression }];
    }),
  );
}

function columnsOf(
  { columns, alias }: FromSource,
  star: SyntaxNode,
  text: QueryText,
): readonly string[] {
  if (columns !== undefined) return columns;
  throw refuse(text, star, `the columns of ${alias} are not known`, 'write their names');
}

/** Columns that a USING clause makes one of. */
export function sharedColumns({ tree }: Pick<FromClause, 'tree'>): readonly string[] {
  if (tree.type !== 'JOIN') return [];
  return [
    ...textsOf(tree.using_columns),
    ...[tree.left, tree.right].flatMap((side) =>
      isNode(side) ? sharedColumns({ tree: side }) : [],
    ),
  ];
}
