import { WireReader } from '../../wire/wire-reader.ts';
import { codec } from '../compile.ts';
import { decodeRecord, leadingInt16 } from '../record-codec.ts';
import type { Message } from '../schema.ts';
import * as groupRecords from './group-coordinator.ts';
import * as shareRecords from './share-coordinator.ts';
import * as transactionRecords from './transaction-coordinator.ts';

/** A record of one of the coordinators' topics, for people to look at. */
export interface DecodedCoordinatorRecord {
  /** As Kafka's schema of it is called, without `Key`. */
  readonly type: string;
  readonly key: unknown;
  /** Null for a tombstone. */
  readonly value: unknown;
}

interface KeyAndValue {
  readonly type: string;
  readonly key: Message;
  readonly value: Message;
}

const BY_TOPIC: ReadonlyMap<string, ReadonlyMap<number, KeyAndValue>> = new Map([
  ['__consumer_offsets', byType(groupRecords)],
  ['__transaction_state', byType(transactionRecords)],
  ['__share_group_state', byType(shareRecords)],
]);

export function isCoordinatorTopic(topic: string): boolean {
  return BY_TOPIC.has(topic);
}

/** Undefined for a kind of record that is not known. Throws where the bytes are no such record. */
export function decodeCoordinatorRecord(
  topic: string,
  key: Uint8Array,
  value: Uint8Array | null,
): DecodedCoordinatorRecord | undefined {
  const schema = BY_TOPIC.get(topic)?.get(leadingInt16(key));
  if (schema === undefined) return undefined;
  return {
    type: schema.type,
    key: codec(schema.key, 0).decode(new WireReader(key, 2)),
    value: value === null ? null : decodeRecord(schema.value, value),
  };
}

function byType(messages: Readonly<Record<string, Message>>): ReadonlyMap<number, KeyAndValue> {
  const found = new Map<number, KeyAndValue>();
  for (const [name, key] of Object.entries(messages)) {
    if (!name.endsWith('Key') || key.recordType === undefined) continue;
    const type = name.slice(0, -'Key'.length);
    const value = messages[`${type}Value`];
    if (value !== undefined) found.set(key.recordType, { type, key, value });
  }
  return found;
}
