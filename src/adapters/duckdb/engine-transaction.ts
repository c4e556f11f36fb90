import type {
  SqlCursor,
  SqlDescription,
  SqlEncoding,
  SqlEngineTransaction,
  SqlRow,
  SqlStatement,
} from '../../ports/sql-engine.ts';
import type { ExecuteCommand, TransactionCommand } from './engine-messages.ts';
import type { QueryStream } from './query-stream.ts';

/** What of results may wait in memory while other statements of the transaction run. */
const REST_BYTES_MAX = 64 * 1024 * 1024;

export interface EngineTransactionCalls {
  start(
    statement: SqlStatement,
    how: Pick<ExecuteCommand, 'encoding' | 'describe' | 'transaction'>,
  ): Promise<QueryStream>;
  step(transaction: number, step: TransactionCommand['step']): Promise<void>;
}

/** The broker's end of a transaction: it has one connection, whose statements run one after the other. */
export class EngineTransaction implements SqlEngineTransaction {
  readonly #id: number;
  readonly #calls: EngineTransactionCalls;
  #running: QueryStream | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(id: number, calls: EngineTransactionCalls) {
    this.#id = id;
    this.#calls = calls;
  }

  async query(statement: SqlStatement): Promise<SqlCursor<readonly SqlRow[]>> {
    return (await this.#start(statement, undefined)).cursor<readonly SqlRow[]>();
  }

  async encode(statement: SqlStatement, encoding: SqlEncoding): Promise<SqlCursor<Uint8Array>> {
    return (await this.#start(statement, encoding)).cursor<Uint8Array>();
  }

  async describe(statement: SqlStatement): Promise<SqlDescription> {
    const stream = await this.#start(statement, undefined, true);
    return stream.description();
  }

  commit(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#running?.takeRest(REST_BYTES_MAX, undefined);
      await this.#calls.step(this.#id, 'commit');
    });
  }

  async rollback(): Promise<void> {
    // What runs still is of no use to anyone.
    this.#running?.cancel();
    await this.#inTurn(async () => {
      this.#running?.cancel();
      await this.#running?.ended();
      await this.#calls.step(this.#id, 'rollback');
    }).catch(() => undefined);
  }

  #start(
    statement: SqlStatement,
    encoding: SqlEncoding | undefined,
    describe = false,
  ): Promise<QueryStream> {
    return this.#inTurn(async () => {
      // Before a turn is asked for, which the one that runs may have.
      await this.#running?.takeRest(REST_BYTES_MAX, statement.signal);
      const how = { encoding, describe, transaction: this.#id };
      this.#running = await this.#calls.start(statement, how);
      return this.#running;
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}
