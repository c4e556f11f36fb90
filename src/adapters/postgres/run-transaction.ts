import type { SessionStatement } from '../../domain/postgres/session-statement.ts';
import type { TransactionModes } from '../../domain/postgres/transaction-modes.ts';
import type { Outbox } from './outbox.ts';
import { PostgresError } from './postgres-error.ts';
import type { Session } from './session.ts';

type Of<Kind extends SessionStatement['kind']> = Extract<SessionStatement, { kind: Kind }>;

export function beginTransaction(session: Session, out: Outbox, { tag, modes }: Of<'begin'>): void {
  const { status } = session.transaction;
  checkModes(modes);
  if (status === 'T') out.warning('25001', 'there is already a transaction in progress');
  else session.begin();
  setModes(session, modes);
  out.commandComplete(tag);
}

export async function endTransaction(
  session: Session,
  out: Outbox,
  { kind, chain }: Extract<SessionStatement, { chain: boolean }>,
): Promise<void> {
  const { transaction, settings } = session;
  if (transaction.status === 'I') {
    if (chain) {
      const what = `${kind.toUpperCase()} AND CHAIN`;
      throw new PostgresError('25P01', `${what} can only be used in transaction blocks`);
    }
    out.warning('25P01', 'there is no transaction in progress');
  }
  const modes = settings.transactionModes;
  const committed = await session.end(kind, out);
  if (chain) {
    session.begin();
    setModes(session, modes);
  }
  out.commandComplete(committed ? 'COMMIT' : 'ROLLBACK');
}

export function setTransaction(
  session: Session,
  out: Outbox,
  { isDefault, modes }: Of<'set-transaction'>,
): void {
  checkModes(modes);
  const { transaction, settings } = session;
  if (isDefault) settings.setDefaultModes(modes);
  else if (transaction.status === 'I') {
    out.warning('25P01', 'SET TRANSACTION can only be used in transaction blocks');
  } else setModes(session, modes);
  out.commandComplete('SET');
}

function setModes({ transaction, settings }: Session, modes: TransactionModes): void {
  const { isolation, readOnly } = settings.transactionModes;
  if (transaction.hasRun) {
    if (modes.isolation !== undefined && modes.isolation !== isolation) {
      const what = 'SET TRANSACTION ISOLATION LEVEL must be called before any query';
      throw new PostgresError('25001', what);
    }
    if (modes.readOnly === false && readOnly === true) {
      const what = 'transaction read-write mode must be set before any query';
      throw new PostgresError('25001', what);
    }
  }
  settings.setLocalModes(modes);
}

function checkModes({ unknown }: TransactionModes): void {
  if (unknown !== undefined)
    throw new PostgresError('42601', `syntax error at or near "${unknown}"`);
}
