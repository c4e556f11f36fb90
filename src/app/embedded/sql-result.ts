import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SqlQueries, SqlQuery } from '../../ports/sql.ts';
import type { SqlProgress, SqlValue } from '../../ports/sql-engine.ts';

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
  for await (const rows of chunksOfRows(sql, query)) yield* rows;
}

/** All of them at once. The event loop has its turn between two chunks: clients of a broker do not feel a large result. */
export async function allSqlRows(sql: SqlQueries, query: SqlQuery): Promise<SqlRowObject[]> {
  const all: SqlRowObject[] = [];
  for await (const rows of chunksOfRows(sql, query)) {
    for (const row of rows) all.push(row);
    await nextTurn();
  }
  return all;
}

async function* chunksOfRows(sql: SqlQueries, query: SqlQuery): AsyncGenerator<SqlRowObject[]> {
  const { columns, chunks } = await sql.query(query);
  const names = columns.map(({ name }) => name);
  const make = names.includes('__proto__') ? rowOfEntries : rowObject;
  for await (const { data } of chunks) yield data.map((row) => make(names, row));
}

function rowObject(names: readonly string[], row: readonly SqlValue[]): SqlRowObject {
  const object: SqlRowObject = {};
  for (let i = 0; i < names.length; i++) object[names[i] as string] = row[i] ?? null;
  return object;
}

/** For a name that an assignment would take for something else; several times slower. */
function rowOfEntries(names: readonly string[], row: readonly SqlValue[]): SqlRowObject {
  return Object.fromEntries(names.map((name, index) => [name, row[index] ?? null]));
}
