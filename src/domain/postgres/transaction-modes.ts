import type { SqlToken } from '../sql/statements.ts';

export const ISOLATION_LEVELS = [
  'read uncommitted',
  'read committed',
  'repeatable read',
  'serializable',
] as const;
export type IsolationLevel = (typeof ISOLATION_LEVELS)[number];

/** What BEGIN and SET TRANSACTION say of a transaction; what they leave out is undefined. */
export interface TransactionModes {
  readonly isolation?: IsolationLevel;
  readonly readOnly?: boolean;
  readonly deferrable?: boolean;
  /** What is none of these. */
  readonly unknown?: string;
}

const MODE =
  /^(?:isolation level (?<isolation>read uncommitted|read committed|repeatable read|serializable)|read (?<access>only|write)|(?<not>not )?(?<deferrable>deferrable))(?: |$)/;

/** The modes after `BEGIN`, with or without commas between them. */
export function transactionModes(tokens: readonly SqlToken[]): TransactionModes {
  let rest = tokens
    .filter(({ kind, text }) => kind !== 'other' || text !== ',')
    .map(({ text }) => text.toLowerCase())
    .join(' ')
    .replace(/^(work|transaction)( |$)/, '');
  let modes: TransactionModes = {};
  while (rest !== '') {
    const match = MODE.exec(rest);
    if (match === null) return { ...modes, unknown: rest };
    const { isolation, access, not, deferrable } = match.groups ?? {};
    modes = {
      ...modes,
      ...(isolation !== undefined && { isolation: isolation as IsolationLevel }),
      ...(access !== undefined && { readOnly: access === 'only' }),
      ...(deferrable !== undefined && { deferrable: not === undefined }),
    };
    rest = rest.slice(match[0].length);
  }
  return modes;
}
