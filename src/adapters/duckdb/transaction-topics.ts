import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteIdentifier } from '../../domain/sql/quote.ts';
import type { TopicCatalog } from './topic-catalog.ts';

/**
 * The topics as a transaction sees them. It may have looked at the views of topics before one was made or changed, and sees
 * none of that any more: such a topic gets a view that only the transaction has.
 */
export class TransactionTopics {
  readonly #connection: DuckDBConnection;
  readonly #catalog: TopicCatalog;
  readonly #begunAt: number;
  readonly #shown = new Map<string, string>();

  constructor(connection: DuckDBConnection, catalog: TopicCatalog) {
    this.#connection = connection;
    this.#catalog = catalog;
    this.#begunAt = catalog.revision;
  }

  /** As the catalog's, with what the transaction made. */
  userTables(): Promise<ReadonlyMap<string, string>> {
    return this.#catalog.userTables(this.#connection);
  }

  async prepare(sql: string): Promise<void> {
    const { views, userTables } = await this.#catalog.prepare(sql, this.#connection);
    for (const { name, select, revision } of views) {
      const view = quoteIdentifier(name);
      if (userTables.has(name.toLowerCase())) {
        if (this.#shown.delete(name)) await this.#connection.run(`DROP VIEW temp.main.${view}`);
      } else if (revision > this.#begunAt && this.#shown.get(name) !== select) {
        await this.#connection.run(`CREATE OR REPLACE TEMP VIEW ${view} AS ${select}`);
        this.#shown.set(name, select);
      }
    }
  }
}
