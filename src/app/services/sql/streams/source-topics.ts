import type { Offset, TopicId } from '../../../../domain/topic-partition.ts';
import type { Catalog } from '../../../../ports/catalog.ts';
import type { LedLog } from '../../partition/led-log.ts';
import type { PartitionFinder } from '../../partition/partition-finder.ts';

/** What a view may read of a partition now. */
export interface SourcePartition {
  readonly topic: string;
  readonly topicId: TopicId;
  readonly partition: number;
  readonly startOffset: Offset;
  /** The last stable offset: what is behind it may still be aborted. */
  readonly endOffset: Offset;
  readonly logEndOffset: Offset;
  readonly bytesPerRecord: number;
}

const BYTES_PER_RECORD_MIN = 16;

/** The logs that views read. */
export class SourceTopics {
  readonly #catalog: Pick<Catalog, 'metadata' | 'watch'>;
  readonly #partitions: PartitionFinder;

  constructor(catalog: Pick<Catalog, 'metadata' | 'watch'>, partitions: PartitionFinder) {
    this.#catalog = catalog;
    this.#partitions = partitions;
  }

  /** What is in the way when there is no such topic now, or a log of it cannot be read. */
  partitions(name: string): readonly SourcePartition[] | 'missing' | 'not ready' {
    const topic = this.#partitions.topicByName(name);
    if (topic === undefined || topic.internal) return 'missing';
    const logs = topic.partitions.map(({ partition }) => this.#partitions.log(topic, partition));
    // A topic just created has its metadata a moment before its logs.
    if (logs.some((log) => typeof log === 'string')) return 'not ready';
    return (logs as LedLog[]).map((log, partition) => {
      const { logStartOffset, lastStableOffset, logEndOffset, sizeBytes } = log;
      const records = Math.max(Number(logEndOffset - logStartOffset), 1);
      return {
        ...{ topic: name, topicId: topic.id, partition, logEndOffset },
        startOffset: logStartOffset,
        endOffset: lastStableOffset,
        bytesPerRecord: Math.max(sizeBytes / records, BYTES_PER_RECORD_MIN),
      };
    });
  }

  /** Calls `listener` when records of the topics became readable; `count` is how many logs are watched. */
  watch(
    names: readonly string[],
    listener: () => void,
  ): { readonly count: number; readonly stop: () => void } {
    const logs = names.flatMap((name) => {
      const topic = this.#partitions.topicByName(name);
      if (topic === undefined) return [];
      return topic.partitions.flatMap(({ partition }) => {
        const log = this.#partitions.log(topic, partition);
        return typeof log === 'string' ? [] : [log];
      });
    });
    const unwatch = logs.map((log) => log.onHighWatermarkAdvance(listener));
    return {
      count: logs.length,
      stop: () => {
        for (const stop of unwatch) stop();
      },
    };
  }

  /** Calls `listener` when the topics that exist, or their partitions, changed. */
  watchTopics(listener: () => void): () => void {
    return this.#catalog.watch((now, before) => {
      if (now.topicsByName !== before.topicsByName) listener();
    });
  }
}
