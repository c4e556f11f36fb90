import { sqlTokens } from '../sql/statements.ts';

/** What a statement does, as far as a client has to know before it ran. */
export interface StatementShape {
  /** Whether it gives rows, or a count of rows it changed, or nothing. */
  readonly gives: 'rows' | 'count' | 'nothing';
  /** Whether it changes what is stored. */
  readonly writes: boolean;
  /** What the client is told at its end, without the count. */
  readonly tag: string;
}

const ROW_WORDS = new Set([
  ...['select', 'with', 'from', 'values', 'table', 'show', 'describe', 'desc', 'explain'],
  ...['summarize', 'pivot', 'unpivot', 'call'],
]);
const CHANGES = new Set(['insert', 'update', 'delete', 'merge']);
const WRITES = new Set([...CHANGES, 'create', 'drop', 'alter']);
const MODIFIERS = new Set([
  'or',
  'replace',
  'temp',
  'temporary',
  'unique',
  'if',
  'not',
  'exists',
  'persistent',
]);

export function statementShape(sql: string): StatementShape {
  const words: string[] = [];
  for (const { kind, text } of sqlTokens(sql)) {
    if (kind === 'word') words.push(text.toLowerCase());
    else if (words.length === 0 && kind === 'other' && text === '(') words.push('select');
  }
  const [first = ''] = words;
  const change = CHANGES.has(first)
    ? first
    : first === 'with'
      ? words.find((word) => CHANGES.has(word))
      : undefined;
  if (change !== undefined) {
    // Only INSERT has the identifier of the row, which is 0 these days.
    const tag = change === 'insert' ? 'INSERT 0' : change.toUpperCase();
    return { gives: words.includes('returning') ? 'rows' : 'count', writes: true, tag };
  }
  if (ROW_WORDS.has(first)) {
    if (first !== 'explain') return { gives: 'rows', writes: false, tag: 'SELECT' };
    // It carries out what it explains.
    const writes = words[1] === 'analyze' && words.some((word) => WRITES.has(word));
    return { gives: 'rows', writes, tag: 'EXPLAIN' };
  }
  const kind = words.slice(1).find((word) => !MODIFIERS.has(word)) ?? '';
  if (first === 'create' && kind === 'table' && words.includes('as')) {
    return { gives: 'count', writes: true, tag: 'SELECT' };
  }
  const what = kind === 'materialized' ? 'materialized view' : kind;
  return { gives: 'nothing', writes: true, tag: `${first} ${what}`.trim().toUpperCase() };
}

/** As clients read it: the tag, and the count where there is one. */
export function commandTag({ gives, tag }: StatementShape, rows: number): string {
  return gives === 'nothing' || tag === 'EXPLAIN' ? tag : `${tag} ${rows}`;
}
