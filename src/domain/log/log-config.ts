import type { CompressionType } from '../record/compression.ts';
import type { TimestampType } from '../record/record-batch-header.ts';

export type CleanupPolicy = 'delete' | 'compact';

/** `producer` keeps what each batch came with. */
export type BrokerCompressionType = 'producer' | 'uncompressed' | Exclude<CompressionType, 'none'>;

/**
 * The configs of a topic that its partitions' logs obey, by Kafka's names (Kafka's LogConfig).
 * Longs are numbers: Kafka's largest long stands for "never", which rounding does not change.
 */
export interface LogConfig {
  /** Negative keeps everything. */
  readonly retentionMs: number;
  /** Negative keeps everything. */
  readonly retentionBytes: number;
  readonly segmentBytes: number;
  readonly segmentMs: number;
  /** How much sooner a segment may end. */
  readonly segmentJitterMs: number;
  readonly indexIntervalBytes: number;
  readonly maxMessageBytes: number;
  /** What a batch may grow to when it is decompressed. */
  readonly maxDecompressedMessageBytes?: number;
  readonly messageTimestampType: TimestampType;
  readonly messageTimestampBeforeMaxMs: number;
  readonly messageTimestampAfterMaxMs: number;
  readonly cleanupPolicy: readonly CleanupPolicy[];
  /** How long tombstones and markers of a compacted log stay once they were first cleaned. */
  readonly deleteRetentionMs: number;
  /** The part of a log that has to be dirty before it is cleaned. */
  readonly minCleanableDirtyRatio: number;
  /** Younger records are not compacted. */
  readonly minCompactionLagMs: number;
  /** Older ones are, however little there is to clean. */
  readonly maxCompactionLagMs: number;
  /** 1 syncs every append before it is answered; more leaves it to the background. */
  readonly flushMessages: number;
  readonly flushMs: number;
  readonly compressionType: BrokerCompressionType;
  /** Of that type; the codec's own when absent. */
  readonly compressionLevel?: number | undefined;
  readonly minInSyncReplicas: number;
}

/** As near as a number comes to Kafka's largest long. */
const LONG_MAX = 2 ** 63;

/** Kafka's defaults but for `flush.messages`: an answered append survives power loss. */
export const DEFAULT_LOG_CONFIG: LogConfig = {
  retentionMs: 604_800_000,
  retentionBytes: -1,
  segmentBytes: 1_073_741_824,
  segmentMs: 604_800_000,
  segmentJitterMs: 0,
  indexIntervalBytes: 4096,
  maxMessageBytes: 1_048_588,
  messageTimestampType: 'CreateTime',
  messageTimestampBeforeMaxMs: LONG_MAX,
  messageTimestampAfterMaxMs: 3_600_000,
  cleanupPolicy: ['delete'],
  deleteRetentionMs: 86_400_000,
  minCleanableDirtyRatio: 0.5,
  minCompactionLagMs: 0,
  maxCompactionLagMs: LONG_MAX,
  flushMessages: 1,
  flushMs: LONG_MAX,
  compressionType: 'producer',
  minInSyncReplicas: 1,
};
