import type { Offset } from '../../../domain/topic-partition.ts';
import type { Catalog, TopicMetadata } from '../../../ports/catalog.ts';
import type {
  PartitionRange,
  TopicBounds,
  TopicReadRequest,
  TopicReadResult,
  TopicSource,
} from '../../../ports/topic-source.ts';
import type { LedLog } from '../partition/led-log.ts';
import type { PartitionFinder } from '../partition/partition-finder.ts';

/** What queries see of the logs: as a consumer that reads committed. */
export class LogTopicSource implements TopicSource {
  readonly #catalog: Pick<Catalog, 'metadata'>;
  readonly #partitions: PartitionFinder;

  constructor(catalog: Pick<Catalog, 'metadata'>, partitions: PartitionFinder) {
    this.#catalog = catalog;
    this.#partitions = partitions;
  }

  topics(): readonly string[] {
    const topics = [...this.#catalog.metadata.topicsByName.values()];
    return topics
      .filter(({ internal }) => !internal)
      .map(({ name }) => name)
      .sort();
  }

  async ranges(name: string, bounds: TopicBounds): Promise<readonly PartitionRange[]> {
    const topic = this.#topic(name);
    const ranges: PartitionRange[] = [];
    for (const { partition } of topic.partitions) {
      if (bounds.partitions !== undefined && !bounds.partitions.includes(partition)) continue;
      const range = await rangeOf(this.#log(topic, partition), partition, bounds);
      if (range !== undefined) ranges.push(range);
    }
    return ranges;
  }

  async read(request: TopicReadRequest): Promise<TopicReadResult> {
    const { topic, partition, fromOffset, maxBytes } = request;
    const log = this.#log(this.#topic(topic), partition);
    // Retention may have taken what the query was going to read: it goes on with what is left.
    const from = greater(fromOffset, log.logStartOffset);
    const info = await log.read(from, {
      maxBytes,
      minOneMessage: true,
      isolation: 'read_committed',
    });
    const { slices, sizeBytes } = info;
    const abortedTransactions = info.abortedTransactions ?? [];
    return { slices, sizeBytes, abortedTransactions, release: () => info.release() };
  }

  #topic(name: string): TopicMetadata {
    const topic = this.#partitions.topicByName(name);
    if (topic === undefined || topic.internal) throw new Error(`there is no topic ${name}`);
    return topic;
  }

  #log(topic: TopicMetadata, partition: number): LedLog {
    const log = this.#partitions.log(topic, partition);
    if (typeof log === 'string') {
      throw new Error(`partition ${partition} of ${topic.name} cannot be read: ${log}`);
    }
    return log;
  }
}

/** Undefined when nothing of the partition is within the bounds. */
async function rangeOf(
  log: LedLog,
  partition: number,
  { fromOffset, toOffset, fromTimestampMs }: TopicBounds,
): Promise<PartitionRange | undefined> {
  let startOffset = greater(log.logStartOffset, fromOffset ?? 0n);
  let endOffset = log.lastStableOffset;
  if (toOffset !== undefined && toOffset < endOffset) endOffset = toOffset;
  if (fromTimestampMs !== undefined && startOffset < endOffset) {
    // Negative times mean something else to the log.
    const found = await log.fetchOffsetByTimestamp(greater(fromTimestampMs, 0n), 'read_committed');
    if (found === undefined) return undefined;
    startOffset = greater(startOffset, found.offset);
  }
  return startOffset < endOffset ? { partition, startOffset, endOffset } : undefined;
}

function greater(a: Offset, b: Offset): Offset {
  return a > b ? a : b;
}
