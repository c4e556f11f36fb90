import { type SqlToken, sqlTokens } from '../sql/statements.ts';
import { type CopyStatement, copyStatement } from './copy-statement.ts';
import { type TransactionModes, transactionModes } from './transaction-modes.ts';

/** A statement that concerns the session alone, and not what is in the database. */
export type SessionStatement =
  | { readonly kind: 'begin'; readonly tag: string; readonly modes: TransactionModes }
  | {
      readonly kind: 'commit' | 'rollback';
      /** Whether the next transaction begins at once. */
      readonly chain: boolean;
    }
  | { readonly kind: 'savepoint'; readonly tag: string }
  /** A transaction that is to outlive its connection. */
  | { readonly kind: 'two-phase' }
  | {
      readonly kind: 'set-transaction';
      /** Whether it is for all transactions from now on. */
      readonly isDefault: boolean;
      readonly modes: TransactionModes;
    }
  | {
      readonly kind: 'set';
      readonly name: string;
      readonly value: string;
      /** Whether it ends with the transaction. */
      readonly isLocal: boolean;
    }
  | { readonly kind: 'reset'; readonly name: string }
  | { readonly kind: 'show'; readonly name: string }
  | { readonly kind: 'discard'; readonly what: string }
  | { readonly kind: 'deallocate'; readonly name: string | undefined }
  | { readonly kind: 'declare'; readonly name: string; readonly query: string; readonly at: number }
  | {
      readonly kind: 'fetch';
      readonly name: string;
      readonly rowsMax: number;
      readonly tag: string;
    }
  | { readonly kind: 'close'; readonly name: string | undefined }
  | { readonly kind: 'nothing'; readonly tag: string }
  | CopyStatement;

/** Tokens that mean something. */
export function meaningfulTokens(sql: string): SqlToken[] {
  return [...sqlTokens(sql)].filter(({ kind }) => kind !== 'space' && kind !== 'comment');
}

/** Undefined for what the engine is to run. */
export function sessionStatement(sql: string): SessionStatement | undefined {
  const tokens = meaningfulTokens(sql);
  const words = tokens
    .slice(0, 6)
    .map(({ kind, text }) => (kind === 'word' ? text.toLowerCase() : ''));
  const [first = '', second = ''] = words;
  switch (first) {
    case 'begin':
      return { kind: 'begin', tag: 'BEGIN', modes: transactionModes(tokens.slice(1)) };
    case 'start':
      if (second !== 'transaction') return undefined;
      return { kind: 'begin', tag: 'START TRANSACTION', modes: transactionModes(tokens.slice(2)) };
    case 'prepare':
      return second === 'transaction' ? { kind: 'two-phase' } : undefined;
    case 'commit':
    case 'end':
    case 'rollback':
    case 'abort':
      return endOfTransaction(words);
    case 'savepoint':
    case 'release':
      return { kind: 'savepoint', tag: first.toUpperCase() };
    case 'set':
      return setStatement(tokens, words);
    case 'reset':
      return { kind: 'reset', name: nameText(tokens.slice(1)) };
    case 'show':
      return showStatement(tokens, second);
    case 'discard':
      return { kind: 'discard', what: second.toUpperCase() };
    case 'deallocate':
      return { kind: 'deallocate', name: nameOrAll(tokens.at(second === 'prepare' ? 2 : 1)) };
    case 'declare':
      return declareStatement(sql, tokens);
    case 'fetch':
    case 'move':
      return fetchStatement(tokens, first.toUpperCase());
    case 'close':
      return { kind: 'close', name: nameOrAll(tokens.at(1)) };
    case 'copy':
      return copyStatement(sql, tokens);
    case 'listen':
    case 'unlisten':
      return { kind: 'nothing', tag: first.toUpperCase() };
    default:
      return undefined;
  }
}

/** `COMMIT [WORK | TRANSACTION] [AND [NO] CHAIN]`, and what else begins so. */
function endOfTransaction(words: readonly string[]): SessionStatement {
  const kind = words[0] === 'commit' || words[0] === 'end' ? 'commit' : 'rollback';
  if (words.includes('to')) return { kind: 'savepoint', tag: 'ROLLBACK' };
  if (words.includes('prepared')) return { kind: 'two-phase' };
  return { kind, chain: words.includes('chain') && !words.includes('no') };
}

/** A name as it is compared: unquoted ones are in lower case. */
export function nameOf(token: SqlToken | undefined): string {
  if (token === undefined) return '';
  return token.kind === 'word' ? token.text.toLowerCase() : token.text;
}

