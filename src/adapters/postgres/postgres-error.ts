import { SqlError, type SqlErrorKind } from '../../domain/sql/sql-error.ts';

export interface PostgresErrorDetails {
  readonly hint?: string | undefined;
  /** In characters, from 1. */
  readonly position?: number | undefined;
  /** Whether the connection ends with it. */
  readonly fatal?: boolean;
}

/** What a client is told of a failure, with the code (SQLSTATE) that drivers tell errors apart by. */
export class PostgresError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly position: number | undefined;
  readonly fatal: boolean;

  constructor(code: string, message: string, details: PostgresErrorDetails = {}) {
    super(message);
    this.name = 'PostgresError';
    this.code = code;
    this.hint = details.hint;
    this.position = details.position;
    this.fatal = details.fatal ?? false;
  }
}

const CODES: Readonly<Record<SqlErrorKind, string>> = {
  SYNTAX: '42601',
  INVALID: '42000',
  FORBIDDEN: '42501',
  CANCELLED: '57014',
  DEADLINE: '57014',
  RESULT_TOO_LARGE: '54000',
  CONFLICT: '40001',
  IN_TRANSACTION: '25001',
  TOO_MANY_TRANSACTIONS: '53400',
  UNAVAILABLE: '57P03',
};

/** The engine tells what is wrong in words alone. */
const INVALID_CODES: readonly (readonly [RegExp, string])[] = [
  [/^Table with name .* does not exist/, '42P01'],
  [/^(Table|View) with name .* already exists/, '42P07'],
  [
    /^Referenced column .* not found|^Referenced table .* not found|does not have a column named/,
    '42703',
  ],
  [/^(Scalar|Aggregate|Table|Table In Out)?\s*Function with name .* does not exist/i, '42883'],
  [/^No function matches/, '42883'],
  [/^Ambiguous reference to column/, '42702'],
  [/^Type with name .* does not exist/, '42704'],
  [/must appear in the GROUP BY clause/, '42803'],
  [/^Constraint Error: Duplicate key|violates (primary key|unique) constraint/, '23505'],
  [/PRIMARY KEY or UNIQUE constraint violation/, '23505'],
  [/^Constraint Error: NOT NULL/, '23502'],
  [/^Constraint Error: CHECK/, '23514'],
  [/^Constraint Error/, '23000'],
  [/^Conversion Error/, '22P02'],
  [/^Out of Range Error/, '22003'],
  [/^Invalid Input Error/, '22023'],
  [/^the statement has \d+ parameters/, '08P01'],
  [/transaction is launched in read-only mode/, '25006'],
  [/^Not implemented Error/i, '0A000'],
];

/** Unexpected failures are told as no more than that; they are in the broker's log. */
export function postgresErrorOf(
  error: unknown,
  positionOf: (error: SqlError) => number | undefined = () => undefined,
): PostgresError {
  if (error instanceof PostgresError) return error;
  if (!(error instanceof SqlError)) {
    return new PostgresError('XX000', 'the statement failed; see the log of the broker');
  }
  const code =
    error.kind === 'INVALID'
      ? (INVALID_CODES.find(([pattern]) => pattern.test(error.message))?.[1] ?? CODES.INVALID)
      : CODES[error.kind];
  return new PostgresError(code, error.message, { hint: error.hint, position: positionOf(error) });
}
