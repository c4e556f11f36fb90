import { quoteIdentifier, quoteText } from '../../../domain/sql/quote.ts';
import { SqlError } from '../../../domain/sql/sql-error.ts';
import { createTableSql } from '../../../domain/sql/table-ddl.ts';
import type { Timer } from '../../../ports/clock.ts';
import type { Sql, SqlQuery, SqlTransaction, TableSchema } from '../../../ports/sql.ts';
import type {
  SqlCursor,
  SqlDescription,
  SqlEncoding,
  SqlRow,
  SqlStatement,
  SqlStatements,
  TransactionMode,
} from '../../../ports/sql-engine.ts';
import type { LazyEngine } from './lazy-engine.ts';
import { Deadline, limited, type ResultLimits } from './result-limits.ts';
import { ServiceTransaction } from './service-transaction.ts';
import type { StreamStatements } from './streams/stream-statements.ts';

export interface SqlServiceOptions {
  readonly engine: LazyEngine;
  /** Carries out statements of streams. */
  readonly streams?: StreamStatements | undefined;
  readonly timer: Timer;
  readonly limits: () => ResultLimits;
  /** Transactions that may be open at a time. */
  readonly transactionsMax: number;
}

export class SqlService implements Sql {
  readonly #engine: LazyEngine;
  readonly #streams: StreamStatements | undefined;
  readonly #timer: Timer;
  readonly #limits: () => ResultLimits;
  readonly #transactionsMax: number;
  #transactions = 0;

  constructor({ engine, streams, timer, limits, transactionsMax }: SqlServiceOptions) {
    this.#engine = engine;
    this.#streams = streams;
    this.#timer = timer;
    this.#limits = limits;
    this.#transactionsMax = transactionsMax;
  }

  query(query: SqlQuery): Promise<SqlCursor<readonly SqlRow[]>> {
    return this.#run(this.#opened, query, (engine, statement) => engine.query(statement));
  }

  encode(query: SqlQuery, encoding: SqlEncoding): Promise<SqlCursor<Uint8Array>> {
    return this.#run(this.#opened, query, (engine, statement) =>
      engine.encode(statement, encoding),
    );
  }

  describe(query: SqlQuery): Promise<SqlDescription> {
    return this.#describe(this.#opened, query);
  }

  async begin(mode: TransactionMode): Promise<SqlTransaction> {
    if (this.#transactions >= this.#transactionsMax) {
      const message = `there are ${this.#transactions} open transactions already (sql.transactions_max)`;
      throw new SqlError('TOO_MANY_TRANSACTIONS', message, { hint: 'end one, or try again' });
    }
    this.#transactions += 1;
    const ended = (): void => {
      this.#transactions -= 1;
    };
    try {
      const transaction = await (await this.#engine.opened()).begin(mode);
      const engine = async (): Promise<SqlStatements> => transaction;
      return new ServiceTransaction(transaction, ended, {
        query: (query) => this.#run(engine, query, (on, statement) => on.query(statement)),
        encode: (query, encoding) =>
          this.#run(engine, query, (on, statement) => on.encode(statement, encoding)),
        describe: (query) => this.#describe(engine, query),
      });
    } catch (error) {
      ended();
      throw error;
    }
  }

  async createTable({ name, columns }: TableSchema): Promise<void> {
    await this.#all({ sql: createTableSql(name, columns) });
  }

  async insertRows(table: string, rows: readonly object[]): Promise<number> {
    const columns = await this.#columns(table);
    const unknown = rows.flatMap((row) => Object.keys(row)).find((name) => !columns.has(name));
    if (unknown !== undefined) {
      throw new SqlError('INVALID', `table ${table} has no column ${unknown}`, {
        hint: `its columns are ${[...columns.keys()].join(', ')}`,
      });
    }
    if (rows.length === 0) return 0;
    const names = [...columns.keys()].map(quoteIdentifier);
    const values = names.map((name) => `r.${name}`);
    // Strict: a value that does not fit its column fails the whole insert instead of becoming NULL.
    // A row may leave columns out.
    const nulls = Object.fromEntries([...columns.keys()].map((name) => [name, null]));
    const structure = JSON.stringify([Object.fromEntries(columns)]);
    await this.#all({
      sql: `INSERT INTO ${quoteIdentifier(table)} (${names.join(', ')}) SELECT ${values.join(', ')}
        FROM (SELECT unnest(from_json_strict($1, ${quoteText(structure)})) AS r)`,
      parameters: [
        JSON.stringify(
          rows.map((row) => ({ ...nulls, ...row })),
          jsonOf,
        ),
      ],
    });
    return rows.length;
  }

  async listTables(): Promise<readonly string[]> {
    const rows = await this.#all({
      sql: `SELECT table_name FROM duckdb_tables()
        WHERE database_name = 'kawadb' AND schema_name = 'main' ORDER BY ALL`,
    });
    return rows.map(([name]) => name as string);
  }

  async dropTable(name: string): Promise<void> {
    await this.#all({ sql: `DROP TABLE ${quoteIdentifier(name)}` });
  }

  close(): Promise<void> {
    return this.#engine.close();
  }

  async #columns(table: string): Promise<ReadonlyMap<string, string>> {
    const rows = await this.#all({
      sql: `SELECT column_name, data_type FROM duckdb_columns()
        WHERE database_name = 'kawadb' AND schema_name = 'main' AND lower(table_name) = lower($1) ORDER BY column_index`,
      parameters: [table],
    });
    if (rows.length === 0) throw new SqlError('INVALID', `there is no table ${table}`);
    return new Map(rows as unknown as [string, string][]);
  }

  async #all(query: SqlQuery): Promise<SqlRow[]> {
    const { chunks } = await this.query(query);
    const rows: SqlRow[] = [];
    for await (const { data } of chunks) rows.push(...data);
    return rows;
  }

  readonly #opened = (): Promise<SqlStatements> => this.#engine.opened();

  async #describe(opened: () => Promise<SqlStatements>, query: SqlQuery): Promise<SqlDescription> {
    const { timeoutMs } = this.#limits();
    const engine = await opened();
    const deadline = new Deadline(this.#timer, timeoutMs, query.signal);
    try {
      const { sql } = this.#streams?.answerTo(query.sql) ?? query;
      return await engine.describe({ sql, signal: deadline.signal });
    } finally {
      deadline.stop();
    }
  }

  async #run<Chunk>(
    opened: () => Promise<SqlStatements>,
    query: SqlQuery,
    start: (engine: SqlStatements, statement: SqlStatement) => Promise<SqlCursor<Chunk>>,
  ): Promise<SqlCursor<Chunk>> {
    const limits = this.#limits();
    const timeoutMs = Math.min(query.timeoutMs ?? limits.timeoutMs, limits.timeoutMs);
    const rowsMax = Math.min(query.rowsMax ?? limits.rowsMax, limits.rowsMax);
    const engine = await opened();
    const deadline = new Deadline(this.#timer, timeoutMs, query.signal);
    try {
      const answering = await this.#streams?.carryOut(query.sql, deadline.signal);
      const { sql, parameters } = answering ?? query;
      const { signal } = deadline;
      const { onProgress } = query;
      const cursor = await start(engine, { sql, parameters, signal, onProgress });
      return limited(cursor, { ...limits, rowsMax }, deadline);
    } catch (error) {
      deadline.stop();
      throw error;
    }
  }
}

function jsonOf(_key: string, value: unknown): unknown {
  return typeof value === 'bigint'
    ? Number.isSafeInteger(Number(value))
      ? Number(value)
      : String(value)
    : value;
}
