export const SCHEMA_FORMATS = ['json', 'avro', 'protobuf'] as const;
export type SchemaFormat = (typeof SCHEMA_FORMATS)[number];

export const SCHEMA_ROLES = ['value', 'key'] as const;
export type SchemaRole = (typeof SCHEMA_ROLES)[number];

export interface SchemaColumn {
  /** As the records spell it. */
  readonly name: string;
  /** A type of SQL. */
  readonly type: string;
}

/** How bytes are read: what a registry gives for an id. */
export interface SchemaDefinition {
  readonly format: SchemaFormat;
  /** A JSON Schema, an Avro schema or a .proto file. */
  readonly definition?: string | undefined;
  /** Of Protobuf: the full name of the message; the first one of the file when absent. */
  readonly message?: string | undefined;
}

/** What is known of the keys or values of a topic. */
export interface DeclaredSchema extends SchemaDefinition {
  readonly topic: string;
  readonly role: SchemaRole;
  readonly columns: readonly SchemaColumn[];
  /** Whether each one begins with a zero byte and the four bytes of a schema's id, as Confluent's serializers write. */
  readonly framed: boolean;
  /** The id this schema has in those frames; frames of other ids are asked for at the registry. */
  readonly schemaId?: number | undefined;
}
