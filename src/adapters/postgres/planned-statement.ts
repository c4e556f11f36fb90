import { type StatementShape, statementShape } from '../../domain/postgres/command-tag.ts';
import { engineSql } from '../../domain/postgres/engine-sql.ts';
import {
  type SessionStatement,
  sessionStatement,
} from '../../domain/postgres/session-statement.ts';
import type { MappedText } from '../../domain/postgres/source-map.ts';
import { outsideTransactions } from '../../domain/sql/outside-transactions.ts';
import type { SqlError } from '../../domain/sql/sql-error.ts';
import { type PostgresError, postgresErrorOf } from './postgres-error.ts';

export interface StatementSource {
  /** Everything the client sent in one message. */
  readonly text: string;
  readonly sql: string;
  /** Where `sql` starts in `text`. */
  readonly at: number;
  readonly user: string;
  readonly parameterOids: readonly number[];
}

/** A statement with what is known of it before it runs. */
export class PlannedStatement {
  readonly parameterOids: readonly number[];
  /** What concerns the session alone; undefined for what the engine runs. */
  readonly session: SessionStatement | undefined;
  readonly shape: StatementShape;
  /** How it begins when it cannot be part of a transaction. */
  readonly outside: string | undefined;
  readonly #source: StatementSource;
  readonly #mapped: MappedText;
  /** Where the text that was rewritten starts in the message. */
  readonly #mappedAt: number | undefined;

  constructor(source: StatementSource) {
    const { sql, user, parameterOids, at } = source;
    this.#source = source;
    this.parameterOids = parameterOids;
    this.session = sessionStatement(sql);
    const inner = innerQuery(this.session);
    this.shape = statementShape(inner?.query ?? sql);
    this.outside = this.session === undefined ? outsideTransactions(sql) : undefined;
    this.#mapped = engineSql(inner?.query ?? sql, { user, parameterOids });
    this.#mappedAt = inner === undefined ? at : inner.at === undefined ? undefined : at + inner.at;
  }

  get isEmpty(): boolean {
    return this.#source.sql.trim() === '';
  }

  /** As the engine takes it. */
  get engineSql(): string {
    return this.#mapped.text;
  }

  /** As the engine takes it, with parameters that are open otherwise taken as texts; numbered from 1. */
  withTextParameters(parameters: ReadonlySet<number>): string {
    const { sql, user } = this.#source;
    const options = { user, parameterOids: this.parameterOids, textParameters: parameters };
    return engineSql(innerQuery(this.session)?.query ?? sql, options).text;
  }

  /** The failure with its place in what the client sent. */
  error(error: unknown): PostgresError {
    return postgresErrorOf(error, ({ position }: SqlError) => {
      if (position === undefined || this.#mappedAt === undefined) return undefined;
      const index = this.#mappedAt + this.#mapped.originalIndex(position);
      // Clients count characters, not halves of pairs.
      return Array.from(this.#source.text.slice(0, index)).length + 1;
    });
  }
}

function innerQuery(
  session: SessionStatement | undefined,
): { readonly query: string; readonly at: number | undefined } | undefined {
  return session?.kind === 'copy' || session?.kind === 'declare' ? session : undefined;
}
