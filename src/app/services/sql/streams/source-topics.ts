import type { Offset, TopicId } from '../../../../domain/topic-partition.ts';
import type { Catalog } from '../../../../ports/catalog.ts';
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

  /** Undefined when there is no such topic now. Partitions whose log is not there yet are left out. */
  partitions(name: string): readonly SourcePartition[] | undefined {
    const topic = this.#partitions.topicByName(name);
    if (topic === undefined || topic.internal) return undefined;
    return topic.partitions.flatMap(({ partition }) => {
      const log = this.#partitions.log(topic, partition);
      if (typeof log === 'string') return [];
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

  /** Calls `listener` when records of the topics became readable, or topics came, went or grew. */
  watch(names: readonly string[], listener: () => void): () => void {
    const logs = names.flatMap((name) => {
      const topic = this.#partitions.topicByName(name);
      if (topic === undefined) return [];
      return topic.partitions.flatMap(({ partition }) => {
        const log = this.#partitions.log(topic, partition);
        return typeof log === 'string' ? [] : [log];
      });
    });
    const unwatch = logs.map((log) => log.onHighWatermarkAdvance(listener));
    return () => {
      for (const stop of unwatch) stop();
    };
  }

  /** Calls `listener` when the topics that exist, or their partitions, changed. */
  watchTopics(listener: () => void): () => void {
    return this.#catalog.watch((now, before) => {
      if (now.topicsByName !== before.topicsByName) listener();
    });
  }
}
