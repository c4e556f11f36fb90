/** A piece of SQL: a quoted name without its quotes, a bare word, or anything else. */
export interface SqlToken {
  readonly kind: 'name' | 'word' | 'text' | 'comment' | 'space' | 'other';
  readonly text: string;
  readonly at: number;
}

const TOKEN =
  /(?<space>\s+)|(?<comment>--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<name>"(?:[^"]|"")*(?:"|$))|(?<dollar>\$(?<tag>[A-Za-z_]*)\$[\s\S]*?(?:\$\k<tag>\$|$))|(?<text>[eE]?'(?:[^']|'')*(?:'|$))|(?<word>[\p{L}_][\p{L}\p{N}_$]*)|(?<other>[\s\S])/gu;

export function* sqlTokens(sql: string): Generator<SqlToken> {
  for (const match of sql.matchAll(TOKEN)) {
    const { space, comment, name, dollar, text, word } = match.groups ?? {};
    const at = match.index;
    if (space !== undefined) yield { kind: 'space', text: space, at };
    else if (comment !== undefined) yield { kind: 'comment', text: comment, at };
    else if (name !== undefined) {
      yield { kind: 'name', text: name.slice(1, -1).replaceAll('""', '"'), at };
    } else if (text !== undefined || dollar !== undefined) {
      yield { kind: 'text', text: match[0], at };
    } else yield { kind: word === undefined ? 'other' : 'word', text: match[0], at };
  }
}

export interface SplitStatements {
  readonly statements: readonly string[];
  /** What follows the last semicolon, empty when nothing but space and comments does. */
  readonly rest: string;
}

/** Splits a script at the semicolons between statements. */
export function splitStatements(sql: string): SplitStatements {
  const statements: string[] = [];
  let start = 0;
  let content = false;
  for (const { kind, text, at } of sqlTokens(sql)) {
    if (kind === 'other' && text === ';') {
      if (content) statements.push(sql.slice(start, at).trim());
      start = at + 1;
      content = false;
    } else if (kind !== 'space' && kind !== 'comment') content = true;
  }
  return { statements, rest: content ? sql.slice(start).trim() : '' };
}

export interface PlacedStatement {
  readonly sql: string;
  /** Where it starts in the script. */
  readonly at: number;
}

/** The statements of a script with their places, the last one with or without its semicolon. */
export function placedStatements(script: string): PlacedStatement[] {
  const { statements, rest } = splitStatements(script);
  let from = 0;
  return [...statements, ...(rest === '' ? [] : [rest])].map((sql) => {
    const at = script.indexOf(sql, from);
    from = at + sql.length;
    return { sql, at };
  });
}

/** Every word of a statement that may be the name of a table. */
export function namesIn(sql: string): Set<string> {
  const names = new Set<string>();
  for (const { kind, text } of sqlTokens(sql)) {
    if (kind === 'name' || kind === 'word') names.add(text);
  }
  return names;
}
