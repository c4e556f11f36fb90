import { isDeepStrictEqual } from 'node:util';
import type { AnyField, Fields, FieldType } from '../../src/domain/protocol/field.ts';
import type { Message } from '../../src/domain/protocol/schema.ts';
import { ZERO_UUID } from '../../src/domain/wire/uuid.ts';

// Golden JSON has int64 as decimal strings, bytes as base64, and only the fields of its version.

type Json = Record<string, unknown>;

/** Golden JSON as a value the encoder takes. */
export function fromGoldenJson(message: Message, json: Json): Json {
  return structFromJson(message.fields, json);
}

function structFromJson(fields: Fields, json: Json): Json {
  const value: Json = {};
  for (const [name, item] of Object.entries(json)) {
    const field = fields[name];
    if (field === undefined) throw new Error(`the table has no field ${name}`);
    value[name] = valueFromJson(field.type, item);
  }
  return value;
}

function valueFromJson(type: FieldType, json: unknown): unknown {
  if (json === null) return null;
  switch (type.kind) {
    case 'int64':
      return BigInt(json as string);
    case 'bytes':
    case 'records':
      return new Uint8Array(Buffer.from(json as string, 'base64'));
    case 'array':
      return (json as unknown[]).map((item) => valueFromJson(type.element, item));
    case 'struct':
      return structFromJson(type.fields, json as Json);
    default:
      return json;
  }
}

/** Throws at the first field where a decoded value is not what the golden JSON says. */
export function assertDecoded(message: Message, version: number, value: Json, json: Json): void {
  assertStruct(message.fields, version, value, json, message.name);
}

function assertStruct(fields: Fields, version: number, value: Json, json: Json, path: string) {
  for (const name of Object.keys(json)) {
    if (fields[name] === undefined) throw new Error(`${path}.${name}: not in the table`);
  }
  for (const [name, field] of Object.entries(fields)) {
    const at = `${path}.${name}`;
    const { since, until, tag } = field.options;
    const present = version >= since && version <= until;
    if (!(name in value)) throw new Error(`${at}: decoding left it out`);
    if (name in json) {
      if (!present) throw new Error(`${at}: the table does not have it in version ${version}`);
      assertValue(field.type, version, value[name], json[name], at);
    } else {
      if (present && tag === undefined) throw new Error(`${at}: the vector does not have it`);
      const expected = defaultValue(field);
      if (!isDeepStrictEqual(value[name], expected)) throw new Error(`${at}: not its default`);
    }
  }
}

function assertValue(type: FieldType, version: number, value: unknown, json: unknown, at: string) {
  if (json === null || value === null) {
    if (json !== value) throw new Error(`${at}: got ${String(value)}, expected ${String(json)}`);
  } else if (type.kind === 'struct') {
    assertStruct(type.fields, version, value as Json, json as Json, at);
  } else if (type.kind === 'array') {
    const items = value as unknown[];
    const expected = json as unknown[];
    if (items.length !== expected.length) throw new Error(`${at}: ${items.length} elements`);
    for (const [i, item] of items.entries()) {
      assertValue(type.element, version, item, expected[i], `${at}[${i}]`);
    }
  } else {
    const expected = valueFromJson(type, json);
    if (!isDeepStrictEqual(value, expected)) {
      throw new Error(`${at}: got ${String(value)}, expected ${String(expected)}`);
    }
  }
}

/**
 * What a field is where its version or its sender left it out; written apart from the code under
 * test.
 */
export function defaultValue(field: AnyField): unknown {
  if (field.options.defaultValue !== undefined) return field.options.defaultValue;
  switch (field.type.kind) {
    case 'bool':
      return false;
    case 'int64':
      return 0n;
    case 'string':
      return '';
    case 'uuid':
      return ZERO_UUID;
    case 'records':
      return null;
    case 'bytes':
      return new Uint8Array(0);
    case 'array':
      return [];
    case 'struct': {
      const entries = Object.entries(field.type.fields);
      return Object.fromEntries(entries.map(([name, member]) => [name, defaultValue(member)]));
    }
    default:
      return 0;
  }
}
