/**
 * An ordered key-value database: bytes by bytes, in the order of the keys' unsigned bytes. As small as a log store
 * over it needs, so that one binding can be put in another's place.
 */
export interface KeyValueDatabase {
  /** What it is called in messages. */
  readonly name: string;
  /** Opens the database in its folder, and makes it where there is none. */
  open(): Promise<void>;
  /**
   * Puts and deletes, all of them or none, in the given order; settles once they survive the process. The bytes are
   * borrowed until then. One at a time.
   */
  write(operations: readonly KeyValueOperation[]): void | Promise<void>;
  /** Settles once everything whose write had settled before the call survives power loss. One at a time. */
  sync(): Promise<void>;
  /** The entries of a range as they are at the call, up to its limits. The bytes are the caller's. */
  read(query: KeyValueQuery): KeyValueEntries | Promise<KeyValueEntries>;
  /**
   * Deletes a range. Where that takes several steps they go from the end to the start, so that what a crash leaves
   * half done is the same range, shorter. Not synced.
   */
  deleteRange(range: KeyRange): Promise<void>;
  /** Ends what is under way, a range that is being deleted where it is. */
  close(): Promise<void>;
}

export type KeyValueOperation =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: Uint8Array };

/** From a key on, up to and without another one. */
export interface KeyRange {
  readonly gte: Uint8Array;
  readonly lt: Uint8Array;
}

export interface KeyValueQuery extends KeyRange {
  /** From the end on. */
  readonly reverse?: boolean;
  /** Whether the values are wanted too; otherwise they are empty. */
  readonly values: boolean;
  /** The most entries. */
  readonly limit: number;
  /** Bytes after which no further entry is begun. */
  readonly maxBytes?: number;
  /** Whether the answer may be got on the event loop, where the binding can: for what is surely in memory. */
  readonly mayBlock?: boolean;
}

export type KeyValueEntries = readonly (readonly [key: Uint8Array, value: Uint8Array])[];
