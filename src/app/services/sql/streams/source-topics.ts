import { partitionOf } from '../../../../domain/sql/history/history-manifest.ts';
import type { Offset, TopicId } from '../../../../domain/topic-partition.ts';
import type { Catalog } from '../../../../ports/catalog.ts';
import type { TopicHistory } from '../../../../ports/topic-history.ts';
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
  /** What history has of it, be it in the log as well. */
  readonly history?: KeptOffsets | undefined;
}

/** The end is exclusive. */
export interface KeptOffsets {
  readonly fromOffset: Offset;
  readonly toOffset: Offset;
}

const BYTES_PER_RECORD_MIN = 16;

/** The logs that views read. */
export class SourceTopics {
  readonly #catalog: Pick<Catalog, 'metadata' | 'watch'>;
  readonly #partitions: PartitionFinder;
  readonly #history: Pick<TopicHistory, 'historyOf'>;

  constructor(
    catalog: Pick<Catalog, 'metadata' | 'watch'>,
    partitions: PartitionFinder,
    history: Pick<TopicHistory, 'historyOf'>,
  ) {
    this.#history = history;
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

  /**
   * The same with what history has now. Looked at after the logs: whatever left them meanwhile is in it, as far as it ever
   * comes to it.
   */
  async withHistory(partitions: readonly SourcePartition[]): Promise<readonly SourcePartition[]> {
    const all: SourcePartition[] = [];
    const topics = new Set(partitions.map(({ topic }) => topic));
    for (const topic of topics) {
      const own = partitions.filter((each) => each.topic === topic);
      const place = await this.#history.historyOf(topic);
      for (const source of own) {
        const kept =
          place === undefined || place === 'same' || place.manifest.topicId !== source.topicId
            ? undefined
            : partitionOf(place.manifest, source.partition);
        if (kept === undefined) {
          all.push(source);
          continue;
        }
        const from = Math.max(kept.firstOffset, kept.deletedBefore);
        const offsets = { fromOffset: BigInt(from), toOffset: BigInt(kept.nextOffset) };
        all.push(from < kept.nextOffset ? { ...source, history: offsets } : source);
      }
    }
    return all;
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
