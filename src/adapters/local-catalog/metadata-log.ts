import { KafkaError } from '../../domain/kafka-error.ts';
import { scanBatches } from '../../domain/record/scan-batches.ts';
import {
  CLUSTER_METADATA_TOPIC,
  CLUSTER_METADATA_TOPIC_ID,
} from '../../domain/topic/cluster-metadata.ts';
import type { MetadataRecord } from '../../domain/topic/metadata-record.ts';
import type { Clock } from '../../ports/clock.ts';
import type { LogStore, StoredLog } from '../../ports/log-store.ts';
import {
  encodeMetadataBatch,
  type MetadataBatchTools,
  visitMetadataBatch,
} from './metadata-batch.ts';
import {
  type MetadataSnapshot,
  readMetadataSnapshot,
  writeMetadataSnapshot,
} from './metadata-snapshot.ts';

const READ_BYTES = 1024 * 1024;
export const METADATA_LOG_CONFIG = {
  // Small, since an engine frees whole segments behind a snapshot.
  segmentBytes: 16 * 1024 * 1024,
  segmentMs: 7 * 24 * 60 * 60 * 1000,
  indexIntervalBytes: 4096,
};

export interface MetadataLogOptions extends MetadataBatchTools {
  readonly store: LogStore;
  readonly clock: Clock;
}

/** The topic-partition `__cluster_metadata-0`: one batch per change, behind a snapshot of what came before. */
export class MetadataLog {
  readonly #options: MetadataLogOptions;
  readonly #log: StoredLog;

  constructor(log: StoredLog, options: MetadataLogOptions) {
    this.#log = log;
    this.#options = options;
    // A log that was recovered does not know it.
    log.configure(METADATA_LOG_CONFIG);
  }

  static async create(options: MetadataLogOptions): Promise<MetadataLog> {
    const id = { topicId: CLUSTER_METADATA_TOPIC_ID, topic: CLUSTER_METADATA_TOPIC, partition: 0 };
    return new MetadataLog(await options.store.create(id, METADATA_LOG_CONFIG), options);
  }

  get stored(): StoredLog {
    return this.#log;
  }

  /** Gives all changes that make the state, in order; how many records of the log these were. */
  async replay(visit: (change: MetadataRecord) => void): Promise<number> {
    const log = this.#log;
    const snapshot = await readMetadataSnapshot(log, this.#options);
    await this.#checkContinuity(snapshot);
    snapshot?.visit(visit);
    let count = 0;
    await scanBatches({
      fromOffset: snapshot?.offset ?? log.startOffset,
      endOffset: () => log.endOffset,
      read: (fromOffset) =>
        log.read({ fromOffset, maxBytes: READ_BYTES, minOneBatch: true, upTo: log.endOffset }),
      visit: (bytes) => {
        count += visitMetadataBatch(bytes, this.#options, visit);
      },
    });
    return count;
  }

  /** Resolves once the records survive power loss; rejects with KAFKA_STORAGE_ERROR and nothing is kept. */
  async append(records: readonly MetadataRecord[]): Promise<bigint> {
    const baseOffset = this.#log.endOffset;
    const lastOffset = baseOffset + BigInt(records.length) - 1n;
    const maxTimestampMs = this.#nowMs();
    const batch = encodeMetadataBatch(records, baseOffset, maxTimestampMs, this.#options);
    const entry = { log: this.#log, baseOffset, lastOffset, maxTimestampMs, batch };
    try {
      await this.#options.store.append([entry], 'synced');
    } catch (cause) {
      throw new KafkaError('KAFKA_STORAGE_ERROR', 'the change could not be stored', { cause });
    }
    return lastOffset + 1n;
  }

  /**
   * Keeps `records` for everything the log holds. The snapshot replaces the one before as a whole, and is there before
   * the log's records go: after a stop in between they are passed over.
   */
  async compact(records: readonly MetadataRecord[]): Promise<void> {
    const log = this.#log;
    const offset = log.endOffset;
    await writeMetadataSnapshot(log, offset, records, this.#nowMs(), this.#options);
    await log.dropPrefix(offset);
  }

  async #checkContinuity(snapshot: MetadataSnapshot | undefined): Promise<void> {
    const { startOffset, endOffset } = this.#log;
    const known = snapshot?.offset ?? 0n;
    if (known < startOffset) {
      throw new Error(`the metadata log starts at ${startOffset}, what came before is not there`);
    }
    // The snapshot knows all that the log lost.
    if (known > endOffset) await this.#log.reset(known);
  }

  #nowMs(): bigint {
    return BigInt(this.#options.clock.nowMs());
  }
}
