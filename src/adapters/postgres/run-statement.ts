import { commandTag } from '../../domain/postgres/command-tag.ts';
import type { Outbox } from './outbox.ts';
import type { Portal } from './portal.ts';
import { PostgresError } from './postgres-error.ts';
import { runSessionStatement } from './run-session-statement.ts';
import type { Session } from './session.ts';

export interface RunOptions {
  /** 0 for all of them. */
  readonly rowsMax: number;
  /** Whether the rows are preceded by what they are: in the simple protocol they are. */
  readonly describes: boolean;
  /** Whether no statement is sent together with it, of which it would be one transaction. */
  readonly isAlone: boolean;
}

/** Runs a portal, or goes on with one that was suspended, up to the message that tells how it ended. */
export async function runPortal(
  session: Session,
  out: Outbox,
  portal: Portal,
  options: RunOptions,
): Promise<void> {
  const { session: sessionStatement, shape } = portal.statement;
  checkTransaction(session, portal);
  if (sessionStatement !== undefined) {
    await runSessionStatement(session, out, portal, sessionStatement, options);
    return;
  }
  if (shape.writes && !options.isAlone && portal.statement.outside === undefined) {
    session.transaction.openImplicit();
  }
  if (shape.gives === 'rows') {
    const rows = await session.rowsOf(portal);
    if (options.describes) out.rowDescription(rows.columns, portal.resultFormats);
    const { rows: count, isDone } = await rows.send(out, options.rowsMax);
    if (isDone) out.commandComplete(commandTag(shape, count));
    else out.portalSuspended();
    return;
  }
  const queries = await session.queriesFor(portal.statement);
  const count = await portal.change(queries, session.limits());
  out.commandComplete(commandTag(shape, count));
}

/** After an error nothing runs until the transaction is ended. */
function checkTransaction(session: Session, { statement }: Portal): void {
  if (session.transaction.status !== 'E') return;
  const kind = statement.session?.kind;
  if (kind === 'rollback' || kind === 'commit') return;
  const message = 'current transaction is aborted, commands ignored until end of transaction block';
  throw new PostgresError('25P02', message, { hint: 'ROLLBACK ends it' });
}
