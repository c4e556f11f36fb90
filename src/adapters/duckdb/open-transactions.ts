import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { SEARCH_PATH } from './database.ts';
import { failureOf } from './engine-failure.ts';
import type { EngineEvent, TransactionCommand } from './engine-messages.ts';
import type { TopicCatalog } from './topic-catalog.ts';
import { TransactionTopics } from './transaction-topics.ts';

export interface OpenTransaction {
  readonly connection: DuckDBConnection;
  readonly topics: TransactionTopics;
}

/** Where a statement runs. */
export interface StatementPlace {
  /** The statement's own. In a transaction it computes what must not fail the transaction. */
  readonly connection: DuckDBConnection;
  readonly transaction: OpenTransaction | undefined;
}

/** The transactions that are open, each with a connection of its own. */
export class OpenTransactions {
  readonly #instance: DuckDBInstance;
  readonly #catalog: TopicCatalog;
  readonly #send: (event: EngineEvent) => void;
  readonly #open = new Map<number, OpenTransaction>();
  readonly #steps = new Set<Promise<void>>();

  constructor(instance: DuckDBInstance, catalog: TopicCatalog, send: (event: EngineEvent) => void) {
    this.#instance = instance;
    this.#catalog = catalog;
    this.#send = send;
  }

  find(id: number | undefined): OpenTransaction | undefined {
    return id === undefined ? undefined : this.#open.get(id);
  }

  take(command: TransactionCommand): void {
    const done = this.#step(command)
      .then(
        () => {
          this.#send({ type: 'columns', id: command.id, columns: [] });
          this.#send({ type: 'end', id: command.id });
        },
        (error: unknown) => {
          this.#send({ type: 'error', id: command.id, failure: failureOf(error, '') });
        },
      )
      .finally(() => this.#steps.delete(done));
    this.#steps.add(done);
  }

  /** What is open still is rolled back. */
  async close(): Promise<void> {
    await Promise.all(this.#steps);
    for (const { connection } of this.#open.values()) connection.closeSync();
    this.#open.clear();
  }

  async #step({ transaction: id, step }: TransactionCommand): Promise<void> {
    if (step === 'begin' || step === 'begin-read-only') return this.#begin(id, step);
    const found = this.#open.get(id);
    this.#open.delete(id);
    try {
      await found?.connection.run(step === 'commit' ? 'COMMIT' : 'ROLLBACK');
    } finally {
      found?.connection.closeSync();
    }
  }

  async #begin(id: number, step: TransactionCommand['step']): Promise<void> {
    const connection = await this.#instance.connect();
    try {
      await connection.run(SEARCH_PATH);
      await connection.run(`BEGIN TRANSACTION${step === 'begin-read-only' ? ' READ ONLY' : ''}`);
    } catch (error) {
      connection.closeSync();
      throw error;
    }
    this.#open.set(id, { connection, topics: new TransactionTopics(connection, this.#catalog) });
  }
}
