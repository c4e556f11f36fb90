import { KafkaError } from '../../domain/kafka-error.ts';
import { decodeRecordBatch, encodeRecordBatch } from '../../domain/record/record-batch.ts';
import { batchesOf } from '../../domain/record/record-batches.ts';
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

  /** All changes from the start, batch by batch. */
  async *changes(): AsyncGenerator<readonly MetadataRecord[], void, undefined> {
    let offset = this.#log.startOffset;
    while (offset < this.#log.endOffset) {
      const upTo = this.#log.endOffset;
      const request = { fromOffset: offset, maxBytes: READ_BYTES, minOneBatch: true, upTo };
      const result = await this.#log.read(request);
      const next = offset;
      try {
        for (const slice of result.slices) {
          for (const { bytes } of batchesOf(slice)) {
            const batch = decodeRecordBatch(bytes, { compression: this.#options.compression });
            offset = batch.lastOffset + 1n;
            if (!batch.control) yield batch.records.flatMap((record) => changeOf(record.value));
          }
        }
      } finally {
        result.release();
      }
      if (offset === next) throw new Error(`the metadata log cannot be read beyond ${offset}`);
    }
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

function changeOf(value: Uint8Array | null): MetadataRecord[] {
  const change = value === null ? undefined : decodeMetadataChange(value);
  return change === undefined ? [] : [change];
}
