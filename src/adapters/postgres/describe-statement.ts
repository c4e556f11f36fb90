import { columnTypeOf, POSTGRES_TYPES } from '../../domain/postgres/postgres-types.ts';
import type { SqlColumn } from '../../ports/sql-engine.ts';
import type { PlannedStatement } from './planned-statement.ts';
import { shownColumns } from './run-session-statement.ts';
import type { Session } from './session.ts';

export interface StatementDescription {
  readonly oids: readonly number[];
  /** Undefined when it gives no rows. */
  readonly columns: readonly SqlColumn[] | undefined;
}

export async function describeStatement(
  session: Session,
  statement: PlannedStatement,
): Promise<StatementDescription> {
  const { session: own, shape, isEmpty } = statement;
  if (own?.kind === 'show') return { oids: [], columns: shownColumns(own) };
  // Some of them are carried out where they are planned: they must not be asked for what they are.
  if (isEmpty || own !== undefined || shape.gives === 'nothing')
    return { oids: statement.parameterOids, columns: undefined };
  const { parameterTypes, columns } = await session.transaction.queries.describe({
    ...session.limits(),
    sql: statement.engineSql,
  });
  const oids = parameterTypes.map((type, index) => oidOf(statement, type, index));
  if (shape.gives !== 'rows') return { oids, columns: undefined };
  return { oids, columns: columns ?? (await columnsWithTexts(session, statement, parameterTypes)) };
}

/** Columns that depend on parameters nobody told the types of: these are taken as texts. */
async function columnsWithTexts(
  session: Session,
  statement: PlannedStatement,
  parameterTypes: readonly (string | undefined)[],
): Promise<readonly SqlColumn[]> {
  const open = parameterTypes.flatMap((type, index) => (type === undefined ? [index + 1] : []));
  const sql = statement.withTextParameters(new Set(open));
  const { columns = [] } = await session.transaction.queries.describe({
    ...session.limits(),
    sql,
  });
  return columns;
}

export async function parameterOidsOf(
  session: Session,
  statement: PlannedStatement,
): Promise<readonly number[]> {
  return (await describeStatement(session, statement)).oids;
}

function oidOf(
  { parameterOids }: PlannedStatement,
  type: string | undefined,
  index: number,
): number {
  const told = parameterOids[index] ?? 0;
  if (told !== 0) return told;
  return type === undefined ? POSTGRES_TYPES.text.oid : columnTypeOf(type).oid;
}
