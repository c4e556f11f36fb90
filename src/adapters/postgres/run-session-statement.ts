import type { SessionStatement } from '../../domain/postgres/session-statement.ts';
import type { SqlColumn } from '../../ports/sql-engine.ts';
import type { Outbox } from './outbox.ts';
import { Portal } from './portal.ts';
import { PostgresError } from './postgres-error.ts';
import type { RunOptions } from './run-statement.ts';
import { beginTransaction, endTransaction, setTransaction } from './run-transaction.ts';
import type { Session } from './session.ts';

type Of<Kind extends SessionStatement['kind']> = Extract<SessionStatement, { kind: Kind }>;

export async function runSessionStatement(
  session: Session,
  out: Outbox,
  portal: Portal,
  statement: SessionStatement,
  options: RunOptions,
): Promise<void> {
  switch (statement.kind) {
    case 'begin':
      return beginTransaction(session, out, statement);
    case 'commit':
    case 'rollback':
      return endTransaction(session, out, statement);
    case 'set-transaction':
      return setTransaction(session, out, statement);
    case 'savepoint':
      throw new PostgresError('0A000', 'there are no savepoints here', {
        hint: 'COMMIT or ROLLBACK ends a transaction as a whole',
      });
    case 'two-phase':
      throw new PostgresError('0A000', 'there are no prepared transactions here', {
        hint: 'COMMIT and ROLLBACK end a transaction of this connection',
      });
    case 'set':
      return setSetting(session, out, statement);
    case 'reset':
      if (statement.name === 'all') session.settings.reset();
      else session.settings.set(statement.name, 'default');
      out.commandComplete('RESET');
      return;
    case 'show':
      showSetting(session, out, statement, options);
      return;
    case 'discard':
      await discard(session, out, statement);
      return;
    case 'deallocate':
      if (statement.name === undefined) session.statements.clear();
      else if (!session.statements.delete(statement.name)) session.statement(statement.name);
      out.commandComplete(statement.name === undefined ? 'DEALLOCATE ALL' : 'DEALLOCATE');
      return;
    case 'declare':
      return declareCursor(session, out, portal, statement);
    case 'fetch':
      return fetchCursor(session, out, statement, options);
    case 'close':
      if (statement.name === undefined) await session.closePortals();
      else {
        session.portal(cursorName(statement.name));
        await session.closePortal(cursorName(statement.name));
      }
      out.commandComplete('CLOSE CURSOR');
      return;
    case 'copy':
      return copyOut(session, out, portal);
    case 'refused-copy':
      throw new PostgresError('0A000', statement.message);
    case 'nothing':
      out.commandComplete(statement.tag);
      return;
    default:
      return statement satisfies never;
  }
}

function setSetting(
  { settings, transaction }: Session,
  out: Outbox,
  { name, value, isLocal }: Of<'set'>,
): void {
  if (isLocal && transaction.status === 'I') {
    out.warning('25P01', 'SET LOCAL can only be used in transaction blocks');
  } else {
    const changed = isLocal ? settings.setLocal(name, value) : settings.set(name, value);
    if (changed !== undefined) out.parameterStatus(changed, settings.show(changed));
  }
  out.commandComplete('SET');
}

/** What SHOW gives, by the names of its columns. */
export function shownColumns({ name }: Of<'show'>): SqlColumn[] {
  return (name === 'all' ? ['name', 'setting'] : [name]).map((column) => ({
    name: column,
    type: 'VARCHAR',
  }));
}

function showSetting(
  session: Session,
  out: Outbox,
  statement: Of<'show'>,
  { describes }: RunOptions,
): void {
  const { settings } = session;
  const rows = statement.name === 'all' ? settings.all() : [[settings.show(statement.name)]];
  if (describes) out.rowDescription(shownColumns(statement), []);
  for (const row of rows) out.textRow(row);
  out.commandComplete('SHOW');
}

async function discard(session: Session, out: Outbox, { what }: Of<'discard'>): Promise<void> {
  if (what === 'ALL') {
    session.statements.clear();
    session.settings.reset();
    await session.closePortals();
  }
  out.commandComplete(`DISCARD ${what}`);
}

/** Cursors of DECLARE and portals of Bind do not meet. */
function cursorName(name: string): string {
  return `cursor ${name}`;
}

async function declareCursor(
  session: Session,
  out: Outbox,
  { statement }: Portal,
  { name }: Of<'declare'>,
): Promise<void> {
  if (session.transaction.status === 'I') {
    const message = 'DECLARE CURSOR can only be used in transaction blocks';
    throw new PostgresError('25P01', message, { hint: 'BEGIN one' });
  }
  const cursor = new Portal(statement);
  await session.addPortal(cursorName(name), cursor);
  // Started here, so that what is wrong with it shows here.
  try {
    await session.rowsOf(cursor);
  } catch (error) {
    await session.closePortal(cursorName(name));
    throw error;
  }
  out.commandComplete('DECLARE CURSOR');
}

async function fetchCursor(
  session: Session,
  out: Outbox,
  { name, rowsMax, tag }: Of<'fetch'>,
  { describes }: RunOptions,
): Promise<void> {
  const rows = await session.rowsOf(session.portal(cursorName(name)));
  if (describes) out.rowDescription(rows.columns, []);
  const { rows: count } = await rows.send(out, rowsMax);
  out.commandComplete(`${tag} ${count}`);
}

async function copyOut(session: Session, out: Outbox, portal: Portal): Promise<void> {
  const rows = await session.rowsOf(portal);
  out.copyOutResponse(rows.columns.length);
  const { rows: count } = await rows.send(out, 0);
  out.copyDone().commandComplete(`COPY ${count}`);
}
