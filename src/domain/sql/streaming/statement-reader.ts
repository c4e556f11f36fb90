import type { SqlError } from '../sql-error.ts';
import {
  argumentsBetween,
  closingIndex,
  isMark,
  isWord,
  type SignificantToken,
  significantTokens,
  textOf,
} from './significant-tokens.ts';
import { errorAt } from './sql-place.ts';

/** Reads a statement from its front. */
export class StatementReader {
  readonly sql: string;
  readonly #tokens: readonly SignificantToken[];
  #index = 0;

  constructor(sql: string) {
    this.sql = sql;
    this.#tokens = significantTokens(sql);
  }

  /** Where the next token begins. */
  get at(): number {
    return this.#next?.at ?? this.sql.length;
  }

  /** Takes words, all of them or none. */
  take(...words: readonly string[]): boolean {
    const all = words.every((word, index) => isWord(this.#tokens[this.#index + index], word));
    if (all) this.#index += words.length;
    return all;
  }

  name(of: string): string {
    const token = this.#next;
    if (token?.kind !== 'name' && token?.kind !== 'word') throw this.expected(`the name of ${of}`);
    this.#index += 1;
    if (isMark(this.#next, '.') || isMark(this.#next, '-')) {
      const hint = `a name with ${this.#next?.text} in it needs double quotes`;
      throw this.error('a name without schema is expected here', hint);
    }
    return token.text;
  }

  /** The parts between brackets, divided at commas; undefined when there is no bracket. */
  takeArguments(): SignificantToken[][] | undefined {
    const open = this.#index;
    if (!isMark(this.#next, '(')) return undefined;
    const close = closingIndex(this.#tokens, open);
    if (close === this.#tokens.length) throw this.error('this bracket is not closed', undefined);
    this.#index = close + 1;
    return argumentsBetween(this.#tokens, open + 1, close);
  }

  textOf(tokens: readonly SignificantToken[]): string {
    return textOf(this.sql, tokens);
  }

  /** Nothing but a semicolon follows. */
  end(): void {
    if (isMark(this.#next, ';')) this.#index += 1;
    if (this.#next !== undefined) throw this.expected('the end of the statement');
  }

  expected(what: string): SqlError {
    return errorAt(this.sql, this.at, `${what} is expected here`, undefined, 'SYNTAX');
  }

  error(message: string, hint: string | undefined, token = this.#next): SqlError {
    return errorAt(this.sql, token?.at ?? this.sql.length, message, hint);
  }

  get #next(): SignificantToken | undefined {
    return this.#tokens[this.#index];
  }
}
