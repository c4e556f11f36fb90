import { quoteText } from '../sql/quote.ts';
import { type SqlToken, sqlTokens } from '../sql/statements.ts';
import { CATALOG_FUNCTIONS, CATALOG_RELATIONS, INFORMATION_RELATIONS } from './catalog-names.ts';
import { CLAUSE_WORDS, closingOf, openingOf, tokensOfFrom } from './from-clause.ts';
import { engineTypeOf, parameterTypeOf } from './postgres-types.ts';
import { literalText } from './session-statement.ts';
import { MappedText } from './source-map.ts';

/** The catalog of the engine in which PostgreSQL's catalogs are views and macros. */
export const COMPATIBILITY_CATALOG = 'postgres_catalog';
const PG = `${COMPATIBILITY_CATALOG}.pg`;
const INFORMATION = `${COMPATIBILITY_CATALOG}.information`;

export interface EngineSqlOptions {
  readonly user: string;
  /** What the client said its parameters are; 0 or absent where it left that open. */
  readonly parameterOids: readonly number[];
  /** Parameters that are to be texts, by their numbers. */
  readonly textParameters?: ReadonlySet<number>;
}

/** Types the engine has no like of, and what their values are here. */
const TYPE_NAMES: Readonly<Record<string, string>> = {
  ...{ regclass: 'VARCHAR', regtype: 'VARCHAR', regproc: 'VARCHAR', regnamespace: 'VARCHAR' },
  ...{ regrole: 'VARCHAR', regprocedure: 'VARCHAR', regoper: 'VARCHAR', name: 'VARCHAR' },
  ...{ char: 'VARCHAR', cstring: 'VARCHAR', int2vector: 'VARCHAR', oidvector: 'VARCHAR' },
  ...{ aclitem: 'VARCHAR', xid: 'BIGINT', jsonb: 'JSON' },
};
const LOOKED_UP = new Set(['regclass', 'regtype']);
const USER_WORDS = new Set(['current_user', 'session_user', 'current_role', 'user']);
const BEFORE_TABLE = new Set(['from', 'join', 'only', 'lateral', ',', '(']);
const SCALARS_AS_TABLES = new Set(['string_to_array']);
const FUNCTIONS_AS_TABLES = new Set(['generate_series', ...SCALARS_AS_TABLES]);

/**
 * The statement as the engine takes it: names of PostgreSQL's catalogs and their functions become those of the
 * compatibility catalog, `public` goes, and parameters get the types the client gave them. What the engine knows by itself
 * stays as it is.
 */
export function engineSql(sql: string, options: EngineSqlOptions): MappedText {
  return new Rewriter(sql, options).run();
}

class Rewriter {
  readonly #sql: string;
  readonly #tokens: readonly SqlToken[];
  readonly #options: EngineSqlOptions;
  readonly #out = new MappedText();
  readonly #fromClause: ReadonlySet<number>;
  /** Parentheses that close twice. */
  readonly #doubled = new Set<number>();
  readonly #readsCatalog: boolean;
  #at = 0;

  constructor(sql: string, options: EngineSqlOptions) {
    this.#sql = sql;
    this.#tokens = [...sqlTokens(sql)];
    this.#options = options;
    this.#fromClause = tokensOfFrom(this.#tokens);
    this.#readsCatalog = /pg_|information_schema/i.test(sql);
  }

  run(): MappedText {
    while (this.#at < this.#tokens.length) {
      const token = this.#tokens[this.#at] as SqlToken;
      if (!this.#rewrite(token)) {
        const end = this.#tokens[this.#at + 1]?.at ?? this.#sql.length;
        this.#out.copy(this.#sql.slice(token.at, end), token.at);
        if (this.#doubled.has(this.#at)) this.#out.replace(')', token.at);
        this.#at += 1;
      }
    }
    return this.#out;
  }

  /** Whether it wrote something in place of this token and perhaps of some that follow. */
  #rewrite(token: SqlToken): boolean {
    if (token.kind === 'text') return this.#literal(token);
    if (token.kind === 'other')
      return token.text === '$' ? this.#parameter(token) : this.#cast(token);
    if (token.kind !== 'word' && token.kind !== 'name') return false;
    if (token.kind === 'name') return this.#qualified(token);
    return (
      this.#qualified(token) ||
      this.#operator(token) ||
      this.#collation(token) ||
      this.#functionAlias(token) ||
      this.#plain(token)
    );
  }

