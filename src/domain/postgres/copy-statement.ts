import type { SqlToken } from '../sql/statements.ts';
import type { CopyFormat } from './copy-text.ts';

export type CopyStatement =
  | {
      readonly kind: 'copy';
      /** What to send. */
      readonly query: string;
      /** Where it stands in the statement; undefined for a table's name, which is no query yet. */
      readonly at: number | undefined;
      readonly format: CopyFormat;
    }
  | { readonly kind: 'refused-copy'; readonly message: string };

/** `COPY t [(columns)] TO STDOUT …` and `COPY (query) TO STDOUT …`, with either form of options. */
export function copyStatement(sql: string, tokens: readonly SqlToken[]): CopyStatement | undefined {
  const to = topLevelWord(tokens, 'to');
  if (to < 0 || tokens[to + 1]?.text.toLowerCase() !== 'stdout') {
    return topLevelWord(tokens, 'from') < 0
      ? undefined
      : refused('COPY FROM is not there: INSERT rows');
  }
  const format = formatOf(tokens.slice(to + 2));
  if (typeof format === 'string') return refused(format);
  const [, first] = tokens as [SqlToken, SqlToken];
  const source = sql.slice(first.at, tokens[to]?.at).trim();
  if (first.text === '(') {
    const query = source.replace(/^\(/, '').replace(/\)$/, '');
    return { kind: 'copy', query, at: first.at + 1, format };
  }
  const [, table = source, columns = '*'] = /^([^(]*)\((.*)\)$/s.exec(source) ?? [];
  return { kind: 'copy', query: `SELECT ${columns} FROM ${table.trim()}`, at: undefined, format };
}

function refused(message: string): CopyStatement {
  return { kind: 'refused-copy', message };
}

function topLevelWord(tokens: readonly SqlToken[], word: string): number {
  let depth = 0;
  return tokens.findIndex(({ kind, text }) => {
    if (kind === 'other' && text === '(') depth += 1;
    if (kind === 'other' && text === ')') depth -= 1;
    return depth === 0 && kind === 'word' && text.toLowerCase() === word;
  });
}

/** `CSV HEADER`, or `(FORMAT csv, HEADER true, DELIMITER ';', NULL '')`; a text tells what is not there. */
function formatOf(tokens: readonly SqlToken[]): CopyFormat | string {
  const words = tokens.map(({ kind, text }) => (kind === 'text' ? text : text.toLowerCase()));
  const valueAfter = (name: string): string | undefined => {
    const at = words.indexOf(name);
    const value = words.slice(at + 1).find((text) => text !== 'as' && text !== '=');
    return at < 0 ? undefined : value;
  };
  const csv = words.includes('csv');
  if (words.includes('binary')) return 'COPY in binary format is not there: ask for text or csv';
  const header = words.includes('header') && !/^(false|off|0)$/.test(valueAfter('header') ?? '');
  const delimiter = literal(valueAfter('delimiter')) ?? (csv ? ',' : '\t');
  if (delimiter.length !== 1) return 'the delimiter of COPY has to be one character';
  const nullText = literal(valueAfter('null')) ?? (csv ? '' : '\\N');
  return { csv, header, delimiter, nullText };
}

function literal(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const inside = /^e?'(.*)'$/is.exec(text)?.[1]?.replaceAll("''", "'");
  return /^e/i.test(text) ? inside?.replaceAll('\\t', '\t') : inside;
}
