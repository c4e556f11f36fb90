import type { Logger } from '../../ports/logger.ts';
import type { TableSchema } from '../../ports/sql.ts';
import type { SqlParameter } from '../../ports/sql-engine.ts';
import { loadConfig } from '../config/load-config.ts';
import { type LogLevel, loggerOf } from '../container/logger-of.ts';
import { type OpenedDatabase, openDatabase } from '../container/open-database.ts';
import { allSqlRows, type SqlOptions, type SqlRowObject, sqlRows } from './sql-result.ts';
import { SqlTables } from './sql-tables.ts';
import {
  inTransaction,
  type TableTransaction,
  type TransactionOptions,
} from './sql-transaction.ts';

export interface DatabaseOptions {
  /** Where the tables are kept, in a file of `sql` in it; in memory when absent. */
  readonly dataDir?: string;
  /** Settings of SQL, by their names: `{ 'sql.memory_limit_bytes': 1e9 }`. */
  readonly settings?: Readonly<Record<string, string | number | bigint | boolean>>;
  /** `warn` when absent. Lines of JSON go to standard error. */
  readonly logLevel?: LogLevel;
  /** Takes the log instead; a pino logger fits. */
  readonly logger?: Logger;
}

/**
 * Tables and SQL in this process, without a broker. `broker.sql` and `broker.tables` are the same beside topics, and find the
 * tables of the same folder. Failures are SqlErrors.
 */
export class DatabaseEngine implements AsyncDisposable {
  readonly #opened: OpenedDatabase;
  readonly #tables: SqlTables;
  #closing: Promise<void> | undefined;

  private constructor(opened: OpenedDatabase) {
    this.#opened = opened;
    this.#tables = new SqlTables(opened.sql);
  }

  /** Rejects with a ConfigError for wrong options, and while a broker or another engine has the folder open. */
  static async open(options: DatabaseOptions = {}): Promise<DatabaseEngine> {
    const { dataDir, settings, logger = loggerOf(options.logLevel ?? 'warn') } = options;
    const { config } = loadConfig({
      overrides: {
        ...settings,
        'storage.data_dir': dataDir,
        'storage.engine': dataDir === undefined ? 'memory' : 'segment',
      },
    });
    return new DatabaseEngine(await openDatabase(config, logger));
  }

  async createTable(schema: TableSchema): Promise<void> {
    await this.#tables.create(schema);
  }

  /** All rows or none; gives how many they are. */
  insertData(table: string, rows: readonly object[]): Promise<number> {
    return this.#tables.insert(table, rows);
  }

  /** All rows of one statement. */
  executeSql(
    statement: string,
    parameters: readonly SqlParameter[] = [],
    options: SqlOptions = {},
  ): Promise<SqlRowObject[]> {
    return allSqlRows(this.#opened.sql, { sql: statement, parameters, ...options });
  }

  /** As `executeSql`, one row after the other as they come. Leaving the loop ends the query. */
  sqlRows(
    statement: string,
    parameters: readonly SqlParameter[] = [],
    options: SqlOptions = {},
  ): AsyncGenerator<SqlRowObject> {
    return sqlRows(this.#opened.sql, { sql: statement, parameters, ...options });
  }

  /**
   * Statements over tables that are carried out together or not at all: `await database.transaction(async (t) => { await t.sql('…'); })`.
   * Rejects with what `work` rejects with, or with an SqlError of the kind CONFLICT when another transaction changed the same: try it again.
   */
  transaction<Result>(
    work: (transaction: TableTransaction) => Promise<Result>,
    options: TransactionOptions = {},
  ): Promise<Result> {
    return inTransaction(this.#opened.sql, work, options);
  }

  listTables(): Promise<string[]> {
    return this.#tables.list();
  }

  async dropTable(name: string): Promise<void> {
    await this.#tables.drop(name);
  }

  /** A second call waits for the first. */
  close(): Promise<void> {
    this.#closing ??= this.#opened.close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
