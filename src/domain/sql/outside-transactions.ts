import { TokenCursor } from './token-cursor.ts';

/** What changes more than tables, or what the engine cannot take back. */
const STATEMENTS: readonly (readonly string[])[] = [
  ['create', 'stream'],
  ['create', 'materialized', 'view'],
  ['drop', 'stream'],
  ['drop', 'materialized', 'view'],
  ['pause', 'materialized', 'view'],
  ['resume', 'materialized', 'view'],
  ['call', 'process_stream'],
  ['create', 'topic', 'schema'],
  ['create', 'or', 'replace', 'topic', 'schema'],
  ['drop', 'topic', 'schema'],
  ['export', 'topic'],
  ['drop', 'topic', 'history'],
  ['pragma'],
  ['copy'],
  ['vacuum'],
];

/** How a statement that cannot be part of a transaction begins; undefined for one that can. */
export function outsideTransactions(sql: string): string | undefined {
  const cursor = new TokenCursor(sql);
  return STATEMENTS.find((words) => cursor.accept(...words))
    ?.join(' ')
    .toUpperCase();
}
