/** A type of PostgreSQL, as `pg_type` has it. */
export interface PostgresType {
  readonly name: string;
  readonly oid: number;
  readonly arrayOid: number;
  /** Bytes of a value, -1 when they differ. */
  readonly size: number;
  /** B boolean, D date and time, N number, S text, T interval, U other. */
  readonly category: string;
}

function type(
  name: string,
  oid: number,
  arrayOid: number,
  size: number,
  category: string,
): PostgresType {
  return { name, oid, arrayOid, size, category };
}

const TYPES = {
  bool: type('bool', 16, 1000, 1, 'B'),
  bytea: type('bytea', 17, 1001, -1, 'U'),
  char: type('char', 18, 1002, 1, 'Z'),
  name: type('name', 19, 1003, 64, 'S'),
  int8: type('int8', 20, 1016, 8, 'N'),
  int2: type('int2', 21, 1005, 2, 'N'),
  int4: type('int4', 23, 1007, 4, 'N'),
  text: type('text', 25, 1009, -1, 'S'),
  oid: type('oid', 26, 1028, 4, 'N'),
  json: type('json', 114, 199, -1, 'U'),
  float4: type('float4', 700, 1021, 4, 'N'),
  float8: type('float8', 701, 1022, 8, 'N'),
  unknown: type('unknown', 705, 0, -2, 'X'),
  bpchar: type('bpchar', 1042, 1014, -1, 'S'),
  varchar: type('varchar', 1043, 1015, -1, 'S'),
  date: type('date', 1082, 1182, 4, 'D'),
  time: type('time', 1083, 1183, 8, 'D'),
  timestamp: type('timestamp', 1114, 1115, 8, 'D'),
  timestamptz: type('timestamptz', 1184, 1185, 8, 'D'),
  interval: type('interval', 1186, 1187, 16, 'T'),
  timetz: type('timetz', 1266, 1270, 12, 'D'),
  numeric: type('numeric', 1700, 1231, -1, 'N'),
  uuid: type('uuid', 2950, 2951, 16, 'U'),
  jsonb: type('jsonb', 3802, 3807, -1, 'U'),
} as const;

export type PostgresTypeName = keyof typeof TYPES;

export const POSTGRES_TYPES: Readonly<Record<PostgresTypeName, PostgresType>> = TYPES;

/** The type a value of each of the engine's types is sent as; what is not here is sent as text. */
export const TYPE_OF_ENGINE: Readonly<Record<string, PostgresTypeName>> = {
  ...{ BOOLEAN: 'bool', TINYINT: 'int2', SMALLINT: 'int2', INTEGER: 'int4', BIGINT: 'int8' },
  ...{ UTINYINT: 'int2', USMALLINT: 'int4', UINTEGER: 'int8', UBIGINT: 'numeric' },
  ...{ HUGEINT: 'numeric', UHUGEINT: 'numeric', BIGNUM: 'numeric', FLOAT: 'float4' },
  ...{ DOUBLE: 'float8', VARCHAR: 'text', BLOB: 'bytea', JSON: 'json', UUID: 'uuid' },
  ...{ DATE: 'date', TIME: 'time', 'TIME WITH TIME ZONE': 'timetz', INTERVAL: 'interval' },
  ...{ TIMESTAMP: 'timestamp', TIMESTAMP_S: 'timestamp', TIMESTAMP_MS: 'timestamp' },
  ...{ TIMESTAMP_NS: 'timestamp', 'TIMESTAMP WITH TIME ZONE': 'timestamptz' },
};

/** The engine's type a parameter of each type is read as. */
export const ENGINE_TYPE_OF: Readonly<Record<PostgresTypeName, string>> = {
  ...{ bool: 'BOOLEAN', bytea: 'BLOB', char: 'VARCHAR', name: 'VARCHAR', int8: 'BIGINT' },
  ...{ int2: 'SMALLINT', int4: 'INTEGER', text: 'VARCHAR', oid: 'BIGINT', json: 'JSON' },
  ...{ float4: 'FLOAT', float8: 'DOUBLE', unknown: 'VARCHAR', bpchar: 'VARCHAR' },
  ...{ varchar: 'VARCHAR', date: 'DATE', time: 'TIME', timestamp: 'TIMESTAMP' },
  ...{ timestamptz: 'TIMESTAMPTZ', interval: 'INTERVAL', timetz: 'TIMETZ' },
  ...{ numeric: 'DECIMAL(38, 10)', uuid: 'UUID', jsonb: 'JSON' },
};

export interface PostgresColumnType {
  readonly type: PostgresType;
  readonly isArray: boolean;
  readonly oid: number;
  readonly size: number;
  /** Precision and scale of a numeric; -1 where there are none. */
  readonly modifier: number;
}

const DECIMAL = /^DECIMAL\((\d+),\s*(\d+)\)$/;
const NUMERIC_HEADER = 4;
const LIST = /^(.*)\[\d*\]$/s;

/**
 * How a column of the engine is sent. Lists of plain values are arrays; lists of lists, structs, maps and unions are
 * JSON, since arrays of PostgreSQL have to be rectangular.
 */
export function columnTypeOf(engineType: string): PostgresColumnType {
  const element = LIST.exec(engineType)?.[1];
  if (element === undefined) return plainColumn(engineType);
  if (LIST.test(element) || isNested(element)) return columnOf(TYPES.json, -1);
  const { type: elementType, modifier } = plainColumn(element);
  return { type: elementType, isArray: true, oid: elementType.arrayOid, size: -1, modifier };
}

function plainColumn(engineType: string): PostgresColumnType {
  const [, precision, scale] = DECIMAL.exec(engineType) ?? [];
  if (precision !== undefined) {
    return columnOf(TYPES.numeric, ((Number(precision) << 16) | Number(scale)) + NUMERIC_HEADER);
  }
  if (isNested(engineType)) return columnOf(TYPES.json, -1);
  return columnOf(TYPES[TYPE_OF_ENGINE[engineType] ?? 'text'], -1);
}

function isNested(engineType: string): boolean {
  return /^(STRUCT|MAP|UNION|VARIANT)\b/.test(engineType);
}

function columnOf(columnType: PostgresType, modifier: number): PostgresColumnType {
  const { oid, size } = columnType;
  return { type: columnType, isArray: false, oid, size, modifier };
}

const BY_OID = new Map(Object.values(TYPES).map((each) => [each.oid, each]));
const BY_ARRAY_OID = new Map(Object.values(TYPES).map((each) => [each.arrayOid, each]));

export interface ParameterType {
  readonly type: PostgresType;
  readonly isArray: boolean;
}

/** Undefined for types there are none of here, and for 0, which leaves the type open. */
export function parameterTypeOf(oid: number): ParameterType | undefined {
  const plain = BY_OID.get(oid);
  if (plain !== undefined) return { type: plain, isArray: false };
  const element = oid === 0 ? undefined : BY_ARRAY_OID.get(oid);
  return element === undefined ? undefined : { type: element, isArray: true };
}

/** As `CAST` of the engine takes it. */
export function engineTypeOf({ type: { name }, isArray }: ParameterType): string {
  return `${ENGINE_TYPE_OF[name as PostgresTypeName]}${isArray ? '[]' : ''}`;
}
