import type { SchemaDefinition } from '../../domain/sql/schema/declared-schema.ts';
import type { DecoderSpec } from '../../domain/sql/topic-schema.ts';
import type { RecordDecoder, RecordDecoders } from '../../ports/record-decoder.ts';

const FRAME_BYTES = 5;
const INDEXES_MAX = 100;

export interface FramedDecoderParts {
  readonly decoders: RecordDecoders;
  /** Of an id in a frame; undefined where nobody knows it. */
  readonly schemaById: (id: number) => SchemaDefinition | undefined;
}

/** Decodes records of a declared schema, with or without Confluent's frame around them. */
export class FramedDecoder {
  readonly #spec: DecoderSpec;
  readonly #parts: FramedDecoderParts;
  readonly #declared: RecordDecoder;
  readonly #byId = new Map<number, RecordDecoder | undefined>();

  constructor(spec: DecoderSpec, parts: FramedDecoderParts) {
    this.#spec = spec;
    this.#parts = parts;
    this.#declared = parts.decoders.decoderOf(spec);
  }

  /** JSON, or null for bytes that do not fit. */
  decode(bytes: Uint8Array): string | null {
    try {
      return this.#spec.framed ? this.#decodeFramed(bytes) : this.#declared.decode(bytes);
    } catch {
      return null;
    }
  }

  #decodeFramed(bytes: Uint8Array): string | null {
    if (bytes.length < FRAME_BYTES || bytes[0] !== 0) return null;
    const id = new DataView(bytes.buffer, bytes.byteOffset).getUint32(1);
    const decoder = this.#decoder(id);
    if (decoder === undefined) return null;
    const body = bytes.subarray(FRAME_BYTES);
    if (this.#spec.format !== 'protobuf') return decoder.decode(body);
    const { indexes, length } = messageIndexes(body);
    return decoder.decode(body.subarray(length), indexes);
  }

  #decoder(id: number): RecordDecoder | undefined {
    const { schemaId } = this.#spec;
    if (schemaId === id) return this.#declared;
    if (!this.#byId.has(id)) {
      const found = this.#parts.schemaById(id);
      const other =
        found?.format === this.#spec.format ? this.#parts.decoders.decoderOf(found) : undefined;
      // A schema declared without an id is that of all frames nobody knows better.
      this.#byId.set(id, other ?? (schemaId === undefined ? this.#declared : undefined));
    }
    return this.#byId.get(id);
  }
}

/** The path of the message in its file, as zigzag varints after their count; no count means the first message. */
function messageIndexes(bytes: Uint8Array): { indexes: number[]; length: number } {
  let at = 0;
  const next = (): number => {
    let value = 0;
    for (let shift = 0; shift < 32; shift += 7) {
      const byte = bytes[at] ?? Number.NaN;
      if (Number.isNaN(byte)) throw new Error('the frame ends early');
      at += 1;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    }
    throw new Error('a number in the frame is too long');
  };
  const count = next();
  if (count < 0 || count > INDEXES_MAX) throw new Error('the frame has too many indexes');
  const indexes = Array.from({ length: count }, next);
  return { indexes: count === 0 ? [0] : indexes, length: at };
}
