import type { DuckDBConnection } from '@duckdb/node-api';
import { SqlError } from '../../domain/sql/sql-error.ts';
import type { LiftedQuery } from '../../domain/sql/streaming/streaming-clauses.ts';
import type { SyntaxPrinter } from '../../domain/sql/streaming/syntax-printer.ts';
import { isNode, type SyntaxNode } from '../../domain/sql/syntax-tree.ts';
import { positionAt } from '../../domain/sql/token-cursor.ts';
import { exactJson, parseSelect, queryNode, sqlText } from './syntax-json.ts';

/** The SELECT's own node, with its places in the text; an SqlError for what does not parse. */
export async function parseStreamQuery(
  connection: DuckDBConnection,
  { sql, original }: LiftedQuery,
): Promise<SyntaxNode> {
  const result = await connection.runAndReadAll('SELECT json_serialize_sql($1::VARCHAR)', [sql]);
  const [[text] = [null]] = result.getRows();
  const tree = exactJson(String(text));
  if (isNode(tree) && tree.error === false) return queryNode(tree);
  const { error_message: message = '', position } = isNode(tree) ? tree : {};
  const at = typeof position === 'string' ? Number(position) : undefined;
  const isOther = /Only SELECT/.test(String(message));
  throw new SqlError('SYNTAX', isOther ? 'a continuous query is a SELECT' : String(message), {
    ...(at !== undefined && Number.isInteger(at) && { position: positionAt(original, at) }),
  });
}

/** Trees of the engine's back to text, a part at a time. */
export class EngineSyntaxPrinter implements SyntaxPrinter {
  readonly #connection: DuckDBConnection;
  #frame: Promise<SyntaxNode> | undefined;

  constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  async expression(node: SyntaxNode): Promise<string> {
    const text = await this.#text({ select_list: [{ ...node, alias: '' }] });
    return text.slice('SELECT '.length);
  }

  async from(node: SyntaxNode): Promise<string> {
    const text = await this.#text({ from_table: node });
    return text.slice('SELECT NULL FROM '.length);
  }

  /** A SELECT of all columns of a table, with what stands behind WHERE and GROUP BY. */
  async selectOf(table: string, modifiers: readonly SyntaxNode[]): Promise<string> {
    const tree = await parseSelect(this.#connection, `SELECT * FROM ${table}`);
    const node = { ...queryNode(tree as SyntaxNode), modifiers };
    return this.#text(node);
  }

  /** A statement that has nothing but what is put into it. */
  async #text(parts: SyntaxNode): Promise<string> {
    this.#frame ??= parseSelect(this.#connection, 'SELECT NULL').then((tree) => {
      if (tree === undefined) throw new Error('the engine parses nothing');
      return tree;
    });
    const frame = await this.#frame;
    const [statement] = frame.statements as [SyntaxNode];
    const node = { ...(statement.node as SyntaxNode), ...parts };
    const tree = { ...frame, statements: [{ ...statement, node }] };
    return (await sqlText(this.#connection, withoutPlaces(tree) as SyntaxNode)).replace(
      /;\s*$/,
      '',
    );
  }
}

/** The engine takes its own places in a text back only as it wrote them, and some are beyond what JSON's numbers hold. */
function withoutPlaces(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPlaces);
  if (!isNode(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name,
      name === 'query_location' ? 0 : withoutPlaces(each),
    ]),
  );
}
