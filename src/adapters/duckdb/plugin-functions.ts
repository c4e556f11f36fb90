import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  type DuckDBConnection,
  type DuckDBDataChunk,
  DuckDBListValue,
  DuckDBScalarFunction,
  type DuckDBType,
  type DuckDBValue,
  type DuckDBVector,
  LIST,
  listValue,
  VARCHAR,
} from '@duckdb/node-api';
import type { SqlValue } from '../../ports/sql-engine.ts';
import type { SqlFunction, SqlFunctionType, SqlPlugin } from '../../ports/sql-plugin.ts';

const TYPES: Readonly<Record<SqlFunctionType, DuckDBType>> = {
  BOOLEAN,
  BIGINT,
  DOUBLE,
  VARCHAR,
  'DOUBLE[]': LIST(DOUBLE),
  'VARCHAR[]': LIST(VARCHAR),
};

/** Makes the functions of a plug-in functions of SQL. */
export function registerPlugin(connection: DuckDBConnection, { functions }: SqlPlugin): void {
  for (const each of functions) {
    connection.registerScalarFunction(
      DuckDBScalarFunction.create({
        name: each.name,
        parameterTypes: each.parameters.map((type) => TYPES[type]),
        returnType: TYPES[each.returns],
        ...(each.variadic !== undefined && { varArgsType: TYPES[each.variadic] }),
        mainFunction: (_info, input, output) => evaluate(each, input, output),
      }),
    );
  }
}

function evaluate(
  { name, evaluate: run }: SqlFunction,
  input: DuckDBDataChunk,
  output: DuckDBVector,
): void {
  const columns = Array.from({ length: input.columnCount }, (_, index) =>
    input.getColumnValues(index),
  );
  const rows: number[] = [];
  for (let row = 0; row < input.rowCount; row++) {
    if (columns.every((column) => column[row] !== null)) rows.push(row);
    else output.setItem(row, null);
  }
  const values = run(
    columns.map((column) => rows.map((row) => plainValue(column[row] ?? null))),
    rows.length,
  );
  if (values.length !== rows.length) {
    throw new Error(`${name} gave ${values.length} values for ${rows.length} rows`);
  }
  for (const [index, row] of rows.entries()) output.setItem(row, engineValue(values[index]));
  output.flush();
}

function plainValue(value: DuckDBValue): SqlValue {
  return value instanceof DuckDBListValue ? value.items.map(plainValue) : (value as SqlValue);
}

function engineValue(value: SqlValue | undefined): DuckDBValue {
  if (Array.isArray(value)) return listValue(value.map(engineValue));
  return (value ?? null) as DuckDBValue;
}
