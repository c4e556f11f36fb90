export type SqlErrorKind =
  | 'SYNTAX'
  | 'INVALID'
  | 'FORBIDDEN'
  | 'CANCELLED'
  | 'DEADLINE'
  | 'RESULT_TOO_LARGE'
  /** Another transaction changed the same; the whole of this one may be tried again. */
  | 'CONFLICT'
  /** It cannot be part of a transaction. */
  | 'IN_TRANSACTION'
  /** There are as many open transactions as are allowed. */
  | 'TOO_MANY_TRANSACTIONS'
  | 'UNAVAILABLE';

export interface SqlPosition {
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

export interface SqlErrorDetails {
  readonly position?: SqlPosition | undefined;
  readonly hint?: string | undefined;
}

/** Why a statement was not carried out, for the one who wrote it. */
export class SqlError extends Error {
  readonly kind: SqlErrorKind;
  readonly position: SqlPosition | undefined;
  readonly hint: string | undefined;

  constructor(kind: SqlErrorKind, message: string, details: SqlErrorDetails = {}) {
    super(message);
    this.name = 'SqlError';
    this.kind = kind;
    this.position = details.position;
    this.hint = details.hint;
  }
}
