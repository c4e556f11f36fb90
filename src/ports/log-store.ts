import type { Offset, TopicIdPartition } from '../domain/topic-partition.ts';

/**
 * A storage engine for partition logs. It stores whole record batches per partition, opaque but for
 * their offsets and times, and knows nothing of groups, transactions or SQL. An engine is one small
 * folder that passes the contract suite, `kawadb/testing/log-store-contract`.
 */
export interface LogStore {
  readonly capabilities: LogStoreCapabilities;
  /**
   * Opens the store, recovers from an unclean stop and gives every log it holds. Afterwards each log
   * ends with a whole, CRC-checked batch; nothing that was synced is lost, and what is found is synced. Rejects with a clear message when
   * another process holds the store or the data belong to another engine or version.
   */
  open(): Promise<readonly RecoveredLog[]>;
  /** Makes an empty log. Rejects if the partition exists. */
  create(id: TopicIdPartition, config: StoredLogConfig): Promise<StoredLog>;
  /**
   * Appends batches of any number of logs, in the given order within a log. The bytes are borrowed until the
   * promise settles. Batches become readable at once or on settling, at the engine's choice, never out of order.
   * Calling again before an earlier promise settled is allowed (group commit).
   * Resolves once `durability` holds: `written` survives the process, `synced` survives power loss.
   * On rejection nothing of the failed logs' entries is kept: such a log must be read again through `logEndOffset`;
   * after a failed sync the log refuses appends until the store is opened again (an fsync is never retried).
   */
  append(entries: readonly AppendEntry[], durability: Durability): Promise<void>;
  /** Resolves once everything appended to `log` before the call survives power loss. */
  sync(log: StoredLog): Promise<void>;
  /** Removes a log and its data. Readers that hold a result keep it until they release it. */
  delete(log: StoredLog): Promise<void>;
  /**
   * Notes where the logs stand, so that a start after an unclean stop has less to look at. Changes nothing else, and may be
   * called at any time.
   */
  checkpoint?(): Promise<void>;
  /** Bytes free on the device, or undefined where the engine cannot tell. */
  usableBytes(): Promise<number | undefined>;
  /** Bytes of the whole device, of an engine that has one. */
  totalBytes?(): Promise<number | undefined>;
  /** Syncs everything, marks the stop as clean and gives the lock back. */
  close(): Promise<void>;
}

export type Durability = 'written' | 'synced';

export interface LogStoreCapabilities {
  readonly name: string;
  /** Whether data outlive the process. */
  readonly durable: boolean;
  /** Whether entries of one append to several logs are kept or lost together in a crash. */
  readonly atomicAcrossLogs: boolean;
  /** Whether `dropPrefix` frees exactly up to the offset, or may keep more. */
  readonly exactPrefixDrop: boolean;
  /** What a sync costs: nothing, one per log, or one per store. */
  readonly syncCost: 'none' | 'per-log' | 'per-store';
}

export interface StoredLogConfig {
  /** Kafka's segment.bytes: the size at which an engine with segments starts a new one. */
  readonly segmentBytes: number;
  /** Kafka's segment.ms. */
  readonly segmentMs: number;
  /** Kafka's index.interval.bytes. */
  readonly indexIntervalBytes: number;
}

export interface RecoveredLog {
  readonly log: StoredLog;
  /** Whether the last stop was clean; if not, state derived from the log must be rebuilt from its end. */
  readonly clean: boolean;
  /** Bytes cut from the end because they were torn or failed their CRC. */
  readonly truncatedBytes: number;
}

