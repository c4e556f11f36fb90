import type { Record, RecordInput } from '../../domain/record/record.ts';

/** Text is UTF-8. */
export type Bytes = string | Uint8Array;

/** A message to be written. */
export interface NewMessage {
  /** Null for a tombstone of a compacted topic. */
  readonly value: Bytes | null;
  readonly key?: Bytes | null;
  readonly headers?: Readonly<globalThis.Record<string, Bytes | null>>;
  /** Else the key decides as in Kafka's clients; without a key the partitions take turns. */
  readonly partition?: number;
  /** Milliseconds since 1970; now when absent. */
  readonly timestampMs?: number | bigint;
}

/** A message as it is read. The bytes are the reader's own. */
export interface Message {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly timestampMs: bigint;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** In their order; a name may occur more than once. */
  readonly headers: readonly { readonly key: string; readonly value: Buffer | null }[];
}

/** Where a message was written. */
export interface MessageOffset {
  readonly partition: number;
  readonly offset: bigint;
}

export function toRecord(message: NewMessage, nowMs: number): RecordInput {
  const { key = null, value, headers = {}, timestampMs = nowMs } = message;
  return {
    timestampMs: BigInt(timestampMs),
    key: toBytes(key),
    value: toBytes(value),
    headers: Object.entries(headers).map(([name, text]) => ({ key: name, value: toBytes(text) })),
  };
}

/** Copies: the batch the record is a view of belongs to the log. */
export function fromRecord(topic: string, partition: number, record: Record): Message {
  return {
    topic,
    partition,
    offset: record.offset,
    timestampMs: record.timestampMs,
    key: copyOf(record.key),
    value: copyOf(record.value),
    headers: record.headers.map(({ key, value }) => ({ key, value: copyOf(value) })),
  };
}

export function toBytes(text: Bytes | null): Uint8Array | null {
  return typeof text === 'string' ? Buffer.from(text) : text;
}

function copyOf(bytes: Uint8Array | null): Buffer | null {
  return bytes === null ? null : Buffer.from(bytes);
}
