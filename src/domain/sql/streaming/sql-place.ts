import { SqlError, type SqlErrorKind, type SqlPosition } from '../sql-error.ts';

export function positionAt(sql: string, at: number): SqlPosition {
  const before = sql.slice(0, at);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: at - lineStart + 1 };
}

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
