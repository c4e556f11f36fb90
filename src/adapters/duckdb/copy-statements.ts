import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { type CopyStatement, parseCopyStatement } from '../../domain/sql/copy-statement.ts';
import { exportPath } from '../../domain/sql/export-path.ts';
import { quoteIdentifier, quoteText } from '../../domain/sql/quote.ts';
import { SqlError } from '../../domain/sql/sql-error.ts';
import { sqlTokens } from '../../domain/sql/statements.ts';
import { positionAt } from '../../domain/sql/token-cursor.ts';
import type { SqlParameter } from '../../ports/sql-engine.ts';
import type { LoadedExtensions } from './extensions.ts';
import { exportToLake } from './lake-export.ts';

/** What Iceberg has no type for, as the nearest that it has. */
const ICEBERG_TYPES: Readonly<Record<string, string>> = {
  ...{ JSON: 'VARCHAR', TINYINT: 'INTEGER', SMALLINT: 'INTEGER', UTINYINT: 'INTEGER' },
  ...{ USMALLINT: 'INTEGER', UINTEGER: 'BIGINT', UBIGINT: 'DECIMAL(20, 0)' },
};

/** The statement as it was written, and the query as it is run. */
export interface CopyRun {
  readonly sql: string;
  readonly query: string;
  readonly parameters: readonly SqlParameter[];
}

export interface CopyStatementsOptions {
  readonly exportDirectory: string | undefined;
  readonly extensionDirectory: string;
  readonly extensions: LoadedExtensions;
}

/** COPY … TO, into the export folder and nowhere else. */
export class CopyStatements {
  readonly #o: CopyStatementsOptions;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: CopyStatementsOptions) {
    this.#o = options;
  }

  parse(sql: string): CopyStatement | undefined {
    const copy = parseCopyStatement(sql);
    if (copy !== undefined && this.#o.exportDirectory === undefined) {
      throw new SqlError('FORBIDDEN', 'COPY is not allowed: there is no export folder', {
        hint: 'sql.export_directory names one; or ask for the result as CSV or Arrow',
      });
    }
    return copy;
  }

  /** The statement that writes the result of `query`, or that answers once it is written. */
  async run(
    connection: DuckDBConnection,
    copy: CopyStatement,
    { sql, query, parameters }: CopyRun,
  ): Promise<string> {
    const directory = this.#o.exportDirectory ?? '';
    const { format, options, target } = copy;
    const position = positionAt(sql, copy.targetAt);
    const path = join(directory, ...exportPath(target, directory, position));
    for (const name of EXTENSIONS_OF[format] ?? [])
      this.#o.extensions.require(name, `FORMAT ${format}`);
    await mkdir(dirname(path), { recursive: true });
    if (format === 'ducklake') {
      if (parameters.length > 0) {
        throw new SqlError('INVALID', 'FORMAT ducklake takes no parameters', { position });
      }
      const others = options.filter((option) => option.toLowerCase() !== 'append');
      if (others.length > 0) {
        throw new SqlError('INVALID', `FORMAT ducklake has no option ${others[0]}`, { position });
      }
      const append = options.length > 0;
      const { extensionDirectory } = this.#o;
      // One at a time: two engines must not have one catalog's file open.
      const done = this.#last.then(() =>
        exportToLake(connection, { path, query, append, extensionDirectory }),
      );
      this.#last = done.catch(() => undefined);
      return `SELECT ${await done}::BIGINT AS "Count"`;
    }
    const source = format === 'iceberg' ? await icebergQuery(connection, query, parameters) : query;
    const all = [`FORMAT ${format}`, ...options].join(', ');
    return `COPY (${source}) TO ${quoteText(path)} (${all})`;
  }
}

const EXTENSIONS_OF: Readonly<Record<string, readonly string[]>> = {
  iceberg: ['avro', 'iceberg'],
  ducklake: ['ducklake'],
};

async function icebergQuery(
  connection: DuckDBConnection,
  query: string,
  parameters: readonly SqlParameter[],
): Promise<string> {
  const values = parameters.map((value) => (value instanceof Uint8Array ? String(value) : value));
  const described = await connection.runAndReadAll(`DESCRIBE ${query}`, values);
  const casts = described.getRows().flatMap(([column, written]) => {
    const type = String(written);
    const known = [...sqlTokens(type)].map(({ kind, text }) => {
      if (kind === 'name') return quoteIdentifier(text);
      return kind === 'word' ? (ICEBERG_TYPES[text.toUpperCase()] ?? text) : text;
    });
    if (known.join('') === type) return [];
    const name = quoteIdentifier(String(column));
    return [`CAST(${name} AS ${known.join('')}) AS ${name}`];
  });
  return casts.length === 0 ? query : `SELECT * REPLACE (${casts.join(', ')}) FROM (${query})`;
}
