import { SqlError } from './sql-error.ts';
import type { SqlToken } from './statements.ts';
import { positionAt, TokenCursor } from './token-cursor.ts';

const FORMATS = ['csv', 'parquet', 'json', 'iceberg', 'ducklake'] as const;
export type ExportFormat = (typeof FORMATS)[number];

/** COPY … TO: a query whose result goes to a file of the export folder. */
export interface CopyStatement {
  readonly query: string;
  /** Where the query stands in the statement. */
  readonly queryAt: number;
  readonly target: string;
  readonly targetAt: number;
  readonly format: ExportFormat;
  /** The other options, as they were written. */
  readonly options: readonly string[];
}

/** Options that say how a file is written; others could say where. */
const OPTIONS = new Set([
  ...['header', 'delimiter', 'delim', 'sep', 'quote', 'escape', 'null', 'nullstr', 'force_quote'],
  ...['dateformat', 'timestampformat', 'prefix', 'suffix', 'new_line', 'array'],
  ...['compression', 'compression_level', 'row_group_size', 'parquet_version', 'kv_metadata'],
  ...['partition_by', 'write_partition_columns', 'overwrite', 'overwrite_or_ignore', 'append'],
]);
const EXTENSIONS: Readonly<Record<string, ExportFormat>> = {
  ...{ csv: 'csv', parquet: 'parquet', json: 'json', ndjson: 'json', jsonl: 'json' },
};

/** Undefined for statements other than COPY. Throws an SqlError for a COPY that is no export. */
export function parseCopyStatement(sql: string): CopyStatement | undefined {
  const cursor = new TokenCursor(sql);
  if (!cursor.accept('copy')) return undefined;
  const queryAt = cursor.at;
  const source = sourceOf(cursor, sql);
  if (!cursor.accept('to')) {
    const position = positionAt(sql, cursor.at);
    const hint = "COPY (SELECT …) TO 'name.parquet' writes to the export folder";
    throw new SqlError('FORBIDDEN', 'COPY reads no files', { position, hint });
  }
  const targetAt = cursor.at;
  const target = cursor.text('the name of the file');
  const given = optionsOf(cursor, sql);
  cursor.expectEnd();
  const options = given.filter(({ name }) => name !== 'format').map(({ text }) => text);
  return {
    ...source,
    queryAt: source.queryAt ?? queryAt,
    target,
    targetAt,
    format: formatOf(given, target, sql),
    options,
  };
}

function sourceOf(cursor: TokenCursor, sql: string): { query: string; queryAt?: number } {
  if (cursor.acceptSymbol('(')) {
    const queryAt = cursor.at;
    skipToClosing(cursor);
    const query = sql.slice(queryAt, cursor.at);
    cursor.expectSymbol(')', 'after the query');
    return { query, queryAt };
  }
  const start = cursor.at;
  cursor.name('a query in parentheses, or a table,');
  while (cursor.acceptSymbol('.')) cursor.name('a name');
  const table = sql.slice(start, cursor.at);
  if (!cursor.acceptSymbol('(')) return { query: `SELECT * FROM ${table}` };
  const columnsAt = cursor.at;
  skipToClosing(cursor);
  const columns = sql.slice(columnsAt, cursor.at);
  cursor.expectSymbol(')', 'after the columns');
  return { query: `SELECT ${columns} FROM ${table}` };
}

/** Up to the parenthesis that closes the one that was taken. */
function skipToClosing(cursor: TokenCursor): void {
  let depth = 0;
  for (let token = cursor.next; token !== undefined; token = cursor.next) {
    if (depth === 0 && isSymbol(token, ')')) return;
    depth += depthOf(token);
    cursor.take();
  }
}

interface Option {
  readonly name: string;
  readonly text: string;
  readonly at: number;
}

function optionsOf(cursor: TokenCursor, sql: string): Option[] {
  cursor.accept('with');
  if (!cursor.acceptSymbol('(')) return [];
  const options: Option[] = [];
  do {
    const { text, at } = cursor.name('an option');
    const name = text.toLowerCase();
    if (name !== 'format' && !OPTIONS.has(name)) {
      const hint = `options are format, ${[...OPTIONS].join(', ')}`;
      cursor.fail(`there is no option ${text}`, { at, hint });
    }
    let depth = 0;
    for (let token = cursor.next; token !== undefined; token = cursor.next) {
      if (depth === 0 && (isSymbol(token, ',') || isSymbol(token, ')'))) break;
      depth += depthOf(token);
      cursor.take();
    }
    options.push({ name, text: sql.slice(at, cursor.at).trim(), at });
  } while (cursor.acceptSymbol(','));
  cursor.expectSymbol(')', 'after the options');
  return options;
}

function formatOf(options: readonly Option[], target: string, sql: string): ExportFormat {
  const option = options.find(({ name }) => name === 'format');
  if (option === undefined) {
    const extension = target.split('.').at(-1)?.toLowerCase() ?? '';
    return EXTENSIONS[extension] ?? 'csv';
  }
  const name = option.text
    .replace(/^\S+\s+/, '')
    .replaceAll(/['"]/g, '')
    .toLowerCase();
  const format = FORMATS.find((each) => each === name);
  if (format !== undefined) return format;
  throw new SqlError('INVALID', `${name} is no format of exports`, {
    position: positionAt(sql, option.at),
    hint: `formats are ${FORMATS.join(', ')}`,
  });
}

function isSymbol(token: SqlToken, symbol: string): boolean {
  return token.kind === 'other' && token.text === symbol;
}

function depthOf(token: SqlToken): number {
  if (token.kind !== 'other') return 0;
  return '([{'.includes(token.text) ? 1 : ')]}'.includes(token.text) ? -1 : 0;
}
