import { outsideTransactions } from '../../../domain/sql/outside-transactions.ts';
import { SqlError } from '../../../domain/sql/sql-error.ts';
import type { SqlQueries, SqlQuery, SqlTransaction } from '../../../ports/sql.ts';
import type {
  SqlChunk,
  SqlCursor,
  SqlDescription,
  SqlEncoding,
  SqlEngineTransaction,
  SqlRow,
} from '../../../ports/sql-engine.ts';

/** A transaction of the engine, within the limits of SQL, and with statements in it that can be taken back. */
export class ServiceTransaction implements SqlTransaction {
  readonly #transaction: SqlEngineTransaction;
  readonly #queries: SqlQueries;
  readonly #ended: () => void;
  #state: 'open' | 'failed' | 'ended' = 'open';

  constructor(transaction: SqlEngineTransaction, ended: () => void, queries: SqlQueries) {
    this.#transaction = transaction;
    this.#ended = ended;
    this.#queries = queries;
  }

  query(query: SqlQuery): Promise<SqlCursor<readonly SqlRow[]>> {
    return this.#cursor(query, () => this.#queries.query(query));
  }

  encode(query: SqlQuery, encoding: SqlEncoding): Promise<SqlCursor<Uint8Array>> {
    return this.#cursor(query, () => this.#queries.encode(query, encoding));
  }

  describe(query: SqlQuery): Promise<SqlDescription> {
    return this.#failing(() => this.#queries.describe(query));
  }

  async commit(): Promise<void> {
    if (this.#state === 'failed') {
      await this.rollback();
      throw rolledBack();
    }
    this.#end();
    try {
      await this.#transaction.commit();
    } finally {
      this.#ended();
    }
  }

  async rollback(): Promise<void> {
    if (this.#state === 'ended') return;
    this.#end();
    try {
      await this.#transaction.rollback();
    } finally {
      this.#ended();
    }
  }

  #end(): void {
    if (this.#state === 'ended') throw over();
    this.#state = 'ended';
  }

  #cursor<Chunk>(
    { sql }: SqlQuery,
    start: () => Promise<SqlCursor<Chunk>>,
  ): Promise<SqlCursor<Chunk>> {
    return this.#failing(async () => {
      const outside = outsideTransactions(sql);
      if (outside !== undefined) throw notHere(outside);
      const { columns, chunks } = await start();
      return { columns, chunks: this.#failingChunks(chunks) };
    });
  }

  async #failing<T>(work: () => Promise<T>): Promise<T> {
    if (this.#state === 'ended') throw over();
    if (this.#state === 'failed') throw rolledBack();
    try {
      return await work();
    } catch (error) {
      this.#fail();
      throw error;
    }
  }

  async *#failingChunks<Chunk>(
    chunks: AsyncIterable<SqlChunk<Chunk>>,
  ): AsyncGenerator<SqlChunk<Chunk>> {
    try {
      yield* chunks;
    } catch (error) {
      this.#fail();
      throw error;
    }
  }

  #fail(): void {
    if (this.#state === 'open') this.#state = 'failed';
  }
}

function notHere(statement: string): SqlError {
  return new SqlError('IN_TRANSACTION', `${statement} cannot run inside a transaction`, {
    hint: 'it cannot be taken back: run it by itself',
  });
}

function rolledBack(): SqlError {
  const message = 'the transaction was rolled back, since a statement of it failed';
  return new SqlError('INVALID', message);
}

function over(): SqlError {
  return new SqlError('INVALID', 'the transaction has ended');
}
