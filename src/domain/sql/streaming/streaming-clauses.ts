import { intervalMs } from './interval.ts';
import {
  argumentsBetween,
  blanked,
  closingIndex,
  isMark,
  isWord,
  type SignificantToken,
  significantTokens,
  textOf,
} from './significant-tokens.ts';
import { errorAt } from './sql-place.ts';
import type { EmitMode } from './stream-plan.ts';

export type WindowClause =
  | { readonly kind: 'hopping'; readonly sizeMs: number; readonly advanceMs: number }
  | { readonly kind: 'session'; readonly gapMs: number }
  | { readonly kind: 'sliding'; readonly sizeMs: number };

/** How far apart in time the rows of two streams may be that are joined. */
export interface WithinClause {
  /** How much earlier the right row may be. */
  readonly beforeMs: number;
  readonly afterMs: number;
}

/** A query without the clauses the engine's parser does not know. */
export interface LiftedQuery {
  /** The user's text, with spaces in the clauses' place. */
  readonly sql: string;
  readonly original: string;
  readonly window?: WindowClause;
  readonly windowAt?: number;
  readonly graceMs?: number;
  /** How long behind the watermark the results of closed windows are kept. */
  readonly retentionMs?: number;
  readonly retentionAt?: number;
  readonly emit?: EmitMode;
  readonly emitAt?: number;
  readonly within?: WithinClause;
}

type Lifted = { -readonly [Name in keyof LiftedQuery]: LiftedQuery[Name] };

const KINDS = ['TUMBLING', 'HOPPING', 'SLIDING', 'SESSION'];
const WINDOW_HINT =
  'TUMBLING (INTERVAL 1 MINUTE), HOPPING (SIZE INTERVAL 1 MINUTE, ADVANCE BY INTERVAL 10 SECONDS), SLIDING (INTERVAL 30 SECONDS) or SESSION (INTERVAL 20 SECONDS), each with GRACE PERIOD … and RETENTION … inside if need be';

/**
 * Takes WINDOW TUMBLING | HOPPING | SLIDING | SESSION (…), GRACE PERIOD, EMIT and WITHIN out of a query, wherever they
 * stand after FROM outside of brackets. The standard's own `WINDOW name AS (…)` stays. Flink's `TABLE(TUMBLE(TABLE t, …))`
 * loses the word TABLE, which the engine's parser does not take there.
 */
export function liftStreamingClauses(original: string): LiftedQuery {
  const tokens = significantTokens(original);
  const lifted: Lifted = { original, sql: original };
  const from = tokens.findIndex((token) => token.depth === 0 && isWord(token, 'FROM'));
  if (from === -1) return lifted;
  for (let index = from + 1; index < tokens.length; index++) {
    if (tokens[index]?.depth !== 0) continue;
    const end = liftAt(lifted, tokens, index);
    if (end === undefined) continue;
    lifted.sql = blanked(lifted.sql, startOf(tokens, index), tokens[end - 1]?.end ?? 0);
    index = end - 1;
  }
  return lifted;
}

/** Takes the clause that begins at a token; the index after it, undefined where none begins. */
function liftAt(
  lifted: Lifted,
  tokens: readonly SignificantToken[],
  index: number,
): number | undefined {
  const [token, next, third] = tokens.slice(index, index + 3);
  if (isWord(token, 'WINDOW') && isWord(next, ...KINDS) && isMark(third, '(')) {
    return liftWindow(lifted, tokens, index);
  }
  if (isWord(token, 'EMIT')) return liftEmit(lifted, tokens, index);
  if (isWord(token, 'GRACE') && isWord(next, 'PERIOD')) {
    const end = endOfInterval(tokens, index + 2);
    lifted.graceMs = once(lifted, lifted.graceMs, token, () =>
      intervalAt(lifted, tokens.slice(index + 2, end), token),
    );
    return end;
  }
  if (isWord(token, 'WITHIN') && startsInterval(next)) return liftWithin(lifted, tokens, index);
  if (isWord(token, 'TABLE') && isMark(next, '(')) liftTableWords(lifted, tokens, index);
  return undefined;
}

function liftWindow(lifted: Lifted, tokens: readonly SignificantToken[], index: number): number {
  const open = index + 2;
  const close = closingIndex(tokens, open);
  const token = tokens[index];
  if (close === tokens.length) {
    throw errorAt(lifted.original, token?.at, 'the window has no closing )', WINDOW_HINT, 'SYNTAX');
  }
  const kind = tokens[index + 1]?.text.toUpperCase() ?? '';
  const lengths: { size?: number; advance?: number } = {};
  for (const part of argumentsBetween(tokens, open + 1, close)) takeArgument(lifted, part, lengths);
  const { size, advance } = lengths;
  const wrong = (message: string): Error =>
    errorAt(lifted.original, tokens[index + 1]?.at, message, WINDOW_HINT);
  if (size === undefined) throw wrong('the window has no size');
  if (size <= 0 || (advance ?? 1) <= 0) throw wrong('the window has to be longer than nothing');
  if (kind === 'HOPPING') {
    if (advance === undefined) throw wrong('a hopping window needs ADVANCE BY beside its size');
    if (advance > size) throw wrong('windows that advance by more than their size leave rows out');
  } else if (advance !== undefined) throw wrong(`a ${kind.toLowerCase()} window has one interval`);
  lifted.window = once(lifted, lifted.window, token, () => windowOf(kind, size, advance ?? size));
  lifted.windowAt = token?.at ?? 0;
  return close + 1;
}

function windowOf(kind: string, size: number, advance: number): WindowClause {
  if (kind === 'SESSION') return { kind: 'session', gapMs: size };
  if (kind === 'SLIDING') return { kind: 'sliding', sizeMs: size };
  return { kind: 'hopping', sizeMs: size, advanceMs: advance };
}

