import { ProtocolError } from '../wire/protocol-error.ts';
import { WireReader } from '../wire/wire-reader.ts';
import { WireWriter } from '../wire/wire-writer.ts';
import { codec } from './compile.ts';
import type { Decoded, Encodable, Fields } from './field.ts';
import type { Message } from './schema.ts';

/** Records are small and many: as much as this is allocated for some of them together. */
const SHARED_BYTES = 8 * 1024;
let shared = new WireWriter(SHARED_BYTES);

function encoded(opening: number, encode: (writer: WireWriter) => void): Uint8Array {
  try {
    shared.writeInt16(opening);
    encode(shared);
    return shared.toUint8Array();
  } catch (error) {
    // The next record must not begin with what is there of this one.
    shared = new WireWriter(SHARED_BYTES);
    throw error;
  }
}

/**
 * A blob that opens with its int16 version: coordinator values, consumer protocol, control records.
 */
export function encodeRecord<F extends Fields>(
  message: Message<F>,
  version: number,
  value: Encodable<F>,
): Uint8Array {
  const { encode } = codec(message, version);
  return encoded(version, (writer) => encode(writer, value));
}

/** Reads what `encodeRecord` writes, whichever version it is. */
export function decodeRecord<F extends Fields>(message: Message<F>, bytes: Uint8Array): Decoded<F> {
  const reader = new WireReader(bytes);
  return codec(message, reader.readInt16()).decode(reader);
}

/** The int16 a blob opens with: a value's version, or a coordinator key's record type. */
export function leadingInt16(bytes: Uint8Array): number {
  if (bytes.length < 2) throw new ProtocolError(`${bytes.length} bytes are no record`);
  return ((bytes[0]! << 24) | (bytes[1]! << 16)) >> 16;
}

/**
 * A coordinator's record key: its record type, and the fields of version 0, the only one keys have.
 */
export function encodeRecordKey<F extends Fields>(
  message: Message<F>,
  value: Encodable<F>,
): Uint8Array {
  const { encode } = codec(message, 0);
  return encoded(recordTypeOf(message), (writer) => encode(writer, value));
}

export function decodeRecordKey<F extends Fields>(
  message: Message<F>,
  bytes: Uint8Array,
): Decoded<F> {
  const reader = new WireReader(bytes);
  const recordType = reader.readInt16();
  if (recordType !== message.recordType) {
    throw new ProtocolError(`record type ${recordType} is not a ${message.name}`);
  }
  return codec(message, 0).decode(reader);
}

/** The record type of a message that has one. */
export function recordTypeOf(message: Message): number {
  if (message.recordType === undefined) {
    throw new ProtocolError(`${message.name} has no record type`);
  }
  return message.recordType;
}
