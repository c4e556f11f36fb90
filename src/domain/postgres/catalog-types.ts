import { quoteText } from '../sql/quote.ts';
import { POSTGRES_TYPES, TYPE_OF_ENGINE } from './postgres-types.ts';

/** Names of types in SQL, where they are not those of pg_type. */
const SQL_NAMES: Readonly<Record<string, string>> = {
  ...{ bool: 'boolean', int2: 'smallint', int4: 'integer', int8: 'bigint', float4: 'real' },
  ...{ float8: 'double precision', varchar: 'character varying', bpchar: 'character' },
  ...{ time: 'time without time zone', timetz: 'time with time zone', char: '"char"' },
  ...{ timestamp: 'timestamp without time zone', timestamptz: 'timestamp with time zone' },
};

const TYPES = Object.values(POSTGRES_TYPES);
const ARRAYS = TYPES.filter(({ arrayOid }) => arrayOid !== 0);

/** An expression of a type's identifier, of the engine's name for it; see `columnTypeOf`, which says the same. */
export function typeOidSql(type: string): string {
  const element = `regexp_replace(${type}, '\\[\\d*\\]$', '')`;
  const isList = `regexp_matches(${type}, '\\[\\d*\\]$')`;
  const nested = (text: string): string =>
    `regexp_matches(${text}, '^(STRUCT|MAP|UNION|VARIANT)\\b')`;
  const isListOfMore = `(regexp_matches(${element}, '\\[\\d*\\]$') OR ${nested(element)})`;
  const { json } = POSTGRES_TYPES;
  return `CASE WHEN NOT ${isList} THEN CASE WHEN ${nested(type)} THEN ${json.oid} ELSE ${plainOid(type, 'oid')} END
    WHEN ${isListOfMore} THEN ${json.oid} ELSE ${plainOid(element, 'arrayOid')} END`;
}

function plainOid(text: string, which: 'oid' | 'arrayOid'): string {
  const cases = Object.entries(TYPE_OF_ENGINE).map(
    ([engine, name]) => `WHEN ${text} = ${quoteText(engine)} THEN ${POSTGRES_TYPES[name][which]}`,
  );
  const { numeric, text: any } = POSTGRES_TYPES;
  return `CASE ${cases.join(' ')} WHEN ${text} LIKE 'DECIMAL%' THEN ${numeric[which]} ELSE ${any[which]} END`;
}

/** What `format_type` gives: a type as a column's definition has it. */
export function formatTypeSql(oid: string, modifier: string): string {
  const plain = TYPES.map(
    ({ name, oid: own }) => `WHEN ${own} THEN ${quoteText(SQL_NAMES[name] ?? name)}`,
  );
  const arrays = ARRAYS.map(
    ({ name, arrayOid }) => `WHEN ${arrayOid} THEN ${quoteText(`${SQL_NAMES[name] ?? name}[]`)}`,
  );
  const { numeric } = POSTGRES_TYPES;
  const precision = `'numeric(' || ((${modifier} - 4) >> 16) || ',' || ((${modifier} - 4) & 65535) || ')'`;
  return `CASE WHEN ${oid} = ${numeric.oid} AND ${modifier} > 0 THEN ${precision}
    ELSE CASE ${oid} ${[...plain, ...arrays].join(' ')} WHEN 0 THEN '-' ELSE '???' END END`;
}

/** Rows of pg_type: identifier, name, size, category, element, array, the function that reads it. */
export function typeRowsSql(): string {
  const plain = TYPES.map(
    ({ name, oid, arrayOid, size, category }) =>
      `(${oid}, '${name}', ${size}, '${category}', 0, ${arrayOid}, ${receiveOid(oid)})`,
  );
  const arrays = ARRAYS.map(
    ({ name, oid, arrayOid }) =>
      `(${arrayOid}, '_${name}', -1, 'A', ${oid}, 0, ${ARRAY_RECEIVE_OID})`,
  );
  return [...plain, ...arrays].join(', ');
}

export const ARRAY_RECEIVE_OID = 2400;

/** Drivers join types with the functions that read them; these have identifiers of their own here. */
function receiveOid(typeOid: number): number {
  return 40_000_000 + typeOid;
}

export function receiveFunctionRowsSql(): string {
  const rows = TYPES.map(({ name, oid }) => `(${receiveOid(oid)}, '${name}recv', ${oid})`);
  return [`(${ARRAY_RECEIVE_OID}, 'array_recv', 2277)`, ...rows].join(', ');
}
