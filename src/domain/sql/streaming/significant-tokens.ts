import { type SqlToken, sqlTokens } from '../statements.ts';

/** A token that is neither space nor comment, with where it ends and how many brackets it stands in. */
export interface SignificantToken extends SqlToken {
  readonly end: number;
  /** A bracket has the depth of what it stands in. */
  readonly depth: number;
}

const OPENING = new Set(['(', '[', '{']);
const CLOSING = new Set([')', ']', '}']);

export function significantTokens(sql: string): SignificantToken[] {
  const tokens: SignificantToken[] = [];
  let depth = 0;
  let last: SqlToken | undefined;
  const add = (token: SqlToken, end: number): void => {
    if (token.kind === 'space' || token.kind === 'comment') return;
    const isOther = token.kind === 'other';
    if (isOther && CLOSING.has(token.text)) depth = Math.max(0, depth - 1);
    tokens.push({ ...token, end, depth });
    if (isOther && OPENING.has(token.text)) depth += 1;
  };
  for (const token of sqlTokens(sql)) {
    if (last !== undefined) add(last, token.at);
    last = token;
  }
  if (last !== undefined) add(last, sql.length);
  return tokens;
}

export function isWord(token: SignificantToken | undefined, ...words: readonly string[]): boolean {
  return token?.kind === 'word' && words.includes(token.text.toUpperCase());
}

export function isMark(token: SignificantToken | undefined, mark: string): boolean {
  return token?.kind === 'other' && token.text === mark;
}

/** The index of the bracket that closes the one at `open`; the length when none does. */
export function closingIndex(tokens: readonly SignificantToken[], open: number): number {
  const depth = tokens[open]?.depth ?? 0;
  let index = open + 1;
  while (index < tokens.length && (tokens[index]?.depth ?? 0) > depth) index += 1;
  return index;
}

/** What stands between two tokens' indexes, the latter left out, divided at the commas that stand in no further bracket. */
export function argumentsBetween(
  tokens: readonly SignificantToken[],
  from: number,
  to: number,
): SignificantToken[][] {
  if (from >= to) return [];
  const depth = tokens[from - 1]?.depth ?? 0;
  const parts: SignificantToken[][] = [[]];
  for (const token of tokens.slice(from, to)) {
    if (isMark(token, ',') && token.depth === depth + 1) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}

/** The text of tokens that follow each other, without comments. */
export function textOf(sql: string, tokens: readonly SignificantToken[]): string {
  return tokens
    .map((token, index) => {
      const text = sql.slice(token.at, token.end);
      const next = tokens[index + 1];
      return next !== undefined && next.at > token.end ? `${text} ` : text;
    })
    .join('');
}

/** With spaces in place of a part, so that whatever follows stays where it was. */
export function blanked(sql: string, from: number, to: number): string {
  return sql.slice(0, from) + sql.slice(from, to).replaceAll(/[^\n]/g, ' ') + sql.slice(to);
}
