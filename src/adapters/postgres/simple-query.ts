import { placedStatements } from '../../domain/sql/statements.ts';
import { readQuery } from './frontend-messages.ts';
import type { Outbox } from './outbox.ts';
import { PlannedStatement } from './planned-statement.ts';
import { Portal } from './portal.ts';
import { runPortal } from './run-statement.ts';
import type { Session } from './session.ts';

/** Runs the statements of one message one after the other, up to the first that fails. */
export async function answerSimple(session: Session, out: Outbox, body: Uint8Array): Promise<void> {
  const text = readQuery(body);
  const statements = placedStatements(text);
  if (statements.length === 0) out.emptyQueryResponse();
  // As in PostgreSQL, a simple query takes the unnamed ones.
  session.statements.delete('');
  await session.closePortal('');
  const { user } = session;
  const planned = statements.map(
    ({ sql, at }) => new PlannedStatement({ text, sql, at, user, parameterOids: [] }),
  );
  const ofEngine = planned.filter(({ session: own }) => own === undefined);
  const isBlock = ofEngine.length > 1 && ofEngine.some(({ shape }) => shape.writes);
  for (const statement of planned) {
    // They are one transaction, as far as BEGIN and COMMIT among them say nothing else.
    if (isBlock && statement.session === undefined) session.transaction.openImplicit();
    const portal = new Portal(statement);
    try {
      await runPortal(session, out, portal, { rowsMax: 0, describes: true, isAlone: true });
    } catch (error) {
      throw statement.error(error);
    } finally {
      await portal.close();
    }
    await out.flushWhenFull();
  }
}
