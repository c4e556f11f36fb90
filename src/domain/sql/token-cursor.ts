import { SqlError, type SqlPosition } from './sql-error.ts';
import { type SqlToken, sqlTokens } from './statements.ts';

/** Walks over the words of a statement that the engine's own parser does not know. */
export class TokenCursor {
  readonly #sql: string;
  readonly #tokens: readonly SqlToken[];
  #index = 0;

  constructor(sql: string) {
    this.#sql = sql;
    this.#tokens = [...sqlTokens(sql)].filter(({ kind }) => kind !== 'space' && kind !== 'comment');
  }

  get next(): SqlToken | undefined {
    return this.#tokens[this.#index];
  }

  /** Where the next token is; the end of the statement after the last one. */
  get at(): number {
    return this.next?.at ?? this.#sql.trimEnd().length;
  }

  take(): SqlToken | undefined {
    const token = this.next;
    this.#index += 1;
    return token;
  }

  /** Takes these words when all of them come next. */
  accept(...words: readonly string[]): boolean {
    const all = words.every((word, i) => isWord(this.#tokens[this.#index + i], word));
    if (all) this.#index += words.length;
    return all;
  }

  acceptSymbol(symbol: string): boolean {
    if (this.next?.kind !== 'other' || this.next.text !== symbol) return false;
    this.#index += 1;
    return true;
  }

  expectSymbol(symbol: string, after: string): void {
    if (!this.acceptSymbol(symbol)) this.fail(`${symbol} is missing ${after}`);
  }

  /** A quoted or bare name. */
  name(what: string): SqlToken {
    const token = this.next;
    if (token?.kind !== 'name' && token?.kind !== 'word') this.fail(`${what} is missing`);
    this.#index += 1;
    return token;
  }

  /** What a text literal says. */
  text(what: string): string {
    const token = this.next;
    if (token?.kind !== 'text') this.fail(`${what} is a text in single quotes`);
    this.#index += 1;
    return contentOf(token.text);
  }

  expectEnd(): void {
    if (this.next !== undefined) this.fail(`${this.next.text} is not expected here`);
  }

  fail(message: string, { at = this.at, hint }: { at?: number; hint?: string } = {}): never {
    throw new SqlError('SYNTAX', message, { position: positionAt(this.#sql, at), hint });
  }
}

export function positionAt(sql: string, at: number): SqlPosition {
  const lines = sql.slice(0, at).split('\n');
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

function isWord(token: SqlToken | undefined, word: string): boolean {
  return token?.kind === 'word' && token.text.toLowerCase() === word.toLowerCase();
}

function contentOf(literal: string): string {
  const [, tag] = /^(\$[A-Za-z_]*\$)/.exec(literal) ?? [];
  if (tag !== undefined) return literal.slice(tag.length, -tag.length);
  return literal.slice(literal.indexOf("'") + 1, -1).replaceAll("''", "'");
}
