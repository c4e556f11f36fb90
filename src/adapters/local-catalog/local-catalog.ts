import { type ClusterMetadata, emptyClusterMetadata } from '../../domain/topic/cluster-metadata.ts';
import { ClusterMetadataDraft } from '../../domain/topic/cluster-metadata-draft.ts';
import { metadataRecordsOf } from '../../domain/topic/cluster-metadata-records.ts';
import type { TopicId } from '../../domain/topic-partition.ts';
import {
  type Catalog,
  type MetadataListener,
  type MetadataRecord,
  MetadataVersionError,
} from '../../ports/catalog.ts';
import type { StoredLog } from '../../ports/log-store.ts';
import type { Random } from '../../ports/random.ts';
import { MetadataLog, type MetadataLogOptions } from './metadata-log.ts';

/** Kafka keeps it in meta.properties; here it lies beside the metadata log. */
export const CLUSTER_ID_SNAPSHOT = 'cluster-id';

/** Below, a replay takes no time worth a snapshot. */
const COMPACT_AFTER_RECORDS = 10_000;
/** How many records the log holds for each that a snapshot would need. */
const COMPACT_ABOVE_LIVE = 4;

export interface LocalCatalogOptions extends MetadataLogOptions {
  readonly random: Random;
  /** The metadata log among the logs the store recovered; asked once, by `open`. */
  readonly recovered: () => StoredLog | undefined;
  /** The id the cluster shall have; made up for a new one when not given. */
  readonly clusterId?: string;
}

/** The catalog of a single broker: the state is what the metadata log's records add up to. */
export class LocalCatalog implements Catalog {
  readonly #options: LocalCatalogOptions;
  readonly #listeners = new Set<MetadataListener>();
  readonly #removedTopics = new Set<TopicId>();
  #log: MetadataLog | undefined;
  #metadata: ClusterMetadata | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: LocalCatalogOptions) {
    this.#options = options;
  }

  get removedTopics(): ReadonlySet<TopicId> {
    return this.#removedTopics;
  }

  get metadata(): ClusterMetadata {
    if (this.#metadata === undefined) throw new Error('the catalog is not open');
    return this.#metadata;
  }

  async open(): Promise<void> {
    const stored = this.#options.recovered();
    const log =
      stored === undefined
        ? await MetadataLog.create(this.#options)
        : new MetadataLog(stored, this.#options);
    const empty = emptyClusterMetadata(await this.#clusterId(log.stored));
    const draft = new ClusterMetadataDraft(empty);
    const replayed = await log.replay((change) => {
      draft.apply(change);
      if (change.kind === 'removeTopic') this.#removedTopics.add(change.topicId);
    });
    this.#metadata = draft.finish(log.stored.endOffset);
    this.#log = log;
    if (replayed >= COMPACT_AFTER_RECORDS) await this.#compact(log, this.#metadata, replayed);
  }

  change(expectedVersion: bigint, records: readonly MetadataRecord[]): Promise<ClusterMetadata> {
    const changed = this.#last.then(() => this.#change(expectedVersion, records));
    this.#last = changed.catch(() => undefined);
    return changed;
  }

  watch(listener: MetadataListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    await this.#last;
  }

  async #change(expected: bigint, records: readonly MetadataRecord[]): Promise<ClusterMetadata> {
    const before = this.metadata;
    const log = this.#log as MetadataLog;
    if (before.version !== expected) throw new MetadataVersionError(expected, before.version);
    if (records.length === 0) return before;
    // Applied before it is stored: a record that does not fit must never get into the log.
    const draft = new ClusterMetadataDraft(before);
    for (const record of records) draft.apply(record);
    const version = before.version + BigInt(records.length);
    const stored = await log.append(records);
    if (stored !== version) throw new Error(`the metadata log ended at ${stored}, not ${version}`);
    const now = draft.finish(version);
    this.#metadata = now;
    for (const listener of this.#listeners) listener(now, before);
    return now;
  }

  async #compact(log: MetadataLog, metadata: ClusterMetadata, replayed: number): Promise<void> {
    const live = [...metadataRecordsOf(metadata)];
    if (replayed >= live.length * COMPACT_ABOVE_LIVE) await log.compact(live);
  }

  async #clusterId(log: StoredLog): Promise<string> {
    const bytes = await log.readSnapshot(CLUSTER_ID_SNAPSHOT);
    const wanted = this.#options.clusterId;
    if (bytes !== undefined) {
      const kept = new TextDecoder().decode(bytes);
      if (wanted === undefined || wanted === kept) return kept;
      throw new Error(`the data belong to cluster ${kept}, not ${wanted}`);
    }
    const clusterId = wanted ?? this.#options.random.topicId();
    await log.writeSnapshot(CLUSTER_ID_SNAPSHOT, new TextEncoder().encode(clusterId));
    return clusterId;
  }
}
