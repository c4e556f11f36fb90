import type { Sql, TableSchema } from '../../ports/sql.ts';

/** Tables with rows of JSON; durable where the topics are. */
export class SqlTables {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async create(schema: TableSchema): Promise<void> {
    await this.#sql.createTable(schema);
  }

  /** All rows or none; gives how many they are. */
  insert(table: string, rows: readonly object[]): Promise<number> {
    return this.#sql.insertRows(table, rows);
  }

  async list(): Promise<string[]> {
    return [...(await this.#sql.listTables())];
  }

  async drop(table: string): Promise<void> {
    await this.#sql.dropTable(table);
  }
}
