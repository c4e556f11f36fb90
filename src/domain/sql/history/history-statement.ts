import { TokenCursor } from '../token-cursor.ts';

export type HistoryStatement =
  | {
      readonly type: 'export';
      readonly topic: string;
      /** Whether records of segments that are still appended to go too. */
      readonly openSegments: boolean;
      /** Only segments whose newest record is at least that old. */
      readonly olderThanMs: number | undefined;
    }
  | { readonly type: 'drop'; readonly topic: string }
  | { readonly type: 'show' };

const UNITS_MS: Readonly<Record<string, number>> = {
  ...{ millisecond: 1, second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000 },
};

/** The statements about history; undefined for any other. Throws an SqlError with the place of what is wrong. */
export function parseHistoryStatement(sql: string): HistoryStatement | undefined {
  const cursor = new TokenCursor(sql);
  if (cursor.accept('show', 'topic', 'history')) {
    cursor.expectEnd();
    return { type: 'show' };
  }
  if (cursor.accept('drop', 'topic', 'history')) {
    const topic = cursor.name('the name of a topic').text;
    cursor.expectEnd();
    return { type: 'drop', topic };
  }
  if (!cursor.accept('export', 'topic')) return undefined;
  const topic = cursor.name('the name of a topic').text;
  if (!cursor.accept('to', 'history')) {
    cursor.fail('TO HISTORY is missing', { hint: 'EXPORT TOPIC "topic" TO HISTORY' });
  }
  const openSegments = cursor.accept('with', 'open', 'segments');
  const olderThanMs = cursor.accept('older', 'than') ? durationOf(cursor) : undefined;
  cursor.expectEnd();
  return { type: 'export', topic, openSegments, olderThanMs };
}

function durationOf(cursor: TokenCursor): number {
  const hint = 'OLDER THAN 12 HOURS';
  let digits = '';
  while (/^\d$/.test(cursor.next?.text ?? '')) digits += cursor.take()?.text;
  if (digits === '') cursor.fail('a number is missing', { hint });
  const { text, at } = cursor.name('a unit of time');
  const unitMs = UNITS_MS[text.toLowerCase().replace(/s$/, '')];
  if (unitMs === undefined) cursor.fail(`${text} is no unit of time`, { at, hint });
  return Number(digits) * unitMs;
}
