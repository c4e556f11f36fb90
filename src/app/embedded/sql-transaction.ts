import type { Sql, SqlTransaction } from '../../ports/sql.ts';
import type { SqlParameter } from '../../ports/sql-engine.ts';
import { allSqlRows, type SqlOptions, type SqlRowObject, sqlRows } from './sql-result.ts';

export interface TransactionOptions {
  /** Whether statements that write fail; false when absent. */
  readonly readOnly?: boolean;
}

/** Statements of one transaction. After one of them failed, the transaction is rolled back whatever follows. */
export class TableTransaction {
  readonly #transaction: SqlTransaction;

  constructor(transaction: SqlTransaction) {
    this.#transaction = transaction;
  }

  sql(
    statement: string,
    parameters: readonly SqlParameter[] = [],
    options: SqlOptions = {},
  ): Promise<SqlRowObject[]> {
    return allSqlRows(this.#transaction, { sql: statement, parameters, ...options });
  }

  sqlRows(
    statement: string,
    parameters: readonly SqlParameter[] = [],
    options: SqlOptions = {},
  ): AsyncGenerator<SqlRowObject> {
    return sqlRows(this.#transaction, { sql: statement, parameters, ...options });
  }
}

/** What `work` wrote stays when it resolves, and nothing of it when it rejects. */
export async function inTransaction<Result>(
  sql: Sql,
  work: (transaction: TableTransaction) => Promise<Result>,
  { readOnly = false }: TransactionOptions,
): Promise<Result> {
  const transaction = await sql.begin({ readOnly });
  try {
    const result = await work(new TableTransaction(transaction));
    await transaction.commit();
    return result;
  } finally {
    await transaction.rollback();
  }
}
