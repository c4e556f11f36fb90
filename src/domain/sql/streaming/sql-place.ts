import { SqlError, type SqlErrorKind } from '../sql-error.ts';
import { positionAt } from '../token-cursor.ts';

/** An error at a place of the user's text. */
export function errorAt(
  sql: string,
  at: number | undefined,
  message: string,
  hint?: string,
  kind: SqlErrorKind = 'INVALID',
): SqlError {
  const position = at === undefined ? undefined : positionAt(sql, at);
  return new SqlError(kind, message, { position, hint });
}
