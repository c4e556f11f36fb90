import { quoteIdentifier } from './quote.ts';
import { SqlError } from './sql-error.ts';

export interface NewColumn {
  readonly name: string;
  readonly type: string;
  readonly nullable?: boolean | undefined;
}

/** Names of types that programs use, beside those of SQL. */
const TYPES: Readonly<Record<string, string>> = {
  ...{ int8: 'TINYINT', int16: 'SMALLINT', int32: 'INTEGER', int64: 'BIGINT' },
  ...{ uint8: 'UTINYINT', uint16: 'USMALLINT', uint32: 'UINTEGER', uint64: 'UBIGINT' },
  ...{ float32: 'FLOAT', float64: 'DOUBLE', string: 'VARCHAR', utf8: 'VARCHAR' },
  ...{ boolean: 'BOOLEAN', bool: 'BOOLEAN', timestamp: 'TIMESTAMP', date: 'DATE' },
  ...{ binary: 'BLOB', json: 'JSON' },
};

/** A type of SQL, with its parameters and as a list: nothing that could end the column's definition. */
const SQL_TYPE =
  /^(double precision|(timestamp|time) with(out)? time zone|[a-z_]\w*(\(\d+(, *\d+)?\))?)(\[\d*\])*$/i;

export function createTableSql(name: string, columns: readonly NewColumn[]): string {
  if (columns.length === 0) throw new SqlError('INVALID', `table ${name} has no columns`);
  const definitions = columns.map((column) => {
    const { name: columnName, type, nullable = true } = column;
    const known = TYPES[type.toLowerCase()] ?? type;
    if (!SQL_TYPE.test(known)) {
      throw new SqlError('INVALID', `column ${columnName}: ${type} is no type`);
    }
    return `${quoteIdentifier(columnName)} ${known}${nullable ? '' : ' NOT NULL'}`;
  });
  return `CREATE TABLE ${quoteIdentifier(name)} (${definitions.join(', ')})`;
}
