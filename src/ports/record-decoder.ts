import type {
  SchemaColumn,
  SchemaDefinition,
  SchemaFormat,
} from '../domain/sql/schema/declared-schema.ts';

/** Reads the bytes of one schema. */
export interface RecordDecoder {
  /** What the records have; empty where the schema does not say. */
  readonly columns: readonly SchemaColumn[];
  /**
   * A record as JSON: binary values as `\xFF` for each byte, times as SQL writes them. `indexes` is the path of a Protobuf message in
   * its file, as frames name it. Throws for bytes that are not of the schema.
   */
  decode(bytes: Uint8Array, indexes?: readonly number[]): string;
}

export interface RecordDecoders {
  /** Loads what a format needs; before that `decoderOf` knows nothing of it. */
  load(format: SchemaFormat): Promise<void>;
  /** Throws an Error that says what is wrong with the definition. */
  decoderOf(definition: SchemaDefinition): RecordDecoder;
}
