import type { ErrorName } from '../../../domain/error-code.ts';
import { KafkaError } from '../../../domain/kafka-error.ts';
import type { Checksum } from '../../../domain/record/checksum.ts';
import { encodeEndTransactionMarker } from '../../../domain/record/control-record.ts';
import { CONSUMER_OFFSETS_TOPIC } from '../../../domain/topic/internal-topics.ts';
import type { Clock } from '../../../ports/clock.ts';
import type {
  TransactionMarker,
  TransactionMarkers,
  TransactionPartition,
  WrittenMarker,
} from '../../../ports/transaction-markers.ts';
import type { TransactionEnd } from '../coordinator/coordinator-partition.ts';
import type { PartitionFinder } from '../partition/partition-finder.ts';

export interface TransactionMarkerOptions {
  readonly partitions: PartitionFinder;
  /** Group coordinators apply the offsets that a marker makes true. */
  readonly groups: { endTransaction(partition: number, end: TransactionEnd): Promise<void> };
  readonly clock: Clock;
  readonly checksum: Checksum;
}

/** Writes the end of a transaction into each of its partitions (Kafka's handleWriteTxnMarkersRequest). */
export class TransactionMarkerService implements TransactionMarkers {
  readonly #options: TransactionMarkerOptions;

  constructor(options: TransactionMarkerOptions) {
    this.#options = options;
  }

  write(marker: TransactionMarker): Promise<readonly WrittenMarker[]> {
    const written = Array.from(marker.partitions, async (partition) => ({
      ...partition,
      error: await this.#writeTo(partition, marker),
    }));
    return Promise.all(written);
  }

  async #writeTo(at: TransactionPartition, marker: TransactionMarker): Promise<ErrorName> {
    const { partitions, groups } = this.#options;
    const topic = partitions.topicByName(at.topic);
    const log = partitions.log(topic, at.partition);
    if (typeof log === 'string') return log;
    const { producerId, producerEpoch, coordinatorEpoch, transactionVersion } = marker;
    const type = marker.committed ? 'COMMIT' : 'ABORT';
    const end = { type, producerId, producerEpoch, coordinatorEpoch } as const;
    try {
      if (at.topic === CONSUMER_OFFSETS_TOPIC) {
        await groups.endTransaction(at.partition, { ...end, transactionVersion });
        return 'NONE';
      }
      const timestampMs = BigInt(this.#options.clock.nowMs());
      const batch = encodeEndTransactionMarker({ ...end, timestampMs }, this.#options.checksum);
      await log.append(batch, { origin: 'coordinator', transactionVersion }).committed;
      return 'NONE';
    } catch (error) {
      return KafkaError.from(error).errorName;
    }
  }
}
