import { type SqlToken, sqlTokens } from './statements.ts';

/** A statement and the query in it, which reads topics. */
export interface QueryPart {
  readonly before: string;
  readonly query: string;
  readonly after: string;
}

const QUERY_STARTS = new Set(['select', 'with', 'from']);

/** Cuts the query out of INSERT … and CREATE TABLE … AS; a statement of another kind is one whole query. */
export function queryPartOf(sql: string): QueryPart {
  const tokens = topTokens(sql);
  const [first, second, third] = tokens.map(({ text, kind }) =>
    kind === 'word' ? text.toLowerCase() : '',
  );
  if (first === 'insert') return insertPart(sql, tokens);
  const words = first === 'create' ? [second, third, fourth(tokens)] : [];
  return words.includes('table') ? createTablePart(sql, tokens) : whole(sql);
}

/** The query of a view that was made with `CREATE VIEW name AS`; undefined where its columns have names of their own. */
export function viewQuery(sql: string): string | undefined {
  const tokens = topTokens(sql);
  const as = tokens.findIndex((token) => isWord(token, 'as'));
  const named = tokens.slice(0, as).some(({ text }) => text === '(');
  if (as < 0 || named || !isWord(tokens[0], 'create')) return undefined;
  return sql
    .slice((tokens[as] as SqlToken).at + 2)
    .replace(/;\s*$/, '')
    .trim();
}

function whole(sql: string): QueryPart {
  return { before: '', query: sql, after: '' };
}

/** The tokens that are within no parentheses, and the opening ones. */
function topTokens(sql: string): SqlToken[] {
  const tokens: SqlToken[] = [];
  let depth = 0;
  for (const token of sqlTokens(sql)) {
    if (token.kind === 'space' || token.kind === 'comment') continue;
    if (token.kind === 'other' && token.text === ')') depth -= 1;
    if (depth === 0) tokens.push(token);
    if (token.kind === 'other' && token.text === '(') depth += 1;
  }
  return tokens;
}

function fourth(tokens: readonly SqlToken[]): string {
  return tokens[3]?.kind === 'word' ? tokens[3].text.toLowerCase() : '';
}

function insertPart(sql: string, tokens: readonly SqlToken[]): QueryPart {
  const start = tokens.findIndex(
    ({ kind, text }) => kind === 'word' && QUERY_STARTS.has(text.toLowerCase()),
  );
  if (start < 0) return whole(sql);
  const end = tokens.findIndex((token, index) => {
    if (index < start) return false;
    return (
      isWord(token, 'returning') || (isWord(token, 'on') && isWord(tokens[index + 1], 'conflict'))
    );
  });
  return cut(sql, (tokens[start] as SqlToken).at, tokens[end]?.at ?? sql.length);
}

function createTablePart(sql: string, tokens: readonly SqlToken[]): QueryPart {
  const as = tokens.findIndex((token) => isWord(token, 'as'));
  const start = tokens[as + 1];
  if (as < 0 || start === undefined) return whole(sql);
  // WITH DATA and WITH NO DATA stand behind the query.
  const end = tokens.findIndex((token, index) => {
    if (index <= as + 1 || !isWord(token, 'with')) return false;
    return isWord(tokens[index + 1], 'data') || isWord(tokens[index + 1], 'no');
  });
  return cut(sql, start.at, tokens[end]?.at ?? sql.length);
}

function cut(sql: string, start: number, end: number): QueryPart {
  return {
    before: sql.slice(0, start),
    query: sql.slice(start, end).trim(),
    after: ` ${sql.slice(end)}`,
  };
}

function isWord(token: SqlToken | undefined, word: string): boolean {
  return token?.kind === 'word' && token.text.toLowerCase() === word;
}
