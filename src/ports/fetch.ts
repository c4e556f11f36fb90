import type { ErrorName } from '../domain/error-code.ts';
import type { Offset, TopicId } from '../domain/topic-partition.ts';
import type { PartitionLeader } from './produce.ts';

/** Way in: reads batches for a consumer, waiting for them if need be. */
export interface Fetch {
  /** Answers at once when enough is there. The result's slices are borrowed until its `release`. */
  fetch(command: FetchCommand): FetchResult | Promise<FetchResult>;
}

export interface FetchCommand {
  readonly byTopicId: boolean;
  readonly isolation: 'read_uncommitted' | 'read_committed';
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  /** KIP-227: 0 for none. */
  readonly sessionId: number;
  /** 0 asks for a new session, -1 for none; else the next epoch of the session. */
  readonly sessionEpoch: number;
  readonly partitions: readonly FetchPartition[];
  readonly forgotten: readonly PartitionName[];
  /** Undefined where the client has no quota. */
  readonly quota?: FetchQuota | undefined;
  /** Whether the client is gone; an answer is not needed then. */
  readonly signal?: AbortSignal | undefined;
}

/** What the client may still read. */
export interface FetchQuota {
  readonly fetchBytesMax: number;
  /** Whether these bytes may be answered; counts them if so. */
  mayFetch(bytes: number): boolean;
}

/** Of name and id only the one the request names topics by counts. */
export interface PartitionName {
  readonly topic: string;
  readonly topicId: TopicId;
  readonly partition: number;
}

export interface FetchPartition extends PartitionName {
  readonly currentLeaderEpoch: number;
  readonly fetchOffset: Offset;
  readonly lastFetchedEpoch: number;
  readonly maxBytes: number;
}

export interface FetchResult {
  /** Of the session; then there are no partitions. */
  readonly error: ErrorName;
  readonly sessionId: number;
  readonly partitions: readonly FetchedPartition[];
  release(): void;
}

export interface FetchedPartition {
  readonly name: PartitionName;
  readonly error: ErrorName;
  readonly highWatermark: Offset;
  readonly lastStableOffset: Offset;
  readonly logStartOffset: Offset;
  readonly abortedTransactions:
    | readonly { readonly producerId: bigint; readonly firstOffset: Offset }[]
    | null;
  /** Runs of whole batches. */
  readonly slices: readonly Uint8Array[];
  /** Where the reader's log parts from ours (KIP-595); there are no batches then. */
  readonly divergingEpoch: { readonly epoch: number; readonly endOffset: Offset } | undefined;
  readonly currentLeader: PartitionLeader | undefined;
}
