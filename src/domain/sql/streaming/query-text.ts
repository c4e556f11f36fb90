import type { SqlError } from '../sql-error.ts';
import { isNode, nodesOf } from '../syntax-tree.ts';
import { locationOf } from './query-columns.ts';
import { errorAt } from './sql-place.ts';

/** The user's text, for telling where in it something stands. */
export interface QueryText {
  readonly original: string;
}

/** An error about a part of the query, with its place where the engine told it. */
export function refuse(text: QueryText, node: unknown, message: string, hint?: string): SqlError {
  const bytes = placeOf(node);
  const at = bytes === undefined ? undefined : indexOfByte(text.original, bytes);
  return errorAt(text.original, at, message, hint);
}

function placeOf(node: unknown): number | undefined {
  const own = locationOf(node);
  if (own !== undefined && own > 0) return own;
  if (!isNode(node)) return undefined;
  let first: number | undefined;
  for (const each of nodesOf(node)) {
    const location = locationOf(each);
    if (location === undefined || location === 0) continue;
    if (first === undefined || location < first) first = location;
  }
  return first;
}

/** The engine counts bytes of UTF-8. */
function indexOfByte(text: string, byte: number): number {
  let bytes = 0;
  let index = 0;
  for (const character of text) {
    if (bytes >= byte) break;
    bytes += utf8Length(character.codePointAt(0) ?? 0);
    index += character.length;
  }
  return index;
}

function utf8Length(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}
