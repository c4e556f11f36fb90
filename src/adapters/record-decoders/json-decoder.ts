import type { SchemaDefinition } from '../../domain/sql/schema/declared-schema.ts';
import { jsonSchemaColumns } from '../../domain/sql/schema/json-schema-columns.ts';
import type { RecordDecoder } from '../../ports/record-decoder.ts';

/** JSON is what the engine reads itself: only its bytes are made a text. */
export function jsonDecoder({ definition }: SchemaDefinition): RecordDecoder {
  const text = new TextDecoder('utf-8', { fatal: true });
  return {
    columns: definition === undefined ? [] : jsonSchemaColumns(JSON.parse(definition)),
    decode: (bytes) => text.decode(bytes),
  };
}