  /** The place of the next token with a meaning, and of those after it. */
  #next(from: number, count = 1): number {
    let at = from;
    for (let left = count; left > 0; left -= 1) {
      at += 1;
      while (isIgnored(this.#tokens[at])) at += 1;
    }
    return at;
  }

  #previousAt(from: number): number {
    let at = from - 1;
    while (isIgnored(this.#tokens[at])) at -= 1;
    return at;
  }

  #previous(from: number): SqlToken | undefined {
    return this.#tokens[this.#previousAt(from)];
  }

  #word(at: number): string {
    const token = this.#tokens[at];
    return token?.kind === 'word' || token?.kind === 'name' ? token.text.toLowerCase() : '';
  }

  #is(at: number, text: string): boolean {
    const token = this.#tokens[at];
    return token?.kind === 'other' && token.text === text;
  }

  #put(text: string, token: SqlToken, end: number): true {
    this.#out.replace(text, token.at);
    this.#at = end;
    return true;
  }

  /** `pg_catalog.x`, `information_schema.x`, `public.x`. */
  #qualified(token: SqlToken): boolean {
    const dot = this.#next(this.#at);
    if (!this.#is(dot, '.') || isDot(this.#previous(this.#at))) return false;
    const target = this.#next(dot);
    const name = this.#word(target);
    switch (token.text.toLowerCase()) {
      case 'public':
        return this.#put('', token, target);
      case 'information_schema':
        if (name === '_pg_expandarray') return this.#put(`${PG}.${name}`, token, target + 1);
        if (!INFORMATION_RELATIONS.has(name)) return false;
        return this.#put(`${INFORMATION}.${name}`, token, target + 1);
      case 'pg_catalog': {
        const known = this.#is(this.#next(target), '(') ? CATALOG_FUNCTIONS : CATALOG_RELATIONS;
        if (known.has(name)) return this.#put(`${PG}.${name}`, token, target + 1);
        return this.#put('', token, target);
      }
      default:
        return false;
    }
  }

  /** `OPERATOR(pg_catalog.~)`. */
  #operator(token: SqlToken): boolean {
    const open = this.#next(this.#at);
    if (token.text.toLowerCase() !== 'operator' || !this.#is(open, '(')) return false;
    let at = this.#next(open);
    if (this.#is(this.#next(at), '.')) at = this.#next(at, 2);
    let operator = '';
    while (at < this.#tokens.length && !this.#is(at, ')')) {
      operator += (this.#tokens[at] as SqlToken).text;
      at += 1;
    }
    this.#put(operator, token, at + 1);
    if (operator.endsWith('~')) this.#pattern();
    return true;
  }

  /** Collations order texts as the engine does anyway. */
  #collation(token: SqlToken): boolean {
    if (token.text.toLowerCase() !== 'collate' || !this.#readsCatalog) return false;
    const at = this.#next(this.#at);
    const end = this.#is(this.#next(at), '.') ? this.#next(at, 2) : at;
    return this.#put('', token, end + 1);
  }

  /** `FROM generate_series(1, 3) AS i`: the alias names the column too. */
  #functionAlias(token: SqlToken): boolean {
    let at = this.#previousAt(this.#at);
    if (this.#word(at) === 'as') at = this.#previousAt(at);
    if (!this.#is(at, ')') || this.#is(this.#next(this.#at), '(')) return false;
    const name = this.#previousAt(openingOf(this.#tokens, at));
    if (!this.#fromClause.has(name) || !FUNCTIONS_AS_TABLES.has(this.#word(name))) return false;
    if (CLAUSE_WORDS.has(token.text.toLowerCase())) return false;
    return this.#put(`${token.text}(${token.text})`, token, this.#at + 1);
  }

  /** `FROM string_to_array('a,b', ',') s`: a function of one value, which the engine takes no table from. */
  #scalarAsTable(token: SqlToken, name: string): boolean {
    if (!SCALARS_AS_TABLES.has(name) || !this.#fromClause.has(this.#at)) return false;
    const previous = this.#previous(this.#at);
    if (!BEFORE_TABLE.has(previous?.text.toLowerCase() ?? '')) return false;
    this.#doubled.add(closingOf(this.#tokens, this.#next(this.#at)));
    return this.#put(`(SELECT ${token.text}`, token, this.#at + 1);
  }

  #plain(token: SqlToken): boolean {
    const name = token.text.toLowerCase();
    const previous = this.#previous(this.#at);
    if (isDot(previous)) return false;
    const next = this.#next(this.#at);
    if (this.#is(next, '(')) {
      if (this.#scalarAsTable(token, name)) return true;
      return CATALOG_FUNCTIONS.has(name) && this.#put(`${PG}.${name}`, token, this.#at + 1);
    }
    if (this.#is(next, '.')) return false;
    if (token.kind === 'word' && USER_WORDS.has(name) && previous?.text.toLowerCase() !== 'as') {
      const value = `${PG}.${name}(${quoteText(this.#options.user)})`;
      return this.#put(value, token, this.#at + 1);
    }
    const isTable =
      this.#fromClause.has(this.#at) && BEFORE_TABLE.has(previous?.text.toLowerCase() ?? '');
    return (
      isTable && CATALOG_RELATIONS.has(name) && this.#put(`${PG}.${name}`, token, this.#at + 1)
    );
  }

  /** The engine matches whole texts; PostgreSQL finds a pattern anywhere. */
  #pattern(): void {
    while (this.#tokens[this.#at]?.kind === 'space') this.#at += 1;
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'text') return;
    const pattern = quoteText(`(?s:.*(?:${literalText(token.text)}).*)`);
    this.#put(` ${pattern}`, token, this.#at + 1);
  }

  /** `'orders'::regclass` is the identifier of the table. */
  #literal(token: SqlToken): boolean {
    if (this.#readsCatalog && token.text.includes('\\') && this.#isPattern(this.#at + 1)) {
      return this.#put(`${token.text} ESCAPE '\\'`, token, this.#at + 1);
    }
    const colon = this.#next(this.#at);
    if (!this.#is(colon, ':') || !this.#is(colon + 1, ':')) return false;
    let type = this.#next(colon + 1);
    if (this.#word(type) === 'pg_catalog') type = this.#next(type, 2);
    const name = this.#word(type);
    if (!LOOKED_UP.has(name)) return false;
    return this.#put(`${PG}.to_${name}(${token.text})`, token, type + 1);
  }

  /** Of LIKE: there a backslash takes the meaning of what follows, which the engine has to be told. */
  #isPattern(end: number): boolean {
    const isLike = /^i?like$/.test(this.#word(this.#previousAt(this.#at)));
    return isLike && this.#word(this.#next(end - 1)) !== 'escape';
  }

  /** `::regclass` and other types the engine does not know; patterns. */
  #cast(token: SqlToken): boolean {
    if (token.text === '~' && this.#readsCatalog && !this.#is(this.#at + 1, '*')) {
      this.#out.copy('~', token.at);
      this.#at += 1;
      this.#pattern();
      return true;
    }
    if (token.text !== ':' || !this.#is(this.#at + 1, ':')) return false;
    let type = this.#next(this.#at + 1);
    const isQualified = this.#word(type) === 'pg_catalog' && this.#is(this.#next(type), '.');
    if (isQualified) type = this.#next(type, 2);
    const known = TYPE_NAMES[this.#word(type)];
    if (known === undefined && !isQualified) return false;
    return this.#put(`::${known ?? this.#word(type)}`, token, type + 1);
  }

  #parameter(token: SqlToken): boolean {
    let end = this.#at + 1;
    let digits = '';
    while (/^\d$/.test(this.#tokens[end]?.text ?? '')) {
      digits += (this.#tokens[end] as SqlToken).text;
      end += 1;
    }
    if (digits === '') return false;
    if (this.#options.textParameters?.has(Number(digits)) === true) {
      return this.#put(`CAST($${digits} AS VARCHAR)`, token, end);
    }
    if (this.#readsCatalog && this.#isPattern(end)) {
      return this.#put(`CAST($${digits} AS VARCHAR) ESCAPE '\\'`, token, end);
    }
    const known = parameterTypeOf(this.#options.parameterOids[Number(digits) - 1] ?? 0);
    // A text takes the type it is compared with, and a numeric has no scale yet.
    if (known === undefined || (!known.isArray && OPEN_TYPES.has(known.type.name))) return false;
    return this.#put(`CAST($${digits} AS ${engineTypeOf(known)})`, token, end);
  }
}

const OPEN_TYPES = new Set(['text', 'varchar', 'bpchar', 'unknown', 'name', 'char', 'numeric']);

function isIgnored(token: SqlToken | undefined): boolean {
  return token?.kind === 'space' || token?.kind === 'comment';
}

function isDot(token: SqlToken | undefined): boolean {
  return token?.kind === 'other' && token.text === '.';
}
