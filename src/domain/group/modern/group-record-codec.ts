import type { CoordinatorRecord } from '../../coordinator/coordinator-shard.ts';
import {
  decodeRecordKey,
  encodeRecordKey,
  leadingInt16,
  recordTypeOf,
} from '../../protocol/record-codec.ts';
import type { Message } from '../../protocol/schema.ts';

/** A record of a group: its kind, the fields of its key, and its value; without one it is a tombstone. */
export interface AnyGroupRecord {
  readonly kind: string;
  readonly groupId: string;
  readonly value: unknown;
}

/** One kind of record: its key, and how its value is written and read. */
export interface GroupRecordKind<Value> {
  readonly key: Message;
  encode(value: Value): Uint8Array;
  decode(bytes: Uint8Array): Value;
}

export type GroupRecordKinds<GroupRecord extends AnyGroupRecord> = {
  readonly [Kind in GroupRecord['kind']]: GroupRecordKind<
    Exclude<Extract<GroupRecord, { readonly kind: Kind }>['value'], undefined>
  >;
};

/** The records of one kind of group, as they are in the log. */
export class GroupRecordCodec<GroupRecord extends AnyGroupRecord> {
  readonly recordTypes: readonly number[];
  readonly #kinds: ReadonlyMap<string, GroupRecordKind<unknown>>;
  readonly #nameOf: ReadonlyMap<number, string>;

  constructor(kinds: GroupRecordKinds<GroupRecord>) {
    const all = Object.entries<GroupRecordKind<unknown>>(kinds);
    this.#kinds = new Map(all);
    this.#nameOf = new Map(all.map(([kind, { key }]) => [recordTypeOf(key), kind]));
    this.recordTypes = [...this.#nameOf.keys()];
  }

  encode(record: GroupRecord): CoordinatorRecord {
    const { key, encode } = this.#kinds.get(record.kind) as GroupRecordKind<unknown>;
    const { value } = record;
    return {
      key: encodeRecordKey(key, record as never),
      value: value === undefined ? null : encode(value),
    };
  }

  /** Reads a record of one of the types above. */
  decode({ key, value }: CoordinatorRecord): GroupRecord {
    const kind = this.#nameOf.get(leadingInt16(key)) as string;
    const { key: message, decode } = this.#kinds.get(kind) as GroupRecordKind<unknown>;
    return {
      ...{ kind, ...decodeRecordKey(message, key) },
      value: value === null ? undefined : decode(value),
    } as unknown as GroupRecord;
  }
}
