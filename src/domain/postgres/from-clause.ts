import type { SqlToken } from '../sql/statements.ts';

/** Words that follow a table and are no alias of it. */
export const CLAUSE_WORDS: ReadonlySet<string> = new Set([
  ...['where', 'group', 'order', 'limit', 'join', 'left', 'right', 'full', 'inner', 'cross', 'as'],
  ...[
    'on',
    'union',
    'having',
    'offset',
    'with',
    'using',
    'except',
    'intersect',
    'natural',
    'fetch',
  ],
]);
/** Those after which a FROM clause is over. */
const ENDS = new Set([
  ...['where', 'group', 'order', 'limit', 'union', 'having', 'offset', 'except', 'intersect'],
  ...['returning', 'window', 'qualify', 'set', 'fetch'],
]);

/** The places of the tokens of FROM clauses; what is in parentheses within them is not of them. */
export function tokensOfFrom(tokens: readonly SqlToken[]): ReadonlySet<number> {
  const found = new Set<number>();
  const clauses: ('none' | 'select' | 'from')[] = ['none'];
  for (const [index, { kind, text }] of tokens.entries()) {
    const top = clauses.length - 1;
    if (clauses[top] === 'from') found.add(index);
    if (kind === 'other' && text === '(') {
      // Joins may stand in parentheses of their own.
      clauses.push('none');
    } else if (kind === 'other' && text === ')' && top > 0) clauses.pop();
    else if (kind === 'word') {
      const word = text.toLowerCase();
      if (word === 'select' || word === 'delete') clauses[top] = 'select';
      // Of `extract(year FROM x)` there is no SELECT on the same level.
      else if (word === 'from' && clauses[top] === 'select') clauses[top] = 'from';
      else if (ENDS.has(word) && clauses[top] === 'from') clauses[top] = 'none';
    }
  }
  return found;
}

/** The place of the parenthesis that the one at `close` closes; -1 when there is none. */
export function openingOf(tokens: readonly SqlToken[], close: number): number {
  let depth = 0;
  for (let at = close; at >= 0; at--) {
    depth += depthChange(tokens[at]);
    if (depth === 0) return at;
  }
  return -1;
}

/** The place of the parenthesis that closes the one at `open`; -1 when there is none. */
export function closingOf(tokens: readonly SqlToken[], open: number): number {
  let depth = 0;
  for (let at = open; at < tokens.length; at++) {
    depth += depthChange(tokens[at]);
    if (depth === 0) return at;
  }
  return -1;
}

function depthChange(token: SqlToken | undefined): number {
  if (token?.kind !== 'other') return 0;
  return token.text === '(' ? 1 : token.text === ')' ? -1 : 0;
}