function nameOrAll(token: SqlToken | undefined): string | undefined {
  return token?.kind === 'word' && token.text.toLowerCase() === 'all' ? undefined : nameOf(token);
}

function nameText(tokens: readonly SqlToken[]): string {
  return tokens.map(nameOf).join('');
}

/** `SET x = y`, `SET x TO y`, `SET TIME ZONE y`, and those that set how transactions are. */
function setStatement(tokens: readonly SqlToken[], words: readonly string[]): SessionStatement {
  const from = words[1] === 'session' || words[1] === 'local' ? 2 : 1;
  const word = words[from];
  const isLocal = words[1] === 'local';
  if (word === 'transaction' || word === 'characteristics') {
    // SET SESSION CHARACTERISTICS AS TRANSACTION has two words more.
    const isDefault = word === 'characteristics';
    const modes = transactionModes(tokens.slice(from + (isDefault ? 3 : 1)));
    return { kind: 'set-transaction', isDefault, modes };
  }
  if (word === 'time' && words[from + 1] === 'zone') {
    return { kind: 'set', isLocal, name: 'timezone', value: valueText(tokens.slice(from + 2)) };
  }
  if (word === 'names') {
    const value = valueText(tokens.slice(from + 1));
    return { kind: 'set', isLocal, name: 'client_encoding', value };
  }
  const at = tokens.findIndex(
    ({ kind, text }) =>
      (kind === 'other' && text === '=') || (kind === 'word' && text.toLowerCase() === 'to'),
  );
  const end = at < 0 ? tokens.length : at;
  return {
    kind: 'set',
    isLocal,
    name: nameText(tokens.slice(from, end)),
    value: at < 0 ? '' : valueText(tokens.slice(at + 1)),
  };
}

function valueText(tokens: readonly SqlToken[]): string {
  let text = '';
  for (const token of tokens) {
    if (token.kind === 'other' && token.text === ',') text += ', ';
    else text += token.kind === 'text' ? literalText(token.text) : token.text;
  }
  return text;
}

/** What a text literal stands for; of those with escapes the quotes alone are looked at. */
export function literalText(literal: string): string {
  const quoted = /^[eE]?'(.*)'$/s.exec(literal)?.[1];
  if (quoted !== undefined) return quoted.replaceAll("''", "'");
  return /^\$(\w*)\$(.*)\$\1\$$/s.exec(literal)?.[2] ?? literal;
}

const ENGINE_SHOWS = new Set(['tables', 'databases', 'schemas', 'streams', 'views']);

function showStatement(tokens: readonly SqlToken[], second: string): SessionStatement | undefined {
  if (second === 'time') return { kind: 'show', name: 'timezone' };
  if (second === 'transaction') return { kind: 'show', name: 'transaction_isolation' };
  const [name, ...more] = tokens.slice(1);
  // SHOW TABLES, SHOW TOPIC SCHEMAS and others are the engine's; settings have one name, perhaps with a dot.
  const isOne = more.length === 0 || more[0]?.text === '.';
  if (name === undefined || !isOne || ENGINE_SHOWS.has(second)) return undefined;
  return { kind: 'show', name: nameText(tokens.slice(1)) };
}

/** `DECLARE c [BINARY] [NO SCROLL] CURSOR [WITH HOLD] FOR query`. */
function declareStatement(sql: string, tokens: readonly SqlToken[]): SessionStatement | undefined {
  const at = tokens.findIndex(({ kind, text }) => kind === 'word' && text.toLowerCase() === 'for');
  const query = tokens[at + 1];
  if (at < 0 || query === undefined) return undefined;
  return { kind: 'declare', name: nameOf(tokens[1]), query: sql.slice(query.at), at: query.at };
}

/** `FETCH [FORWARD] [n | ALL | NEXT] [FROM | IN] c`; undefined for those that go back. */
function fetchStatement(tokens: readonly SqlToken[], tag: string): SessionStatement | undefined {
  let rowsMax = 1;
  for (const token of tokens.slice(1, -1)) {
    const text = token.text.toLowerCase();
    if (/^\d$/.test(text) && token.kind === 'other') continue;
    if (text === 'all') rowsMax = 0;
    else if (!['forward', 'next', 'from', 'in'].includes(text)) return undefined;
  }
  // The tokens know no numbers: their digits stand one by one.
  const digits = tokens.filter(({ kind, text }) => kind === 'other' && /^\d$/.test(text));
  if (digits.length > 0) rowsMax = Number(digits.map(({ text }) => text).join(''));
  return { kind: 'fetch', name: nameOf(tokens.at(-1)), rowsMax, tag };
}
