import type { CopyFormat } from '../domain/postgres/copy-text.ts';

export type SqlValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Date
  | readonly SqlValue[]
  | { readonly [name: string]: SqlValue };

/** A parameter of a statement, `$1` or `?`. */
export type SqlParameter = null | boolean | number | bigint | string | Uint8Array;

export interface SqlColumn {
  readonly name: string;
  /** As the engine writes it: `BIGINT`, `VARCHAR`, `STRUCT(...)`. */
  readonly type: string;
}

export type NamedEncoding = 'ndjson' | 'csv' | 'arrow';

/** Rows as messages of the PostgreSQL protocol: DataRow, or CopyData with a line each. */
export type PostgresEncoding =
  | {
      readonly kind: 'postgres-rows';
      /** Format codes as Bind has them: none for text, one for all columns, or one for each. */
      readonly formats: readonly number[];
    }
  | { readonly kind: 'postgres-copy'; readonly format: CopyFormat };

export type SqlEncoding = NamedEncoding | PostgresEncoding;

/** What the engine knows of a statement before it runs. */
export interface SqlDescription {
  /** The types its parameters are taken as, as far as the statement tells. */
  readonly parameterTypes: readonly (string | undefined)[];
  /** Undefined where they depend on the types of parameters that are not known. */
  readonly columns: readonly SqlColumn[] | undefined;
}

export interface SqlStatement {
  /** One statement. */
  readonly sql: string;
  readonly parameters?: readonly SqlParameter[] | undefined;
  /** Ends the query, as soon as the engine can. */
  readonly signal?: AbortSignal | undefined;
  /** Told a few times a second how far the reading of topics has come. */
  readonly onProgress?: ((progress: SqlProgress) => void) | undefined;
}

export interface SqlProgress {
  readonly recordsRead: number;
  /** By the offsets that are read: of compacted and transactional topics fewer of them are records. */
  readonly recordsTotal: number;
}

/** A result as it comes. Reading none of it, or leaving the loop, ends the query. */
export interface SqlCursor<Chunk> {
  readonly columns: readonly SqlColumn[];
  readonly chunks: AsyncIterable<SqlChunk<Chunk>>;
}

export interface SqlChunk<Chunk> {
  readonly rowCount: number;
  readonly data: Chunk;
}

export type SqlRow = readonly SqlValue[];

export interface SqlStatements {
  query(statement: SqlStatement): Promise<SqlCursor<readonly SqlRow[]>>;
  /** As `query`, with the rows as bytes in an encoding. */
  encode(statement: SqlStatement, encoding: SqlEncoding): Promise<SqlCursor<Uint8Array>>;
  /** What a statement takes and gives, without running it; values of parameters are not looked at. */
  describe(statement: SqlStatement): Promise<SqlDescription>;
}

export interface TransactionMode {
  /** Whether a statement that writes fails. */
  readonly readOnly: boolean;
}

/**
 * Statements over tables that are carried out together or not at all; others see nothing of it before `commit`. It reads tables
 * as they were when its first statement read one, and topics as they are. A statement waits until the one before has been
 * read; one that is not read to its end is kept in memory, up to a limit. After a statement failed, `rollback` alone is left.
 */
export interface SqlEngineTransaction extends SqlStatements {
  /** Resolves once what it wrote is durable; when it rejects nothing of it stays. */
  commit(): Promise<void>;
  /** Nothing of what it wrote stays. Never rejects. */
  rollback(): Promise<void>;
}

/** Runs SQL over the topics and over tables of its own. Expected failures are SqlErrors. */
export interface SqlEngine extends SqlStatements {
  /** Whether it takes no more statements: it was closed, or it failed and has to be opened anew. */
  readonly closed: boolean;
  begin(mode: TransactionMode): Promise<SqlEngineTransaction>;
  close(): Promise<void>;
}
