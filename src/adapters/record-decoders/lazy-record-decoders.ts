import type { SchemaDefinition, SchemaFormat } from '../../domain/sql/schema/declared-schema.ts';
import type { RecordDecoder, RecordDecoders } from '../../ports/record-decoder.ts';
import { type AvroLibrary, avroDecoder } from './avro-decoder.ts';
import { jsonDecoder } from './json-decoder.ts';
import { type ProtobufLibrary, protobufDecoder } from './protobuf-decoder.ts';

/** Decoders whose libraries are loaded by the first topic that has a schema of theirs. */
export class LazyRecordDecoders implements RecordDecoders {
  #avro: AvroLibrary | undefined;
  #protobuf: ProtobufLibrary | undefined;

  async load(format: SchemaFormat): Promise<void> {
    if (format === 'avro') this.#avro ??= (await import('avsc')).default;
    if (format === 'protobuf') this.#protobuf ??= (await import('protobufjs')).default;
  }

  decoderOf(definition: SchemaDefinition): RecordDecoder {
    switch (definition.format) {
      case 'avro':
        return avroDecoder(loaded(this.#avro), definition);
      case 'protobuf':
        return protobufDecoder(loaded(this.#protobuf), definition);
      default:
        return jsonDecoder(definition);
    }
  }
}

function loaded<T>(library: T | undefined): T {
  if (library === undefined) throw new Error('the decoder of this format is not loaded');
  return library;
}
