import type { SqlQueries, SqlQuery } from '../../ports/sql.ts';
import type { SqlColumn, SqlProgress, SqlValue } from '../../ports/sql-engine.ts';

export interface SqlOptions {
  /** The configuration's (sql.timeout_ms) when absent; never more than that. */
  readonly timeoutMs?: number;
  /** Rows after which the query fails; the configuration's (sql.result_rows_max) when absent. */
  readonly rowsMax?: number;
  readonly signal?: AbortSignal;
  /** Told a few times a second how far the reading of topics has come. */
  readonly onProgress?: (progress: SqlProgress) => void;
}

export type SqlRowObject = Record<string, SqlValue>;

/** The rows of a statement one after the other, as they come. */
export async function* sqlRows(sql: SqlQueries, query: SqlQuery): AsyncGenerator<SqlRowObject> {
  const { columns, chunks } = await sql.query(query);
  for await (const { data } of chunks) {
    for (const row of data) yield rowObject(columns, row);
  }
}

/** All of them at once. */
export async function allSqlRows(sql: SqlQueries, query: SqlQuery): Promise<SqlRowObject[]> {
  const rows: SqlRowObject[] = [];
  for await (const row of sqlRows(sql, query)) rows.push(row);
  return rows;
}

function rowObject(columns: readonly SqlColumn[], row: readonly SqlValue[]): SqlRowObject {
  return Object.fromEntries(columns.map(({ name }, index) => [name, row[index] ?? null]));
}