/** One partition's log. Offsets given by the caller only rise. */
export interface StoredLog {
  readonly id: TopicIdPartition;
  /** The first offset the engine still holds (a batch may start before it). */
  readonly startOffset: Offset;
  /** The offset after the last readable batch. */
  readonly endOffset: Offset;
  /** Bytes of batches held. */
  readonly sizeBytes: number;
  configure(config: StoredLogConfig): void;
  /**
   * Whole batches from the one that contains `fromOffset` (or the first after it) up to `maxBytes`; with
   * `minOneBatch` the first batch is given whole even when larger. Stops before `upTo`, so that a batch whose last
   * offset is at or beyond it is left out. May answer synchronously when the bytes are at hand. An engine that reads from a device gives batches
   * before a damaged one; where that is the first it fails with CORRUPT_MESSAGE, naming partition and offset.
   */
  read(request: LogReadRequest): LogReadResult | Promise<LogReadResult>;
  /**
   * The batches whose maximum timestamp is at or after `timestampMs`, first in offset order: its position; the
   * caller looks inside. Undefined when there is none.
   */
  findByTimestamp(timestampMs: bigint): Promise<BatchPosition | undefined>;
  /** The first batch that holds the largest timestamp of the log. */
  findMaxTimestamp(): Promise<BatchPosition | undefined>;
  /** The last batch's maximum timestamps of what can be dropped by time: see `droppable`. */
  droppable(): readonly DroppablePrefix[];
  /** Drops every batch whose last offset is at or after `offset`: `endOffset` is at most `offset` afterwards. */
  truncate(offset: Offset): Promise<void>;
  /** Starts the log at `offset`: the engine may keep more, never less. `startOffset` is `offset` afterwards, also after reopening. */
  dropPrefix(offset: Offset): Promise<void>;
  /** Empties the log and lets it start at `offset`. */
  reset(offset: Offset): Promise<void>;
  /** What `replace` takes, in order: each run alone, or several that follow one another. The log's last run, which appends go to, is never one. */
  replaceable(): readonly ReplaceableRun[];
  /**
   * Puts other batches in place of all those of a range (what compaction is for): all of them or none, whatever stops the
   * process or the power, and afterwards for good. The log's start and end stay; offsets between the batches may be missing.
   * Reads see the old batches or the new ones, never some of both; results that were read stay until they are released.
   * Appends go on meanwhile, and so may any other change: one that reaches into the range makes this one reject.
   * The batches are asked for one by one, each borrowed until the next is asked for; they rise, and lie within the range.
   * Rejects, and changes nothing, when the range is not one of `replaceable`, when a batch does not fit, when the batches are more
   * than one run can hold, when they fail, and while another range of the log is being replaced. Where an engine fails after the
   * new batches are stored for good, it rejects too: then either may be found, and the next change brings it to its end.
   */
  replace(range: OffsetRange, batches: BatchesToStore): Promise<void>;
  /** Stores a small named blob beside the log (producer state, leader epochs), atomically. */
  writeSnapshot(name: string, bytes: Uint8Array): Promise<void>;
  readSnapshot(name: string): Promise<Uint8Array | undefined>;
}

export interface AppendEntry {
  readonly log: StoredLog;
  readonly baseOffset: Offset;
  readonly lastOffset: Offset;
  readonly maxTimestampMs: bigint;
  /** One whole magic-2 batch, offsets already assigned. */
  readonly batch: Uint8Array;
}

export interface LogReadRequest {
  readonly fromOffset: Offset;
  readonly maxBytes: number;
  readonly minOneBatch: boolean;
  readonly upTo: Offset;
}

export interface LogReadResult {
  /** Runs of whole batches; views that are valid until `release`. Empty at the end of the log. */
  readonly slices: readonly Uint8Array[];
  release(): void;
}

export interface BatchPosition {
  readonly baseOffset: Offset;
  readonly maxTimestampMs: bigint;
}

/** From an offset up to another one, which is left out. */
export interface OffsetRange {
  readonly fromOffset: Offset;
  readonly toOffset: Offset;
}

/** A run of batches that others may take the place of (a closed segment). */
export interface ReplaceableRun extends OffsetRange {
  readonly sizeBytes: number;
  readonly maxTimestampMs: bigint;
}

/** One whole magic-2 batch with its place, as in an append. */
export type BatchToStore = Omit<AppendEntry, 'log'>;

export type BatchesToStore = Iterable<BatchToStore> | AsyncIterable<BatchToStore>;

/** A run of batches at the log's start that can be dropped as one (a closed segment). */
export interface DroppablePrefix {
  /** The offset the log would start at after dropping. */
  readonly nextOffset: Offset;
  readonly sizeBytes: number;
  readonly maxTimestampMs: bigint;
}
