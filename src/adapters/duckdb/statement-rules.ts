import { StatementType } from '@duckdb/node-api';
import type { EngineFailure } from './engine-messages.ts';

/** What users may run; whatever else the engine knows reaches beyond topics and tables, or outlives its statement. */
const ALLOWED: ReadonlySet<StatementType> = new Set([
  ...[StatementType.SELECT, StatementType.EXPLAIN],
  ...[StatementType.INSERT, StatementType.UPDATE, StatementType.DELETE, StatementType.MERGE_INTO],
  ...[StatementType.CREATE, StatementType.ALTER, StatementType.DROP, StatementType.CREATE_FUNC],
  ...[StatementType.ANALYZE, StatementType.VACUUM],
]);

const WHY: ReadonlyMap<StatementType, string> = new Map([
  [StatementType.COPY, 'COPY reads and writes files; ask for the result as CSV or Arrow instead'],
  [StatementType.EXPORT, 'EXPORT writes files; ask for the result as CSV or Arrow instead'],
  [StatementType.ATTACH, 'no other database can be attached'],
  [StatementType.DETACH, 'no database can be detached'],
  [StatementType.LOAD, 'no extension can be loaded or installed'],
  [StatementType.SET, 'settings are those of the configuration'],
  [StatementType.VARIABLE_SET, 'settings are those of the configuration'],
  [
    StatementType.PRAGMA,
    'settings are those of the configuration; create_fts_index and drop_fts_index are the exceptions',
  ],
  [
    StatementType.TRANSACTION,
    'each statement is a transaction of its own; several are one by the PostgreSQL protocol, or by `transaction` in a program',
  ],
]);

export function refusalOf(type: StatementType): EngineFailure | undefined {
  if (ALLOWED.has(type)) return undefined;
  const name = StatementType[type];
  const why = WHY.get(type) ?? 'it is not a statement over topics and tables';
  return { kind: 'FORBIDDEN', message: `${name} is not allowed: ${why}` };
}

/** Those whose rows come while they are computed; the others have to be carried out whole. */
export function streams(type: StatementType): boolean {
  return type === StatementType.SELECT;
}
