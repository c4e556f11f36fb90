import { SqlError, type SqlErrorKind } from '../../domain/sql/sql-error.ts';

/** A request that cannot be answered as asked. */
export class HttpError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'HttpError';
    this.status = status;
  }
}

const STATUS: Readonly<Record<SqlErrorKind, number>> = {
  SYNTAX: 400,
  INVALID: 400,
  FORBIDDEN: 403,
  CANCELLED: 499,
  DEADLINE: 504,
  RESULT_TOO_LARGE: 422,
  CONFLICT: 409,
  IN_TRANSACTION: 422,
  TOO_MANY_TRANSACTIONS: 429,
  UNAVAILABLE: 503,
};

export interface ErrorAnswer {
  readonly status: number;
  readonly error: {
    readonly kind: string;
    readonly message: string;
    readonly position?: { readonly line: number; readonly column: number } | undefined;
    readonly hint?: string | undefined;
  };
}

/** What the client is told; of an unexpected failure no more than that it happened. */
export function errorAnswer(error: unknown): ErrorAnswer {
  if (error instanceof HttpError) {
    return { status: error.status, error: { kind: 'REQUEST', message: error.message } };
  }
  if (error instanceof SqlError) {
    const { kind, message, position, hint } = error;
    return { status: STATUS[kind], error: { kind, message, position, hint } };
  }
  return { status: 500, error: { kind: 'INTERNAL', message: 'the request failed; see the log' } };
}
