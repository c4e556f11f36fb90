import type { Sql, SqlQueries, SqlTransaction } from '../../ports/sql.ts';
import type { TransactionStatus } from './backend-messages.ts';
import { PostgresError } from './postgres-error.ts';

export interface BlockModes {
  readonly readOnly: boolean;
  /** Whether all its statements see tables as the first one did. */
  readonly isSnapshot: boolean;
}

export interface BlockStatement {
  readonly writes: boolean;
  readonly tag: string;
  /** How it begins when it cannot be part of a transaction. */
  readonly outside: string | undefined;
}

/**
 * Where a connection is in a transaction: in none, in one that BEGIN opened, or in the one that statements sent together
 * make without it. The engine's own begins with the first statement that needs it: up to its first write, a transaction that is READ
 * COMMITTED sees what others commit, as each of its statements would outside of it.
 */
export class TransactionBlock {
  readonly #sql: Sql;
  #state: 'none' | 'implicit' | 'open' | 'failed' = 'none';
  #transaction: SqlTransaction | undefined;
  #hasRun = false;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  get status(): TransactionStatus {
    if (this.#state === 'failed') return 'E';
    return this.#state === 'open' ? 'T' : 'I';
  }

  get isNone(): boolean {
    return this.#state === 'none';
  }

  /** Whether a statement ran in it. */
  get hasRun(): boolean {
    return this.#hasRun;
  }

  /** What ran before in the same message belongs to it. */
  open(): void {
    this.#state = 'open';
  }

  openImplicit(): void {
    if (this.#state === 'none') this.#state = 'implicit';
  }

  /** Where a statement is described. */
  get queries(): SqlQueries {
    return this.#transaction ?? this.#sql;
  }

  /** Where a statement runs. */
  async queriesFor(
    { writes, tag, outside }: BlockStatement,
    { readOnly, isSnapshot }: BlockModes,
  ): Promise<SqlQueries> {
    if (writes && readOnly) {
      throw new PostgresError('25006', `cannot execute ${tag} in a read-only transaction`);
    }
    if (this.#state === 'none') return this.#sql;
    this.#hasRun = true;
    if (outside !== undefined) {
      throw new PostgresError('25001', `${outside} cannot run inside a transaction block`, {
        hint: 'it cannot be taken back: send it by itself',
      });
    }
    const begins = writes || (isSnapshot && this.#state === 'open');
    if (begins) this.#transaction ??= await this.#sql.begin({ readOnly });
    return this.queries;
  }

  /** What was written stays; false when a statement failed before, and nothing does. */
  async commit(): Promise<boolean> {
    const failed = this.#state === 'failed';
    await this.#end()?.commit();
    return !failed;
  }

  async rollback(): Promise<void> {
    await this.#end()?.rollback();
  }

  /** After a statement failed nothing of the transaction stays. */
  async fail(): Promise<void> {
    const { status } = this;
    await this.rollback();
    if (status !== 'I') this.#state = 'failed';
  }

  #end(): SqlTransaction | undefined {
    const transaction = this.#transaction;
    this.#transaction = undefined;
    this.#state = 'none';
    this.#hasRun = false;
    return transaction;
  }
}
