import type { DuckDBConnection } from '@duckdb/node-api';
import { viewQuery } from '../../domain/sql/query-part.ts';
import { quoteIdentifier } from '../../domain/sql/quote.ts';
import { namesIn } from '../../domain/sql/statements.ts';
import type { SyntaxNode } from '../../domain/sql/syntax-tree.ts';
import { type TopicReference, topicReferences } from '../../domain/sql/topic-references.ts';
import { parseSelect, queryNode } from './syntax-json.ts';

/** More views than this in one query are left as they are, as are those within themselves. */
const EXPANSIONS_MAX = 100;

/**
 * Puts the queries of users' views in their place, so that bounds reach the topics in them. `own` are the tables and views of
 * users by their names in lower case, the tables with an empty text.
 */
export async function expandViews(
  connection: DuckDBConnection,
  tree: SyntaxNode,
  own: ReadonlyMap<string, string>,
): Promise<void> {
  const seen = new Set<SyntaxNode>();
  for (let count = 0; count < EXPANSIONS_MAX; count++) {
    const views = topicReferences(tree, (name) =>
      (own.get(name.toLowerCase()) ?? '') === '' ? undefined : name,
    );
    const next = views.find(({ node }) => !seen.has(node));
    if (next === undefined) return;
    seen.add(next.node);
    await expand(connection, next, own.get(next.topic.toLowerCase()) ?? '');
  }
}

async function expand(
  connection: DuckDBConnection,
  { node, alias, hidden }: TopicReference,
  sql: string,
): Promise<void> {
  const query = viewQuery(sql);
  if (query === undefined) return;
  // A name in the view is not the common table expression of that name in the query.
  for (const name of namesIn(query)) if (hidden.has(name.toLowerCase())) return;
  const parsed = await parseSelect(
    connection,
    `SELECT * FROM (${query}) AS ${quoteIdentifier(alias)}`,
  );
  if (parsed === undefined) return;
  const table = queryNode(parsed).from_table as SyntaxNode;
  for (const name of Object.keys(node)) delete node[name];
  Object.assign(node, table);
}
