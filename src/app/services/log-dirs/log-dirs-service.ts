import { isClusterMetadataLog } from '../../../domain/topic/cluster-metadata.ts';
import type { Catalog, TopicMetadata } from '../../../ports/catalog.ts';
import type { LogDir, LogDirs, LogDirTopic } from '../../../ports/log-dirs.ts';
import type { LogStore } from '../../../ports/log-store.ts';
import type { PartitionLogs } from '../topic/partition-logs.ts';

export interface LogDirsOptions {
  readonly catalog: Catalog;
  readonly logs: PartitionLogs;
  readonly store: Pick<LogStore, 'usableBytes' | 'totalBytes'>;
  /** The data directory as clients are told it. */
  readonly path: string;
}

interface PartitionSize {
  readonly name: string;
  readonly partition: number;
  readonly sizeBytes: number;
}

type Sizes = { readonly partition: number; readonly sizeBytes: number }[];

export class LogDirsService implements LogDirs {
  readonly #options: LogDirsOptions;

  constructor(options: LogDirsOptions) {
    this.#options = options;
  }

  async describe(topics: readonly LogDirTopic[] | null): Promise<readonly LogDir[]> {
    const { store, path } = this.#options;
    const [usableBytes, totalBytes] = await Promise.all([
      store.usableBytes(),
      store.totalBytes?.(),
    ]);
    const byTopic = new Map<string, Sizes>();
    for (const { name, partition, sizeBytes } of this.#sizes(topics)) {
      const sizes = byTopic.get(name) ?? [];
      sizes.push({ partition, sizeBytes });
      byTopic.set(name, sizes);
    }
    return [
      {
        path,
        topics: [...byTopic].map(([name, partitions]) => ({ name, partitions })),
        totalBytes: bytesOrUnknown(totalBytes),
        usableBytes: bytesOrUnknown(usableBytes),
      },
    ];
  }

  *#sizes(topics: readonly LogDirTopic[] | null): Generator<PartitionSize> {
    const { logs, catalog } = this.#options;
    if (topics === null) {
      for (const { id, sizeBytes } of logs.logs()) {
        if (isClusterMetadataLog(id) || catalog.metadata.topicsById.has(id.topicId)) continue;
        yield { name: id.topic, partition: id.partition, sizeBytes };
      }
      for (const topic of catalog.metadata.topicsById.values()) {
        for (const { partition } of topic.partitions) yield this.#sizeOf(topic, partition);
      }
      return;
    }
    for (const { topic, partitions } of topics) {
      const known = catalog.metadata.topicsByName.get(topic);
      if (known === undefined) continue;
      for (const partition of new Set(partitions)) {
        if (known.partitions[partition] === undefined) continue;
        yield this.#sizeOf(known, partition);
      }
    }
  }

  #sizeOf({ id, name }: TopicMetadata, partition: number): PartitionSize {
    // Where nothing was written yet there is no log.
    const sizeBytes = this.#options.logs.existing(id, partition)?.sizeBytes ?? 0;
    return { name, partition, sizeBytes };
  }
}

function bytesOrUnknown(bytes: number | undefined): bigint {
  return bytes === undefined ? -1n : BigInt(Math.floor(bytes));
}
