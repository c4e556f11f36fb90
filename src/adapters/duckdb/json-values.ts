import {
  DuckDBTypeId,
  type DuckDBValueConverter,
  JsonDuckDBValueConverter,
} from '@duckdb/node-api';

/** As the command line writes JSON: an int64 is a number as long as that is exact, else a string. */
function jsonInteger(value: unknown): unknown {
  if (typeof value !== 'string' && typeof value !== 'bigint') return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

const INTEGERS = new Set([
  ...[DuckDBTypeId.BIGINT, DuckDBTypeId.UBIGINT, DuckDBTypeId.HUGEINT, DuckDBTypeId.UHUGEINT],
]);

/** Values as JSON.stringify takes them. */
export const jsonConverter: DuckDBValueConverter<unknown> = (value, type, converter) => {
  if (value === null) return null;
  if (INTEGERS.has(type.typeId)) return jsonInteger(value);
  return (JsonDuckDBValueConverter as DuckDBValueConverter<unknown>)(value, type, converter);
};
