import type { ErrorName } from '../../../domain/error-code.ts';
import { KafkaError } from '../../../domain/kafka-error.ts';
import type { ListedOffset, ListOffsets, ListOffsetsQuery } from '../../../ports/list-offsets.ts';
import type { Logger } from '../../../ports/logger.ts';
import type { PartitionFinder } from '../partition/partition-finder.ts';

/** Kafka's ReplicaManager.fetchOffset. */
export class ListOffsetsService implements ListOffsets {
  readonly #finder: PartitionFinder;
  readonly #logger: Logger;

  constructor(finder: PartitionFinder, logger: Logger) {
    this.#finder = finder;
    this.#logger = logger;
  }

  async listOffsets(query: ListOffsetsQuery): Promise<readonly ListedOffset[]> {
    const listed: ListedOffset[] = [];
    // One after the other: a request for a thousand partitions must not start a thousand reads.
    for (const asked of query.partitions) listed.push(await this.#one(query, asked));
    return listed;
  }

  async #one(
    { topic, isolation }: ListOffsetsQuery,
    { partition, currentLeaderEpoch, timestamp }: ListOffsetsQuery['partitions'][number],
  ): Promise<ListedOffset> {
    const metadata = this.#finder.topicByName(topic);
    const log = this.#finder.logAtEpoch(metadata, partition, currentLeaderEpoch);
    if (typeof log === 'string') return notListed(partition, log);
    try {
      const found = await log.fetchOffsetByTimestamp(timestamp, isolation);
      if (found === undefined) return notListed(partition, 'NONE');
      return { partition, error: 'NONE', ...found };
    } catch (thrown) {
      const { errorName } = KafkaError.from(thrown);
      if (errorName === 'UNKNOWN_SERVER_ERROR') {
        this.#logger.error({ topic, partition, error: thrown }, 'looking up an offset failed');
      }
      return notListed(partition, errorName);
    }
  }
}

function notListed(partition: number, error: ErrorName): ListedOffset {
  return { partition, error, offset: -1n, timestampMs: -1n, leaderEpoch: -1 };
}
