import type { SqlQueries, SqlQuery } from '../../ports/sql.ts';
import type { SqlColumn, SqlParameter } from '../../ports/sql-engine.ts';
import type { PlannedStatement } from './planned-statement.ts';
import { RowSource } from './row-source.ts';

export type QueryLimits = Pick<SqlQuery, 'timeoutMs' | 'signal'>;

/** A statement with the values of its parameters, ready to run or running. */
export class Portal {
  readonly statement: PlannedStatement;
  readonly resultFormats: readonly number[];
  readonly #values: readonly SqlParameter[];
  #rows: Promise<RowSource> | undefined;

  constructor(
    statement: PlannedStatement,
    values: readonly SqlParameter[] = [],
    resultFormats: readonly number[] = [],
  ) {
    this.statement = statement;
    this.#values = values;
    this.resultFormats = resultFormats;
  }

  /** The rows of the query, which is started by the first call. */
  rows(queries: () => Promise<SqlQueries>, limits: () => QueryLimits): Promise<RowSource> {
    this.#rows ??= queries().then((sql) => this.#start(sql, limits()));
    return this.#rows;
  }

  /** Runs a statement that gives no rows; gives how many rows it changed. */
  async change(sql: SqlQueries, limits: QueryLimits): Promise<number> {
    const { chunks } = await sql.query({ ...this.#query(), ...limits });
    let count: unknown = 0;
    for await (const { data } of chunks) count = data[0]?.[0] ?? count;
    return typeof count === 'bigint' || typeof count === 'number' ? Number(count) : 0;
  }

  /** What its rows have, for statements that must not run before they are told to. */
  async describe(sql: SqlQueries, limits: QueryLimits): Promise<readonly SqlColumn[]> {
    const { columns } = await sql.describe({ ...this.#query(), ...limits });
    return columns ?? [];
  }

  async close(): Promise<void> {
    const rows = await this.#rows?.catch(() => undefined);
    await rows?.close();
  }

  async #start(sql: SqlQueries, limits: QueryLimits): Promise<RowSource> {
    const { session } = this.statement;
    const cursor = await sql.encode(
      { ...this.#query(), ...limits },
      session?.kind === 'copy'
        ? { kind: 'postgres-copy', format: session.format }
        : { kind: 'postgres-rows', formats: this.resultFormats },
    );
    return new RowSource(cursor);
  }

  #query(): SqlQuery {
    return { sql: this.statement.engineSql, parameters: this.#values };
  }
}
