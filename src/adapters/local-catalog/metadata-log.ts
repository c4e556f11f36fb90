import { KafkaError } from '../../domain/kafka-error.ts';
import { decodeRecordBatch, encodeRecordBatch } from '../../domain/record/record-batch.ts';
import { scanBatches } from '../../domain/record/scan-batches.ts';
import {
  CLUSTER_METADATA_TOPIC,
  CLUSTER_METADATA_TOPIC_ID,
} from '../../domain/topic/cluster-metadata.ts';
import type { MetadataRecord } from '../../domain/topic/metadata-record.ts';
import {
  decodeMetadataChange,
  encodeMetadataChange,
} from '../../domain/topic/metadata-record-codec.ts';
import type { Checksum } from '../../ports/checksum.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Compression } from '../../ports/compression.ts';
import type { LogStore, StoredLog } from '../../ports/log-store.ts';

const READ_BYTES = 1024 * 1024;
/** A replicated log needs one; on a single broker it never changes. */
const LEADER_EPOCH = 1;
const STORED_CONFIG = {
  segmentBytes: 1024 * 1024 * 1024,
  segmentMs: 7 * 24 * 60 * 60 * 1000,
  indexIntervalBytes: 4096,
};

export interface MetadataLogOptions {
  readonly store: LogStore;
  readonly checksum: Checksum;
  readonly compression: Compression;
  readonly clock: Clock;
}

/** The topic-partition `__cluster_metadata-0`: one batch per change, in Kafka's record schemas. */
export class MetadataLog {
  readonly #options: MetadataLogOptions;
  readonly #log: StoredLog;

  constructor(log: StoredLog, options: MetadataLogOptions) {
    this.#log = log;
    this.#options = options;
  }

  static async create(options: MetadataLogOptions): Promise<MetadataLog> {
    const id = { topicId: CLUSTER_METADATA_TOPIC_ID, topic: CLUSTER_METADATA_TOPIC, partition: 0 };
    return new MetadataLog(await options.store.create(id, STORED_CONFIG), options);
  }

  get stored(): StoredLog {
    return this.#log;
  }

  /** Gives all changes from the start, in order. */
  async replay(visit: (change: MetadataRecord) => void): Promise<void> {
    const log = this.#log;
    const { compression } = this.#options;
    await scanBatches({
      fromOffset: log.startOffset,
      endOffset: () => log.endOffset,
      read: (fromOffset) =>
        log.read({ fromOffset, maxBytes: READ_BYTES, minOneBatch: true, upTo: log.endOffset }),
      visit(bytes) {
        const batch = decodeRecordBatch(bytes, { compression });
        if (batch.control) return;
        for (const { value } of batch.records) {
          const change = value === null ? undefined : decodeMetadataChange(value);
          if (change !== undefined) visit(change);
        }
      },
    });
  }

  /** Resolves once the records survive power loss; rejects with KAFKA_STORAGE_ERROR and nothing is kept. */
  async append(records: readonly MetadataRecord[]): Promise<bigint> {
    const baseOffset = this.#log.endOffset;
    const lastOffset = baseOffset + BigInt(records.length) - 1n;
    const timestampMs = BigInt(this.#options.clock.nowMs());
    const batch = encodeRecordBatch(
      {
        baseOffset,
        partitionLeaderEpoch: LEADER_EPOCH,
        compression: 'none',
        records: records.map((record) => ({
          timestampMs,
          key: null,
          value: encodeMetadataChange(record),
          headers: [],
        })),
      },
      this.#options,
    );
    const entry = { log: this.#log, baseOffset, lastOffset, maxTimestampMs: timestampMs, batch };
    try {
      await this.#options.store.append([entry], 'synced');
    } catch (cause) {
      throw new KafkaError('KAFKA_STORAGE_ERROR', 'the change could not be stored', { cause });
    }
    return lastOffset + 1n;
  }
}
