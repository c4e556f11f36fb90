import type {
  DeclaredSchema,
  SchemaDefinition,
  SchemaRole,
} from '../domain/sql/schema/declared-schema.ts';

/** Says how the bytes of topics are read. Rejects while one over the network cannot be asked. */
export interface SchemaRegistry {
  /** Undefined where nothing is known; the fields of JSON are then inferred. */
  schemaOf(topic: string, role: SchemaRole): Promise<DeclaredSchema | undefined>;
  /** Of the id in a frame: a zero byte and four bytes before the record's own. */
  schemaById(id: number): Promise<SchemaDefinition | undefined>;
}

/** The schemas declared in SQL. They outlive a restart, and the topics they are of. */
export interface TopicSchemas extends SchemaRegistry {
  /** In the order of topics. */
  list(): Promise<readonly DeclaredSchema[]>;
  /** Takes the place of the one before. Durable afterwards. */
  declare(schema: DeclaredSchema): Promise<void>;
  /** Whether there was one. Durable afterwards. */
  drop(topic: string, role: SchemaRole): Promise<boolean>;
}
