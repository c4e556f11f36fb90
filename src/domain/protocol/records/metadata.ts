import { ProtocolError } from '../../wire/protocol-error.ts';
import { WireReader } from '../../wire/wire-reader.ts';
import { WireWriter } from '../../wire/wire-writer.ts';
import { codec } from '../compile.ts';
import type { Decoded, Encodable, Fields } from '../field.ts';
import { recordTypeOf } from '../record-codec.ts';
import type { Message } from '../schema.ts';
import * as clusterRecords from './cluster-records.ts';
import * as nodeRecords from './node-records.ts';
import * as topicRecords from './topic-records.ts';

export * from './cluster-records.ts';
export * from './node-records.ts';
export * from './topic-records.ts';

const FRAME_VERSION = 1;
const RECORD_BYTES = 128;

const BY_TYPE = new Map<number, Message>();
for (const records of [topicRecords, nodeRecords, clusterRecords]) {
  for (const message of Object.values(records)) BY_TYPE.set(recordTypeOf(message), message);
}

/** A record of the metadata log as its value holds it: `MetadataRecordSerde` of Kafka. */
export function encodeMetadataRecord<F extends Fields>(
  message: Message<F>,
  version: number,
  value: Encodable<F>,
): Uint8Array {
  const writer = new WireWriter(RECORD_BYTES);
  writer.writeUnsignedVarint(FRAME_VERSION);
  writer.writeUnsignedVarint(recordTypeOf(message));
  writer.writeUnsignedVarint(version);
  codec(message, version).encode(writer, value);
  return writer.toUint8Array();
}

/**
 * A decoded record of the metadata log; compare `message` with the tables, then `metadataRecordAs`
 * gives its fields.
 */
export interface DecodedMetadataRecord {
  readonly message: Message;
  readonly version: number;
  readonly value: unknown;
}

export function decodeMetadataRecord(bytes: Uint8Array): DecodedMetadataRecord {
  const reader = new WireReader(bytes);
  const frameVersion = reader.readUnsignedVarint();
  if (frameVersion !== FRAME_VERSION) {
    throw new ProtocolError(`unknown metadata frame version ${frameVersion}`);
  }
  const type = reader.readUnsignedVarint();
  const message = BY_TYPE.get(type);
  if (message === undefined) throw new ProtocolError(`unknown metadata record type ${type}`);
  const version = reader.readUnsignedVarint();
  return { message, version, value: codec(message, version).decode(reader) };
}

/** The fields of a record, if it is of this message. */
export function metadataRecordAs<F extends Fields>(
  record: DecodedMetadataRecord,
  message: Message<F>,
): Decoded<F> | undefined {
  return record.message === (message as Message) ? (record.value as Decoded<F>) : undefined;
}
