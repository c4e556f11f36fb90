import type { common, Enum, Field, Message, NamespaceBase, parse, Root, Type } from 'protobufjs';
import {
  ANY_TYPE,
  DEPTH_MAX,
  distinctColumns,
  listType,
  mapType,
  structType,
} from '../../domain/sql/schema/column-types.ts';
import type { SchemaColumn, SchemaDefinition } from '../../domain/sql/schema/declared-schema.ts';
import type { RecordDecoder } from '../../ports/record-decoder.ts';
import { jsonText } from './json-writer.ts';

export interface ProtobufLibrary {
  readonly common: typeof common;
  readonly parse: typeof parse;
  readonly Root: typeof Root;
  readonly Type: typeof Type;
  readonly Enum: typeof Enum;
}

const SCALARS: Readonly<Record<string, string>> = {
  ...{ double: 'DOUBLE', float: 'FLOAT', bool: 'BOOLEAN', string: 'VARCHAR', bytes: 'BLOB' },
  ...{ int32: 'INTEGER', sint32: 'INTEGER', sfixed32: 'INTEGER' },
  ...{ uint32: 'UINTEGER', fixed32: 'UINTEGER', uint64: 'UBIGINT', fixed64: 'UBIGINT' },
  ...{ int64: 'BIGINT', sint64: 'BIGINT', sfixed64: 'BIGINT' },
};
const TIMESTAMP = '.google.protobuf.Timestamp';
const NANOSECONDS_OF_A_MILLISECOND = 1_000_000;

/** Messages of one .proto file, whose text is the definition. */
export function protobufDecoder(
  library: ProtobufLibrary,
  { definition = '', message }: SchemaDefinition,
): RecordDecoder {
  const root = new library.Root();
  const { imports = [] } = library.parse(definition, root, { keepCase: true });
  for (const path of imports) {
    // What Protobuf itself comes with; other files nobody here has.
    const known = library.common.get(path)?.nested;
    if (known === undefined) throw new Error(`the import of ${path} is not known`);
    root.addJSON(known);
  }
  root.resolveAll();
  const first = message === undefined ? messagesOf(library, root)[0] : root.lookupType(message);
  if (first === undefined) throw new Error('the definition has no message');
  const typeAt = (indexes: readonly number[]): Type => {
    if (message !== undefined || indexes.length === 0) return first;
    const [start = 0, ...path] = indexes;
    let found = messagesOf(library, root)[start];
    for (const index of path) found = found && directMessages(library, found)[index];
    if (found === undefined) throw new Error(`there is no message ${indexes.join('.')}`);
    return found;
  };
  return {
    columns: columnsOf(library, first, []),
    decode: (bytes, indexes = []) => {
      const type = typeAt(indexes);
      return jsonText(objectOf(library, type, type.decode(bytes)));
    },
  };
}

/** The file's own messages, in its order: those of the packages it begins in, not those within messages. */
function messagesOf(library: ProtobufLibrary, namespace: NamespaceBase): Type[] {
  return namespace.nestedArray.flatMap((nested) => {
    if (nested instanceof library.Type) return [nested];
    return 'nestedArray' in nested && nested.fullName !== '.google'
      ? messagesOf(library, nested as NamespaceBase)
      : [];
  });
}

function directMessages({ Type: MessageType }: ProtobufLibrary, type: Type): Type[] {
  return type.nestedArray.filter((nested) => nested instanceof MessageType);
}

function columnsOf(library: ProtobufLibrary, type: Type, above: readonly Type[]): SchemaColumn[] {
  return distinctColumns(
    type.fieldsArray.map((field) => ({
      name: field.name,
      type: fieldType(library, field, [...above, type]),
    })),
  );
}

function fieldType(library: ProtobufLibrary, field: Field, above: readonly Type[]): string {
  const one = elementType(library, field, above);
  if (field.map) return mapType(one);
  return field.repeated ? listType(one) : one;
}

function elementType(library: ProtobufLibrary, field: Field, above: readonly Type[]): string {
  const type = field.resolvedType;
  if (type === null) return SCALARS[field.type] ?? ANY_TYPE;
  if (type instanceof library.Enum) return 'VARCHAR';
  if (type.fullName === TIMESTAMP) return 'TIMESTAMP';
  if (above.includes(type) || above.length >= DEPTH_MAX) return ANY_TYPE;
  return structType(columnsOf(library, type, above));
}

/** By the message's fields: what a sender left out has the default of its type, and null where absence can be told. */
function objectOf(library: ProtobufLibrary, type: Type, message: Message): object {
  const values = message as unknown as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    type.fieldsArray.map((field) => {
      const isSet = Object.hasOwn(values, field.name) && values[field.name] !== null;
      if (
        !isSet &&
        (field.partOf || (field.resolvedType !== null && !field.repeated && !field.map))
      ) {
        const isEnum = field.resolvedType instanceof library.Enum && !field.partOf;
        return [field.name, isEnum ? plain(library, field, field.typeDefault) : null];
      }
      return [field.name, fieldValue(library, field, values[field.name])];
    }),
  );
}

function fieldValue(library: ProtobufLibrary, field: Field, value: unknown): unknown {
  if (field.map) {
    const entries = Object.entries((value ?? {}) as object);
    return Object.fromEntries(entries.map(([key, each]) => [key, plain(library, field, each)]));
  }
  if (field.repeated)
    return ((value ?? []) as unknown[]).map((each) => plain(library, field, each));
  return plain(library, field, value);
}

function plain(library: ProtobufLibrary, field: Field, value: unknown): unknown {
  const type = field.resolvedType;
  if (type instanceof library.Enum) return type.valuesById[Number(value)] ?? String(value);
  if (type !== null) {
    return type.fullName === TIMESTAMP
      ? timestampText(value as { seconds: unknown; nanos?: number })
      : objectOf(library, type, value as Message);
  }
  const is64 = SCALARS[field.type] === 'BIGINT' || SCALARS[field.type] === 'UBIGINT';
  return is64 ? BigInt(String(value)) : value;
}

function timestampText({ seconds, nanos = 0 }: { seconds: unknown; nanos?: number }): string {
  const ms = Number(seconds ?? 0) * 1000 + Math.floor(nanos / NANOSECONDS_OF_A_MILLISECOND);
  const micros = Math.floor((nanos % NANOSECONDS_OF_A_MILLISECOND) / 1000);
  return `${new Date(ms).toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}`;
}
