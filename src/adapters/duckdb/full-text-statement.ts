import type { DuckDBConnection } from '@duckdb/node-api';

/** Indexes of full text are made by a pragma; the engine makes several statements of it, which cannot be prepared. */
const STATEMENT = /^pragma\s+(create|drop)_fts_index\s*\([^;]*\)$/i;

/** The SELECT that answers the statement, once it is carried out; undefined for statements of other kinds. */
export async function runFullTextStatement(
  connection: DuckDBConnection,
  sql: string,
): Promise<string | undefined> {
  if (!STATEMENT.test(sql)) return undefined;
  await connection.run(sql);
  return 'SELECT 0 AS "Count" WHERE false';
}
