import type { LogConfig } from '../../../domain/log/log-config.ts';
import type { Offset, TopicId } from '../../../domain/topic-partition.ts';
import type {
  ActiveProducer,
  ClosedSegment,
  ClosedSegmentsOptions,
  EpochEndOffset,
  FetchDataInfo,
  FetchIsolation,
  LogAppendInfo,
  LogAppendOptions,
  LogReadOptions,
  OffsetAndTimestamp,
} from '../log/log-types.ts';

/** What the data path asks of a partition's log (UnifiedLog). */
export interface LedLog {
  readonly config: Pick<LogConfig, 'minInSyncReplicas' | 'cleanupPolicy'>;
  readonly logStartOffset: Offset;
  readonly logEndOffset: Offset;
  readonly highWatermark: Offset;
  readonly lastStableOffset: Offset;
  readonly sizeBytes: number;
  append(records: Uint8Array, options: LogAppendOptions): LogAppendInfo;
  read(fromOffset: Offset, options: LogReadOptions): FetchDataInfo | Promise<FetchDataInfo>;
  fetchOffsetByTimestamp(
    timestampMs: bigint,
    isolation: FetchIsolation,
  ): Promise<OffsetAndTimestamp | undefined>;
  /**
   * Those that have records from an offset on, in their order, up to the last stable offset. All of it survives power loss.
   * `withOpen` takes what is committed of the segment that is appended to, too.
   */
  closedSegments(options: ClosedSegmentsOptions): Promise<readonly ClosedSegment[]>;
  endOffsetForEpoch(epoch: number): EpochEndOffset;
  deleteRecords(beforeOffset: Offset): Promise<Offset>;
  hasOngoingTransaction(producerId: bigint, producerEpoch: number): boolean;
  activeProducers(): readonly ActiveProducer[];
  onHighWatermarkAdvance(listener: () => void): () => void;
}

/** LogManager, as far as the data path needs it. */
export interface LedLogs {
  get(topicId: TopicId, partition: number): LedLog | undefined;
}
