import type { DuckDBConnection } from '@duckdb/node-api';
import { isNode, type SyntaxNode } from '../../domain/sql/syntax-tree.ts';

interface ParseContext {
  readonly source?: string;
}

const rawJson = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON;

/** Numbers beyond 2^53 stay as they are written; places in the text, which may be 2^64 - 1, are of no use any more. */
function exact(key: string, value: unknown, context?: ParseContext): unknown {
  if (key === 'query_location') return 0;
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  return /^-?\d+$/.test(context?.source ?? '') ? rawJson(context?.source as string) : value;
}

/** As JSON.parse, with numbers as they are written; places are kept where they are places. */
export function exactJson(text: string): unknown {
  return JSON.parse(text, (key: string, value: unknown, context?: ParseContext) =>
    key === 'query_location' && Number.isSafeInteger(value) ? value : exact(key, value, context),
  );
}

/** The syntax tree of a SELECT, undefined for anything else and for what does not parse. */
export async function parseSelect(
  connection: DuckDBConnection,
  sql: string,
): Promise<SyntaxNode | undefined> {
  const result = await connection.runAndReadAll('SELECT json_serialize_sql($1::VARCHAR)', [sql]);
  const [[text] = [null]] = result.getRows();
  const tree = JSON.parse(String(text), exact) as unknown;
  return isNode(tree) && tree.error === false ? tree : undefined;
}

export async function sqlText(connection: DuckDBConnection, tree: SyntaxNode): Promise<string> {
  const json = JSON.stringify(tree);
  const result = await connection.runAndReadAll('SELECT json_deserialize_sql($1::JSON)', [json]);
  const [[text] = [null]] = result.getRows();
  return String(text);
}

/** The query's own node of a tree of one statement. */
export function queryNode(tree: SyntaxNode): SyntaxNode {
  const [statement] = tree.statements as [SyntaxNode];
  return statement.node as SyntaxNode;
}
