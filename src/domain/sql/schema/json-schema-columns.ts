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

const FORMATS: Readonly<Record<string, string>> = {
  ...{ 'date-time': 'TIMESTAMP', date: 'DATE', time: 'TIME', uuid: 'UUID' },
};

/** The columns of the objects a JSON Schema describes, empty for one that describes no object. */
export function jsonSchemaColumns(schema: unknown): SchemaColumn[] {
  return isNode(schema) ? propertiesOf(resolved(schema, schema), schema, 0) : [];
}

function propertiesOf(schema: SyntaxNode, root: SyntaxNode, depth: number): SchemaColumn[] {
  if (!isNode(schema.properties)) return [];
  return distinctColumns(
    Object.entries(schema.properties).map(([name, property]) => ({
      name,
      type: typeOf(property, root, depth + 1),
    })),
  );
}

function typeOf(written: unknown, root: SyntaxNode, depth: number): string {
  if (!isNode(written) || depth > DEPTH_MAX) return ANY_TYPE;
  const schema = resolved(written, root);
  const choices = [schema.oneOf, schema.anyOf].find(Array.isArray)?.filter(isNotNull) ?? [];
  if (choices.length > 0) return choices.length === 1 ? typeOf(choices[0], root, depth) : ANY_TYPE;
  const types = [schema.type].flat().filter((type) => type !== 'null');
  if (types.length > 1) return ANY_TYPE;
  switch (types[0]) {
    case 'string':
      return FORMATS[String(schema.format)] ?? 'VARCHAR';
    case 'integer':
      return 'BIGINT';
    case 'number':
      return 'DOUBLE';
    case 'boolean':
      return 'BOOLEAN';
    case 'array':
      return listType(typeOf(schema.items, root, depth + 1));
    case 'object':
      if (isNode(schema.additionalProperties) && !isNode(schema.properties)) {
        return mapType(typeOf(schema.additionalProperties, root, depth + 1));
      }
      return structType(propertiesOf(schema, root, depth));
    default:
      return ANY_TYPE;
  }
}

/** Follows references within the schema; one that leads to itself ends at the depth of types. */
function resolved(schema: SyntaxNode, root: SyntaxNode): SyntaxNode {
  let found: unknown = schema;
  for (let hops = 0; hops < DEPTH_MAX && isNode(found) && typeof found.$ref === 'string'; hops++) {
    const [start, ...path] = found.$ref.split('/');
    if (start !== '#') return {};
    found = path.reduce<unknown>((node, part) => {
      const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
      return isNode(node) && Object.hasOwn(node, name) ? node[name] : undefined;
    }, root);
  }
  return isNode(found) ? found : {};
}

function isNotNull(schema: unknown): boolean {
  return !isNode(schema) || schema.type !== 'null';
}