function takeArgument(
  lifted: Lifted,
  part: readonly SignificantToken[],
  lengths: { size?: number; advance?: number },
): void {
  const [first, second] = part;
  if (isWord(first, 'GRACE') && isWord(second, 'PERIOD')) {
    lifted.graceMs = once(lifted, lifted.graceMs, first, () =>
      intervalAt(lifted, part.slice(2), first),
    );
  } else if (isWord(first, 'ADVANCE') && isWord(second, 'BY')) {
    lengths.advance = intervalAt(lifted, part.slice(2), first);
  } else if (isWord(first, 'SIZE')) {
    lengths.size = intervalAt(lifted, part.slice(1), first);
  } else if (isWord(first, 'RETENTION')) {
    lifted.retentionMs = once(lifted, lifted.retentionMs, first, () =>
      intervalAt(lifted, part.slice(1), first),
    );
    lifted.retentionAt = first?.at ?? 0;
  } else if (lengths.size === undefined) lengths.size = intervalAt(lifted, part, first);
  else if (lengths.advance === undefined) lengths.advance = intervalAt(lifted, part, first);
  else throw errorAt(lifted.original, first?.at, 'the window has too many intervals', WINDOW_HINT);
}

function liftEmit(
  lifted: Lifted,
  tokens: readonly SignificantToken[],
  index: number,
): number | undefined {
  const [token, next, third, fourth] = tokens.slice(index, index + 4);
  const onClose = isWord(next, 'ON') && isWord(third, 'WINDOW') && isWord(fourth, 'CLOSE');
  if (!onClose && !isWord(next, 'CHANGES', 'FINAL')) return undefined;
  const mode = isWord(next, 'CHANGES') ? 'changes' : 'final';
  lifted.emit = once(lifted, lifted.emit, token, () => mode);
  lifted.emitAt = token?.at ?? 0;
  return index + (onClose ? 4 : 2);
}

function liftWithin(lifted: Lifted, tokens: readonly SignificantToken[], index: number): number {
  const token = tokens[index];
  const open = index + 1;
  if (isMark(tokens[open], '(')) {
    const close = closingIndex(tokens, open);
    const parts = argumentsBetween(tokens, open + 1, close);
    if (close === tokens.length || parts.length === 0 || parts.length > 2) {
      const hint = 'as in WITHIN 30 SECONDS, or WITHIN (1 MINUTE, 2 MINUTES) for before and after';
      throw errorAt(lifted.original, tokens[open]?.at, 'one or two intervals are expected', hint);
    }
    const [before = 0, after = before] = parts.map((part) => intervalAt(lifted, part, token));
    lifted.within = once(lifted, lifted.within, token, () => ({
      ...{ beforeMs: before, afterMs: after },
    }));
    return close + 1;
  }
  const end = endOfInterval(tokens, open);
  const length = intervalAt(lifted, tokens.slice(open, end), token);
  lifted.within = once(lifted, lifted.within, token, () => ({
    ...{ beforeMs: length, afterMs: length },
  }));
  return end;
}

function liftTableWords(lifted: Lifted, tokens: readonly SignificantToken[], index: number): void {
  const [, , called, open, inner] = tokens.slice(index, index + 5);
  if (!isWord(called, 'TUMBLE', 'HOP', 'SESSION', 'CUMULATE') || !isMark(open, '(')) return;
  const close = closingIndex(tokens, index + 1);
  const blank = (token: SignificantToken | undefined): void => {
    if (token !== undefined) lifted.sql = blanked(lifted.sql, token.at, token.end);
  };
  for (const token of [tokens[index], tokens[index + 1], tokens[close]]) blank(token);
  // `TABLE t` and `DATA => TABLE t` both lose the word.
  const within = tokens.slice(index + 4, close);
  for (const token of isWord(inner, 'DATA') ? within.slice(0, 4) : within.slice(0, 1)) {
    if (isWord(token, 'TABLE')) blank(token);
  }
}

/** Where an interval ends that no bracket holds: after its number, text and unit. */
function endOfInterval(tokens: readonly SignificantToken[], start: number): number {
  let index = start;
  if (isWord(tokens[index], 'INTERVAL')) index += 1;
  while (/^[\d.]$/.test(tokens[index]?.text ?? '') || tokens[index]?.kind === 'text') index += 1;
  const unit = tokens[index];
  const isUnit = unit?.kind === 'word' && intervalMs(`1 ${unit.text}`) !== 'syntax';
  return isUnit ? index + 1 : index;
}

function startsInterval(token: SignificantToken | undefined): boolean {
  return isWord(token, 'INTERVAL') || isMark(token, '(') || /^\d$/.test(token?.text ?? '');
}

function intervalAt(
  { original }: Lifted,
  tokens: readonly SignificantToken[],
  clause: SignificantToken | undefined,
): number {
  const at = tokens[0]?.at ?? clause?.at;
  const length = intervalMs(textOf(original, tokens));
  if (typeof length === 'number') return length;
  if (length === 'calendar') {
    const message = 'months and years have no fixed length';
    throw errorAt(original, at, message, 'use days, as in INTERVAL 30 DAYS');
  }
  const hint = 'as in INTERVAL 1 MINUTE, in whole milliseconds';
  throw errorAt(original, at, 'an interval is expected here', hint, 'SYNTAX');
}

function once<T>(
  { original }: Lifted,
  present: T | undefined,
  token: SignificantToken | undefined,
  value: () => T,
): T {
  if (present === undefined) return value();
  throw errorAt(original, token?.at, `${token?.text.toUpperCase()} stands twice`);
}

function startOf(tokens: readonly SignificantToken[], index: number): number {
  return tokens[index]?.at ?? 0;
}
