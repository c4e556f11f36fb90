import type { LogConfig } from '../../../domain/log/log-config.ts';
import type { Offset, TopicId } from '../../../domain/topic-partition.ts';
import type {
  EpochEndOffset,
  FetchDataInfo,
  FetchIsolation,
  LogAppendInfo,
  LogAppendOptions,
  LogReadOptions,
  OffsetAndTimestamp,
} from '../log/log-types.ts';
import type { ActiveProducer } from '../log/unified-log.ts';

/** What the data path asks of a partition's log (UnifiedLog). */
export interface LedLog {
  readonly config: Pick<LogConfig, 'minInSyncReplicas'>;
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
