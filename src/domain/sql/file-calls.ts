import { type SqlToken, sqlTokens } from './statements.ts';

/** A call of a function that reads files, and what it is told to read. */
export interface FileCall {
  readonly name: string;
  readonly at: number;
  /** Undefined where it is neither a text nor a list of texts, but something that becomes one when it runs. */
  readonly targets: readonly FileTarget[] | undefined;
}

/** A text literal, or a parameter by its index from 0. */
export type FileTarget = { readonly path: string } | { readonly parameter: number };

/** Of the engine and of its extensions: they take a path, several of them, or memory of the process. */
const READS_FILES = new Set([
  ...['read_csv', 'read_csv_auto', 'sniff_csv', 'read_text', 'read_blob', 'read_duckdb'],
  ...['read_json', 'read_json_auto', 'read_json_objects', 'read_json_objects_auto'],
  ...['read_ndjson', 'read_ndjson_auto', 'read_ndjson_objects', 'read_parquet', 'parquet_scan'],
  ...['parquet_metadata', 'parquet_file_metadata', 'parquet_full_metadata', 'parquet_schema'],
  ...['parquet_kv_metadata', 'parquet_bloom_probe', 'arrow_scan', 'arrow_scan_dumb'],
  ...['read_xlsx', 'read_avro', 'iceberg_scan', 'iceberg_metadata', 'iceberg_snapshots'],
  ...['delta_scan', 'sqlite_scan', 'st_read', 'st_read_meta', 'st_readosm', 'st_readshp'],
]);
/** They run what a text says. */
const RUNS_TEXT = new Set(['query', 'json_execute_serialized_sql']);
/** Behind these a name with brackets is a table with its columns. */
const NAMES_TABLE = new Set(['into', 'table', 'exists', 'with', 'recursive', 'as', 'on', ')']);

/** The calls of a statement, also those in a text that it runs. */
export function fileCalls(sql: string): FileCall[] {
  const tokens = [...sqlTokens(sql)].filter(({ kind }) => kind !== 'space' && kind !== 'comment');
  const calls: FileCall[] = [];
  for (const [index, token] of tokens.entries()) {
    const name = token.text.toLowerCase();
    const isCall = isName(token) && isSymbol(tokens[index + 1], '(');
    if (!isCall || (!READS_FILES.has(name) && !RUNS_TEXT.has(name))) continue;
    if (NAMES_TABLE.has(tokens[index - 1]?.text.toLowerCase() ?? '')) continue;
    const targets = targetsOf(tokens, index + 2);
    const [only] = targets ?? [];
    if (name === 'query' && only !== undefined && 'path' in only) {
      calls.push(...fileCalls(only.path).map((call) => ({ ...call, at: token.at })));
    } else {
      calls.push({ name, at: token.at, targets: RUNS_TEXT.has(name) ? undefined : targets });
    }
  }
  return calls;
}

/** The first argument, when it is told in the statement or is a parameter; it has to end there. */
function targetsOf(tokens: readonly SqlToken[], start: number): FileTarget[] | undefined {
  const isList = isSymbol(tokens[start], '[');
  const targets: FileTarget[] = [];
  let at = isList ? start + 1 : start;
  for (;;) {
    const [target, next] = targetAt(tokens, at) ?? [];
    if (target === undefined || next === undefined) return undefined;
    targets.push(target);
    at = next;
    if (!isList || !isSymbol(tokens[at], ',')) break;
    at += 1;
  }
  if (isList && !isSymbol(tokens[at], ']')) return undefined;
  const end = tokens[isList ? at + 1 : at];
  return isSymbol(end, ',') || isSymbol(end, ')') ? targets : undefined;
}

function targetAt(
  tokens: readonly SqlToken[],
  at: number,
): readonly [FileTarget, number] | undefined {
  const token = tokens[at];
  if (token?.kind === 'text') {
    const path = plainText(token.text);
    return path === undefined ? undefined : [{ path }, at + 1];
  }
  if (isSymbol(token, '?')) {
    const before = tokens.slice(0, at).filter((each) => isSymbol(each, '?')).length;
    return [{ parameter: before }, at + 1];
  }
  if (!isSymbol(token, '$')) return undefined;
  let digits = '';
  let end = at + 1;
  while (/^\d$/.test(tokens[end]?.text ?? '')) {
    digits += tokens[end]?.text;
    end += 1;
  }
  return digits === '' ? undefined : [{ parameter: Number(digits) - 1 }, end];
}

/** What a literal says; those with escapes are not looked into. */
function plainText(literal: string): string | undefined {
  const [, tag] = /^(\$[A-Za-z_]*\$)/.exec(literal) ?? [];
  if (tag !== undefined) return literal.slice(tag.length, -tag.length);
  return literal.startsWith("'") ? literal.slice(1, -1).replaceAll("''", "'") : undefined;
}

function isSymbol(token: SqlToken | undefined, symbol: string): boolean {
  return token?.kind === 'other' && token.text === symbol;
}

function isName(token: SqlToken): boolean {
  return token.kind === 'name' || token.kind === 'word';
}
