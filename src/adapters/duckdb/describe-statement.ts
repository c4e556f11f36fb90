import { type DuckDBPreparedStatement, DuckDBTypeId } from '@duckdb/node-api';
import type { SqlColumn, SqlDescription } from '../../ports/sql-engine.ts';
import { columnTypeText } from './column-type-text.ts';

export function descriptionOf(prepared: DuckDBPreparedStatement): SqlDescription {
  const parameterTypes = Array.from({ length: prepared.parameterCount }, (_, index) =>
    // Asked for the type of one whose type is open, the engine throws.
    prepared.parameterTypeId(index + 1) === DuckDBTypeId.INVALID
      ? undefined
      : columnTypeText(prepared.parameterType(index + 1)),
  );
  return { parameterTypes, columns: columnsOf(prepared) };
}

function columnsOf(prepared: DuckDBPreparedStatement): SqlColumn[] | undefined {
  const { columnCount } = prepared;
  const columns: SqlColumn[] = [];
  for (let index = 0; index < columnCount; index++) {
    if (prepared.columnTypeId(index) === DuckDBTypeId.INVALID) return undefined;
    columns.push({
      name: prepared.columnName(index),
      type: columnTypeText(prepared.columnType(index)),
    });
  }
  return columns;
}
