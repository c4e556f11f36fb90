import type { ClusterMetadata } from '../domain/topic/cluster-metadata.ts';
import type { MetadataRecord } from '../domain/topic/metadata-record.ts';
import type { TopicId } from '../domain/topic-partition.ts';

export type {
  ClusterMetadata,
  PartitionMetadata,
  ResourceConfigs,
  TopicMetadata,
} from '../domain/topic/cluster-metadata.ts';
export type { ConfigResourceType, MetadataRecord } from '../domain/topic/metadata-record.ts';

export type MetadataListener = (now: ClusterMetadata, before: ClusterMetadata) => void;

/** The one place where the cluster's state is kept: topics, configs, producer id blocks. */
export interface Catalog {
  /** Reads what is kept. Afterwards `metadata` is what the last settled change left. */
  open(): Promise<void>;
  /**
   * Topics whose removal `open` read about, as far back as is kept: logs of theirs may have outlived a stop. Other logs
   * of unknown topics may be all that is left of metadata that were lost.
   */
  readonly removedTopics: ReadonlySet<TopicId>;
  /** The newest state. Throws before `open`. */
  readonly metadata: ClusterMetadata;
  /**
   * Applies all records or none. Rejects with a MetadataVersionError when `expectedVersion` is not the newest.
   * Resolves once the change survives power loss; `metadata` shows it and the listeners have run by then.
   */
  change(expectedVersion: bigint, records: readonly MetadataRecord[]): Promise<ClusterMetadata>;
  /** Calls `listener` after each change, in their order; the answer stops that. */
  watch(listener: MetadataListener): () => void;
  close(): Promise<void>;
}

/** Somebody changed the metadata in between: look again and decide anew. */
export class MetadataVersionError extends Error {
  constructor(expected: bigint, actual: bigint) {
    super(`the metadata is at version ${actual}, not ${expected}`);
    this.name = 'MetadataVersionError';
  }
}
