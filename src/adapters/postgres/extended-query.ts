import { placedStatements } from '../../domain/sql/statements.ts';
import { describeStatement, parameterOidsOf } from './describe-statement.ts';
import {
  type BindMessage,
  type FrontendMessage,
  readBind,
  readExecute,
  readParse,
  readTarget,
  type TargetMessage,
} from './frontend-messages.ts';
import type { Outbox } from './outbox.ts';
import { parameterValues } from './parameter-values.ts';
import { PlannedStatement } from './planned-statement.ts';
import { Portal } from './portal.ts';
import { PostgresError } from './postgres-error.ts';
import { shownColumns } from './run-session-statement.ts';
import { runPortal } from './run-statement.ts';
import type { Session } from './session.ts';

const BINARY = 1;
const ARRAY_START = 0x7b;
const ARRAY_END = 0x7d;

/** Answers the messages of the extended protocol, all but Sync. */
export async function answerExtended(
  session: Session,
  out: Outbox,
  { type, body }: FrontendMessage,
  /** Whether Sync is the next message, as far as they are known. */
  isLast: () => boolean,
): Promise<void> {
  switch (type) {
    case 'P':
      return parse(session, out, body);
    case 'B':
      return bind(session, out, body);
    case 'D':
      return describe(session, out, readTarget(body));
    case 'E':
      return execute(session, out, body, isLast);
    default:
      return close(session, out, body);
  }
}

/** What is wrong with the statement shows when it is described or run: the engine is not asked here. */
function parse(session: Session, out: Outbox, body: Uint8Array): void {
  const { name, sql: text, parameterOids } = readParse(body);
  const [statement = { sql: '', at: 0 }, ...others] = placedStatements(text);
  if (others.length > 0) {
    throw new PostgresError('42601', 'cannot insert multiple commands into a prepared statement');
  }
  const { user } = session;
  const planned = new PlannedStatement({ text, ...statement, user, parameterOids });
  session.addStatement(name, planned);
  out.parseComplete();
}

async function bind(session: Session, out: Outbox, body: Uint8Array): Promise<void> {
  const message = readBind(body);
  const statement = session.statement(message.statement);
  const { resultFormats } = message;
  const oids = needsTypes(message, statement)
    ? await parameterOidsOf(session, statement)
    : statement.parameterOids;
  const portal = new Portal(statement, parameterValues(message, oids), resultFormats);
  await session.addPortal(message.portal, portal);
  out.bindComplete();
}

/** Bytes without a type tell nothing of what they are, and arrays have to be told from texts. */
function needsTypes(
  { values, parameterFormats: formats }: BindMessage,
  { parameterOids }: PlannedStatement,
): boolean {
  return values.some((bytes, index) => {
    if (bytes === undefined || (parameterOids[index] ?? 0) !== 0) return false;
    const format = formats.length === 1 ? formats[0] : formats[index];
    return format === BINARY || (bytes[0] === ARRAY_START && bytes.at(-1) === ARRAY_END);
  });
}

async function describe(
  session: Session,
  out: Outbox,
  { target, name }: TargetMessage,
): Promise<void> {
  const statement = target === 'S' ? session.statement(name) : session.portal(name).statement;
  try {
    if (target === 'P') await describePortal(session, out, session.portal(name));
    else {
      const { oids, columns } = await describeStatement(session, statement);
      out.parameterDescription(oids);
      if (columns === undefined) out.noData();
      else out.rowDescription(columns, []);
    }
  } catch (error) {
    throw statement.error(error);
  }
}

async function describePortal(session: Session, out: Outbox, portal: Portal): Promise<void> {
  const { session: own, shape, isEmpty } = portal.statement;
  if (own?.kind === 'show') out.rowDescription(shownColumns(own), []);
  else if (isEmpty || own !== undefined || shape.gives !== 'rows') out.noData();
  else if (shape.writes || session.transaction.status === 'E') {
    const { queries } = session.transaction;
    out.rowDescription(await portal.describe(queries, session.limits()), portal.resultFormats);
  } else {
    const { columns } = await session.rowsOf(portal);
    out.rowDescription(columns, portal.resultFormats);
  }
}

async function execute(
  session: Session,
  out: Outbox,
  body: Uint8Array,
  isLast: () => boolean,
): Promise<void> {
  const { portal: name, rowsMax } = readExecute(body);
  const portal = session.portal(name);
  try {
    if (portal.statement.isEmpty) out.emptyQueryResponse();
    else await runPortal(session, out, portal, { rowsMax, describes: false, isAlone: isLast() });
  } catch (error) {
    throw portal.statement.error(error);
  }
}

async function close(session: Session, out: Outbox, body: Uint8Array): Promise<void> {
  const { target, name } = readTarget(body);
  if (target === 'S') session.statements.delete(name);
  else await session.closePortal(name);
  out.closeComplete();
}
