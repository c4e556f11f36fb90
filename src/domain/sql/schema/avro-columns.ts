import { isNode, type SyntaxNode } from '../syntax-tree.ts';
import {
  ANY_TYPE,
  DEPTH_MAX,
  distinctColumns,
  listType,
  mapType,
  structType,
} from './column-types.ts';
import type { SchemaColumn } from './declared-schema.ts';

const PRIMITIVES: Readonly<Record<string, string>> = {
  ...{ boolean: 'BOOLEAN', int: 'INTEGER', long: 'BIGINT', float: 'FLOAT', double: 'DOUBLE' },
  ...{ bytes: 'BLOB', string: 'VARCHAR', null: ANY_TYPE },
};
const LOGICAL: Readonly<Record<string, string>> = {
  ...{ date: 'DATE', uuid: 'UUID', 'time-millis': 'TIME', 'time-micros': 'TIME' },
  ...{ 'timestamp-millis': 'TIMESTAMP', 'timestamp-micros': 'TIMESTAMP' },
  ...{ 'local-timestamp-millis': 'TIMESTAMP', 'local-timestamp-micros': 'TIMESTAMP' },
};
const DECIMAL_PRECISION_MAX = 38;

/** The columns of an Avro record, empty for a schema of anything else. */
export function avroColumns(schema: unknown): SchemaColumn[] {
  if (!isNode(schema) || schema.type !== 'record') return [];
  return fieldsOf(
    schema,
    new Map(),
    typeof schema.namespace === 'string' ? schema.namespace : '',
    0,
  );
}

type Named = Map<string, string>;

function fieldsOf(
  record: SyntaxNode,
  named: Named,
  namespace: string,
  depth: number,
): SchemaColumn[] {
  const fields = Array.isArray(record.fields) ? record.fields.filter(isNode) : [];
  return distinctColumns(
    fields.map(({ name, type }) => ({
      name: String(name),
      type: typeOf(type, named, namespace, depth + 1),
    })),
  );
}

function typeOf(schema: unknown, named: Named, namespace: string, depth: number): string {
  if (depth > DEPTH_MAX) return ANY_TYPE;
  if (typeof schema === 'string') {
    return (
      PRIMITIVES[schema] ?? named.get(fullName(schema, namespace)) ?? named.get(schema) ?? ANY_TYPE
    );
  }
  if (Array.isArray(schema)) {
    const types = schema.filter((each) => each !== 'null');
    return types.length === 1 ? typeOf(types[0], named, namespace, depth) : ANY_TYPE;
  }
  if (!isNode(schema)) return ANY_TYPE;
  const own = typeof schema.namespace === 'string' ? schema.namespace : namespace;
  const type = logicalType(schema) ?? complexType(schema, named, own, depth);
  if (typeof schema.name === 'string') named.set(fullName(schema.name, own), type);
  return type;
}

function logicalType({ logicalType: name, precision, scale }: SyntaxNode): string | undefined {
  if (name !== 'decimal') return LOGICAL[String(name)];
  if (!(Number(precision) <= DECIMAL_PRECISION_MAX)) return undefined;
  return `DECIMAL(${Number(precision)}, ${Number(scale ?? 0)})`;
}

function complexType(schema: SyntaxNode, named: Named, namespace: string, depth: number): string {
  switch (schema.type) {
    case 'record':
      // A record within itself has no type that ends.
      if (typeof schema.name === 'string') named.set(fullName(schema.name, namespace), ANY_TYPE);
      return structType(fieldsOf(schema, named, namespace, depth));
    case 'array':
      return listType(typeOf(schema.items, named, namespace, depth + 1));
    case 'map':
      return mapType(typeOf(schema.values, named, namespace, depth + 1));
    case 'enum':
      return 'VARCHAR';
    case 'fixed':
      return 'BLOB';
    default:
      return typeOf(schema.type, named, namespace, depth + 1);
  }
}

function fullName(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;
}
