import type { Offset } from '../../../domain/topic-partition.ts';

export interface LogAppendOptions {
  /** `coordinator` may write transaction markers and its batches have no sequences to check. */
  readonly origin: 'client' | 'coordinator';
  /** The epoch of this leadership; else the log's current one. */
  readonly leaderEpoch?: number;
  /** Of a transaction marker: 2 asks for an epoch above the producer's last one (KIP-890). */
  readonly transactionVersion?: number;
  readonly requiredAcks?: number;
}

export interface LogAppendInfo {
  readonly baseOffset: Offset;
  readonly lastOffset: Offset;
  /** -1 under CreateTime, but of a duplicate the timestamp of the batch stored before. */
  readonly logAppendTimeMs: bigint;
  readonly logStartOffset: Offset;
  /** A retry of one of the producer's last batches: nothing was appended. */
  readonly duplicate: boolean;
  /**
   * Shared by all appends of a turn. Resolves when the batch is stored as durably as the topic
   * asks; rejects with KAFKA_STORAGE_ERROR. It may be ignored.
   */
  readonly committed: Promise<void>;
}

/** How far a reader may see: the high watermark, the last stable offset, or the end of the log. */
export type FetchIsolation = 'read_uncommitted' | 'read_committed' | 'log_end';

export interface LogReadOptions {
  readonly maxBytes: number;
  /** Gives the first batch whole even when it is larger than `maxBytes`. */
  readonly minOneMessage: boolean;
  readonly isolation: FetchIsolation;
}

export interface FetchAbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: Offset;
}

export interface FetchDataInfo {
  /** Runs of whole batches: views that are valid until `release`. */
  readonly slices: readonly Uint8Array[];
  readonly sizeBytes: number;
  readonly highWatermark: Offset;
  readonly lastStableOffset: Offset;
  readonly logStartOffset: Offset;
  /** Only for `read_committed`, else null. */
  readonly abortedTransactions: readonly FetchAbortedTransaction[] | null;
  release(): void;
}

export interface OffsetAndTimestamp {
  readonly offset: Offset;
  /** -1 where an offset was asked for rather than a time. */
  readonly timestampMs: bigint;
  /** -1 when not known. */
  readonly leaderEpoch: number;
}

export interface ClosedSegmentsOptions {
  readonly fromOffset: Offset;
  readonly withOpen: boolean;
}

/** A run of batches that no longer changes, other than by going as a whole. */
export interface ClosedSegment {
  readonly nextOffset: Offset;
  readonly sizeBytes: number;
  readonly maxTimestampMs: bigint;
}

export interface EpochEndOffset {
  /** Both are -1 when the epoch is not known. */
  readonly leaderEpoch: number;
  readonly endOffset: Offset;
}

export interface ActiveProducer {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly lastSequence: number;
  readonly lastTimestampMs: bigint;
  readonly coordinatorEpoch: number;
  /** -1 without an open transaction. */
  readonly currentTxnStartOffset: Offset;
}
