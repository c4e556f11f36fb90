import type { ErrorName } from '../../../domain/error-code.ts';
import { KafkaError } from '../../../domain/kafka-error.ts';
import type {
  DeletedRecords,
  DeleteRecords,
  DeleteRecordsTarget,
} from '../../../ports/delete-records.ts';
import type { Logger } from '../../../ports/logger.ts';
import type { DeletedRecordsWatcher } from '../../../ports/topic-history.ts';
import type { PartitionFinder } from '../partition/partition-finder.ts';

/** Kafka's ReplicaManager.deleteRecords. */
export class DeleteRecordsService implements DeleteRecords {
  readonly #finder: PartitionFinder;
  readonly #history: DeletedRecordsWatcher;
  readonly #logger: Logger;

  constructor(finder: PartitionFinder, history: DeletedRecordsWatcher, logger: Logger) {
    this.#finder = finder;
    this.#history = history;
    this.#logger = logger;
  }

  async deleteRecords(target: DeleteRecordsTarget): Promise<DeletedRecords> {
    const { partition, beforeOffset } = target;
    const topic = this.#finder.topicByName(target.topic);
    const log = this.#finder.log(topic, partition);
    if (typeof log === 'string') return notDeleted(log);
    if (topic!.internal) return notDeleted('INVALID_TOPIC_EXCEPTION');
    try {
      const lowWatermark = await log.deleteRecords(beforeOffset);
      const before = beforeOffset < 0n ? lowWatermark : beforeOffset;
      await this.#history.recordsDeleted(topic!.id, target.topic, partition, before);
      return { error: 'NONE', lowWatermark };
    } catch (thrown) {
      const { errorName } = KafkaError.from(thrown);
      if (errorName === 'UNKNOWN_SERVER_ERROR') {
        const fields = { topic: target.topic, partition, error: thrown };
        this.#logger.error(fields, 'deleting records failed');
      }
      return notDeleted(errorName);
    }
  }
}

function notDeleted(error: ErrorName): DeletedRecords {
  return { error, lowWatermark: -1n };
}
