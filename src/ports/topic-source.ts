import type { Offset } from '../domain/topic-partition.ts';

/** Where a query's reading of a topic may be cut: everything outside is not asked for. */
export interface TopicBounds {
  readonly partitions?: readonly number[] | undefined;
  readonly fromOffset?: Offset | undefined;
  /** Exclusive. */
  readonly toOffset?: Offset | undefined;
  /** Records before this time are not asked for. */
  readonly fromTimestampMs?: bigint | undefined;
}

/** The offsets of a partition as a query sees them: fixed when it starts, so that it comes to an end. */
export interface PartitionRange {
  readonly partition: number;
  readonly startOffset: Offset;
  readonly endOffset: Offset;
}

export interface TopicReadRequest {
  readonly topic: string;
  readonly partition: number;
  readonly fromOffset: Offset;
  readonly maxBytes: number;
}

export interface AbortedRange {
  readonly producerId: bigint;
  readonly firstOffset: Offset;
}

export interface TopicReadResult {
  /** Runs of whole batches: views that are valid until `release`. */
  readonly slices: readonly Uint8Array[];
  readonly sizeBytes: number;
  readonly abortedTransactions: readonly AbortedRange[];
  release(): void;
}

/** What queries read: the committed records of the topics, straight from their logs. */
export interface TopicSource {
  /** Topics of users, in the order of their names. */
  topics(): readonly string[];
  /** Up to the last stable offset. Rejects for a topic that does not exist. */
  ranges(topic: string, bounds: TopicBounds): Promise<readonly PartitionRange[]>;
  read(request: TopicReadRequest): Promise<TopicReadResult>;
}
