import type { Offset, TopicIdPartition } from '../domain/topic-partition.ts';

/**
 * A stopped store's data, read as they are: nothing is recovered, cut or written. Every engine that keeps data has one
 * beside its `LogStore`, for the commands that check, show and copy a data folder.
 */
export interface StoreInspector {
  /** Rejects when the folder is in use, or of another engine or version. */
  open(): Promise<InspectedStore>;
}

export interface InspectedStore {
  readonly engine: string;
  /** Whether the last stop was clean: if not, the next start cuts what it cannot trust. */
  readonly clean: boolean;
  readonly logs: readonly InspectedLog[];
  /** What is wrong with the folder itself, such as logs nobody can tell the topic of. */
  readonly findings: readonly StorageFinding[];
  /** Rejects when the folder was opened by a store meanwhile: what was read may be of two states. */
  close(): Promise<void>;
}

export interface InspectedLog {
  readonly id: TopicIdPartition;
  /** The first offset a reader may see; batches may begin before it. */
  readonly startOffset: Offset;
  /** Bytes of batches, as far as the engine can tell without reading them. */
  readonly sizeBytes: number;
  /** Goes over everything the log holds, in order. Damage is told and passed over. */
  scan(scan: LogScan): Promise<void>;
  snapshotNames(): Promise<readonly string[]>;
  readSnapshot(name: string): Promise<Uint8Array | undefined>;
}

export interface LogScan {
  /** Batches that end before may be left out. */
  readonly fromOffset?: Offset;
  /** Whether the engine's indexes are compared with the batches. */
  readonly checkIndexes: boolean;
  /**
   * Takes a batch, whose bytes are valid until the verdict is there. Its size is that of its header; nothing else about
   * it is checked. After `damaged` the engine does not rely on the size either.
   */
  batch(found: FoundBatch): BatchVerdict | Promise<BatchVerdict>;
  /** Bytes where a batch should be and is not, or an index that does not say what the batches say. */
  finding(finding: LogFinding): void;
}

export type BatchVerdict = 'whole' | 'damaged' | 'stop';

/** A file of the data folder, and a position in it, where the engine has such a thing. */
export interface StoragePlace {
  readonly file?: string | undefined;
  readonly position?: number | undefined;
}

export interface FoundBatch extends StoragePlace {
  /** The batch's first offset by the name of what it lies in, where that tells. */
  readonly offset?: Offset | undefined;
  /** Whether the engine knows that offsets before it may be missing: batches took the place of others there. */
  readonly mayFollowGap?: boolean | undefined;
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

export type FindingKind =
  /** A batch that is damaged, or bytes that are none. */
  | 'batch'
  /** Offsets that overlap or are missing, or a log start that does not fit them. */
  | 'offsets'
  /** A leader epoch that cannot be this batch's. */
  | 'leader-epoch'
  | 'index'
  | 'snapshot'
  /** What the metadata log says against the logs that are there. */
  | 'metadata'
  /** A sync that failed, after which nobody knows what the device holds. */
  | 'sync'
  /** A file without which the rest means nothing. */
  | 'file';

export interface LogFinding extends StoragePlace {
  readonly kind: FindingKind;
  /** The first offset that is concerned, as far as is known. */
  readonly offset?: Offset | undefined;
  readonly message: string;
}

export interface StorageFinding extends LogFinding {
  readonly topic?: string | undefined;
  readonly partition?: number | undefined;
}
